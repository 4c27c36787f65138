//! `#[message]` and `#[view]`: what makes a Rust type travel between a game and its players.
//!
//! They are re-exported by `parlor_core::prelude` and by `parlor::prelude`; each re-export names the crate through which
//! the generated code finds its way, so that both work from a crate that depends on one of the two alone.
//! There are no dependencies here, and so nothing to wait for in a build: the enum's shape is read from its tokens.

mod shape;

use proc_macro::TokenStream;
use shape::{Enum, Fields, Variant};
use std::fmt::Write as _;

/// Makes an enum a message: one variant for each kind, travelling as `{"type": "place_bet", "data": {"bet": "10.00"}}`.
///
/// The type in the JSON is the variant's name in snake case, the data are the variant's named fields, or its one unnamed
/// field; a variant without fields has no data. Serialisation, TypeScript and the decoder by name are derived.
#[proc_macro_attribute]
pub fn message(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_message("::parlor_core", item)
}

/// [`macro@message`] for crates that depend on `parlor` alone.
#[proc_macro_attribute]
pub fn message_via_parlor(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_message("::parlor", item)
}

/// Makes a struct or an enum part of what a viewer may see: it can be sent, and has a TypeScript type.
///
/// A view is built anew for each viewer by `Game::view`; a secret that this viewer must not know is not in it.
#[proc_macro_attribute]
pub fn view(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_view("::parlor_core", item)
}

/// [`macro@view`] for crates that depend on `parlor` alone.
#[proc_macro_attribute]
pub fn view_via_parlor(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_view("::parlor", item)
}

fn expand_view(root: &str, item: TokenStream) -> TokenStream {
    let Some(name) = shape::type_name(&item) else {
        return error("#[view] goes on a struct or an enum without type parameters");
    };
    let mut out = derives(root, "#[serde(rename_all = \"snake_case\")]");
    out.extend(item);
    out.extend(parse(&format!("impl {root}::View for {name} {{}}")));
    out
}

fn expand_message(root: &str, item: TokenStream) -> TokenStream {
    let message = match Enum::read(item.clone()) {
        Ok(message) => message,
        Err(reason) => return error(&reason),
    };
    let mut out =
        derives(root, "#[serde(tag = \"type\", content = \"data\", rename_all = \"snake_case\")]");
    out.extend(item);
    out.extend(parse(&implementation(root, &message)));
    out
}

/// The derives that both attributes share, with every path going through `root`.
fn derives(root: &str, serde: &str) -> TokenStream {
    parse(&format!(
        "#[derive(Debug, Clone, PartialEq, {root}::__private::serde::Serialize, \
         {root}::__private::serde::Deserialize, {root}::__private::ts_rs::TS)] \
         #[serde(crate = \"{root}::__private::serde\")] {serde} \
         #[ts(crate = \"{root}::__private::ts_rs\")]"
    ))
}

/// `impl Message`: the names, the kind of a value, and the decoder that knows the name before it reads the data.
fn implementation(root: &str, message: &Enum) -> String {
    let (mut kinds, mut kind_of, mut decode) = (String::new(), String::new(), String::new());
    for Variant { name, kind, fields } in &message.variants {
        let _ = write!(kinds, "{kind:?}, ");
        let _ = match fields {
            Fields::None => write!(kind_of, "Self::{name} => {kind:?},"),
            Fields::One => write!(kind_of, "Self::{name}(..) => {kind:?},"),
            Fields::Named(_) => write!(kind_of, "Self::{name} {{ .. }} => {kind:?},"),
        };
        let read = format!("{root}::__private::read_data(data)?");
        let read_fields = format!("{root}::__private::read_fields(data)?");
        let _ = match fields {
            Fields::None => write!(decode, "{kind:?} => Ok(Self::{name}),"),
            Fields::One => write!(decode, "{kind:?} => Ok(Self::{name}({read})),"),
            Fields::Named(fields) => {
                let declared: String =
                    fields.iter().map(|f| format!("{} {}: {},", f.serde, f.name, f.ty)).collect();
                let moved: String =
                    fields.iter().map(|f| format!("{0}: data.{0},", f.name)).collect();
                write!(
                    decode,
                    "{kind:?} => {{ #[derive({root}::__private::serde::Deserialize)] \
                     #[serde(crate = \"{root}::__private::serde\")] struct Data {{ {declared} }} \
                     let data: Data = {read_fields}; Ok(Self::{name} {{ {moved} }}) }}"
                )
            }
        };
    }
    let name = &message.name;
    // Where no variant has data, or there is no variant at all, the arguments go unread.
    format!(
        "impl {root}::Message for {name} {{ \
           const KINDS: &'static [&'static str] = &[{kinds}]; \
           fn kind(&self) -> &'static str {{ match *self {{ {kind_of} }} }} \
           fn decode(kind: &str, data: Option<&str>) -> Result<Self, {root}::Undecoded> {{ \
             let _ = data; \
             match kind {{ {decode} _ => Err({root}::Undecoded::UnknownType) }} }} }}"
    )
}

fn error(reason: &str) -> TokenStream {
    parse(&format!("compile_error!({reason:?});"))
}

fn parse(code: &str) -> TokenStream {
    code.parse().unwrap_or_else(|why| panic!("the generated code does not parse: {why}: {code}"))
}
