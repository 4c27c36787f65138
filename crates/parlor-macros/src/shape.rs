//! The shape of an enum, read from its tokens.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// An enum without type parameters.
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) variants: Vec<Variant>,
}

/// One variant: its Rust name, and the same in snake case, as it travels.
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) fields: Fields,
}

/// What a variant carries.
pub(crate) enum Fields {
    None,
    One,
    Named(Vec<Field>),
}

/// A named field, with the serde attributes written on it.
pub(crate) struct Field {
    pub(crate) serde: String,
    pub(crate) name: String,
    pub(crate) ty: String,
}

impl Enum {
    /// Reads an enum; the error says what the attribute can't be put on.
    pub(crate) fn read(item: TokenStream) -> Result<Self, String> {
        const WRONG: &str =
            "#[message] goes on an enum without type parameters: one variant for each message";
        let mut tokens = item.into_iter().skip_while(|t| !is_word(t, "enum")).skip(1);
        match (tokens.next(), tokens.next()) {
            (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) => {
                let variants = split(body.stream())
                    .into_iter()
                    .map(Variant::read)
                    .collect::<Result<_, _>>()?;
                Ok(Self { name: name.to_string(), variants })
            }
            _ => Err(WRONG.into()),
        }
    }
}

impl Variant {
    fn read(tokens: Vec<TokenTree>) -> Result<Self, String> {
        let (attributes, rest) = attributes(tokens);
        let mut rest = rest.into_iter();
        let Some(TokenTree::Ident(name)) = rest.next() else {
            return Err("#[message]: a variant starts with its name".into());
        };
        let name = name.to_string();
        if attributes.iter().any(is_serde) {
            return Err(format!(
                "#[message]: a message is called what its variant is called; rename `{name}` instead of using #[serde]"
            ));
        }
        let fields = match rest.next() {
            None => Fields::None,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                Fields::Named(
                    split(group.stream()).into_iter().map(Field::read).collect::<Result<_, _>>()?,
                )
            }
            Some(TokenTree::Group(group)) if split(group.stream()).len() == 1 => Fields::One,
            Some(_) => {
                return Err(format!(
                    "#[message]: `{name}` has no field, one unnamed field, or named fields"
                ));
            }
        };
        Ok(Self { kind: snake_case(&name), name, fields })
    }
}

impl Field {
    fn read(tokens: Vec<TokenTree>) -> Result<Self, String> {
        let (attributes, rest) = attributes(tokens);
        let serde = attributes.iter().filter(|g| is_serde(g)).map(|g| format!("#{g}")).collect();
        match rest.split_first() {
            Some((TokenTree::Ident(name), [TokenTree::Punct(colon), ty @ ..]))
                if colon.as_char() == ':' =>
            {
                let ty = ty.iter().cloned().collect::<TokenStream>().to_string();
                Ok(Self { serde, name: name.to_string(), ty })
            }
            _ => Err("#[message]: a field is written `name: Type`".into()),
        }
    }
}

/// The name of a struct or enum without type parameters.
pub(crate) fn type_name(item: &TokenStream) -> Option<String> {
    let mut tokens = item
        .clone()
        .into_iter()
        .skip_while(|t| !is_word(t, "struct") && !is_word(t, "enum"))
        .skip(1);
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(_))) => Some(name.to_string()),
        _ => None,
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if name.to_string() == word)
}

fn is_serde(attribute: &Group) -> bool {
    attribute.stream().into_iter().next().is_some_and(|first| is_word(&first, "serde"))
}

/// Parts the leading attributes from the rest.
fn attributes(tokens: Vec<TokenTree>) -> (Vec<Group>, Vec<TokenTree>) {
    let mut attributes = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#') {
        tokens.next();
        if let Some(TokenTree::Group(group)) = tokens.next() {
            attributes.push(group);
        }
    }
    (attributes, tokens.collect())
}

/// Splits at the commas that stand in no bracket, angle brackets of types included.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut parts, mut part, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for token in tokens {
        if let TokenTree::Punct(mark) = &token {
            match mark.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    parts.push(std::mem::take(&mut part));
                    continue;
                }
                _ => {}
            }
        }
        part.push(token);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// `PlaceBet` as `place_bet`, as serde writes it.
fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
