//! Rust source, with its comments, literals and tests told apart from what is compiled into the program.
//!
//! Rules look for words. Without this, a rule that forbids a word would also forbid to write about it.

use Kind::{Code, Comment, Doc, Literal};

/// What a character of a source file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the compiler reads, without literals.
    Code,
    /// A string or character literal, with its quotes.
    Literal,
    /// A comment for those who read the source.
    Comment,
    /// A comment that becomes documentation.
    Doc,
}

/// A source file, each character with its kind.
#[derive(Debug)]
pub(super) struct Source {
    text: Vec<char>,
    kinds: Vec<Kind>,
}

impl Source {
    /// Tells the characters of a file apart.
    pub(super) fn new(text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        let mut kinds = Vec::with_capacity(text.len());
        while kinds.len() < text.len() {
            let (kind, length) = token(&text[kinds.len()..]);
            kinds.resize(kinds.len() + length, kind);
        }
        Self { text, kinds }
    }

    /// The text of these kinds; all else is blank, so that lines keep their numbers.
    pub(super) fn only(&self, kept: &[Kind]) -> String {
        let pairs = self.text.iter().zip(&self.kinds);
        pairs.map(|(&c, kind)| if c == '\n' || kept.contains(kind) { c } else { ' ' }).collect()
    }

    /// The same without the items marked `#[cfg(test)]`.
    pub(super) fn only_live(&self, kept: &[Kind]) -> String {
        let code: Vec<char> = self.only(&[Code]).chars().collect();
        let mut text: Vec<char> = self.only(kept).chars().collect();
        let mut at = 0;
        while let Some(start) = find(&code, at, "#[cfg(test)]") {
            at = item_end(&code, start);
            text[start..at].iter_mut().filter(|c| **c != '\n').for_each(|c| *c = ' ');
        }
        text.into_iter().collect()
    }
}

/// The lines, counted from 1, on which `word` stands by itself, and not as a part of a longer name.
pub(super) fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let has = |line: &str| line.match_indices(word).any(|(at, _)| stands_alone(line, at, word));
    text.lines().zip(1..).filter(|(line, _)| has(line)).map(|(_, number)| number).collect()
}

/// Whether the name that `word` starts or ends with goes no further on either side.
fn stands_alone(line: &str, at: usize, word: &str) -> bool {
    let starts_before = word.starts_with(in_name) && line[..at].ends_with(in_name);
    let ends_after = word.ends_with(in_name) && line[at + word.len()..].starts_with(in_name);
    !starts_before && !ends_after
}

/// Whether a character can be inside of a name.
pub(super) fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The kind and length of what the text starts with. A name is taken whole.
fn token(text: &[char]) -> (Kind, usize) {
    let name = text.iter().take_while(|&&c| in_name(c)).count();
    comment(text)
        .or_else(|| raw_string(text).or_else(|| string(text)).or_else(|| character(text)))
        .unwrap_or((Code, name.max(1)))
}

/// A comment to the end of the line, or between its marks, which nest.
fn comment(text: &[char]) -> Option<(Kind, usize)> {
    let starts = |mark: &str| begins(text, mark);
    if starts("//") {
        let doc = starts("//!") || (starts("///") && !starts("////"));
        let length = text.iter().take_while(|&&c| c != '\n').count();
        return Some((if doc { Doc } else { Comment }, length));
    }
    if !starts("/*") {
        return None;
    }
    let doc = starts("/*!") || (starts("/**") && !starts("/***") && !starts("/**/"));
    let (mut depth, mut at) = (1, 2);
    while depth > 0 && at < text.len() {
        let step = if begins(&text[at..], "/*") {
            depth += 1;
            2
        } else if begins(&text[at..], "*/") {
            depth -= 1;
            2
        } else {
            1
        };
        at += step;
    }
    Some((if doc { Doc } else { Comment }, at.min(text.len())))
}

/// `r"…"`, `r#"…"#`, `br"…"` and their like.
fn raw_string(text: &[char]) -> Option<(Kind, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|it| begins(text, it))?.len();
    let hashes = text[prefix..].iter().take_while(|&&c| c == '#').count();
    let open = prefix + hashes;
    if text.get(open) != Some(&'"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let end = find(text, open + 1, &close).map_or(text.len(), |at| at + close.len());
    Some((Literal, end))
}

/// `"…"`. Its prefix, if it has one, was taken as a name.
fn string(text: &[char]) -> Option<(Kind, usize)> {
    (text[0] == '"').then(|| (Literal, quoted(text, '"')))
}

/// `'x'` or `'\n'`, but not the lifetime `'x`.
fn character(text: &[char]) -> Option<(Kind, usize)> {
    let is_literal = text[0] == '\'' && (text.get(1) == Some(&'\\') || text.get(2) == Some(&'\''));
    is_literal.then(|| (Literal, quoted(text, '\'')))
}

/// The length of a literal from its first quote to its last, passing over what is escaped.
fn quoted(text: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Where the item that starts here ends: after its block, or after its semicolon.
fn item_end(code: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.iter().enumerate().skip(start) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Whether the text begins so.
fn begins(text: &[char], start: &str) -> bool {
    text.iter().copied().take(start.chars().count()).eq(start.chars())
}

/// The first place from `at` on where the text goes on so.
fn find(text: &[char], at: usize, wanted: &str) -> Option<usize> {
    (at..text.len()).find(|&place| begins(&text[place..], wanted))
}

#[cfg(test)]
mod tests {
    use super::Kind::{Code, Comment, Doc, Literal};
    use super::{Source, lines_with};

    /// What is left of a text, with runs of blanks as one.
    fn left(text: &str, kinds: &[super::Kind]) -> String {
        Source::new(text).only(kinds).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_are_told_from_documentation() {
        let text = "a // b\n/// c\n//! d\n//// e\n/* f /* g */ h */ i /** j */ /*! k */ /**/";
        assert_eq!(left(text, &[Code]), "a i");
        assert_eq!(left(text, &[Doc]), "/// c //! d /** j */ /*! k */");
        assert_eq!(left(text, &[Comment]), "// b //// e /* f /* g */ h */ /**/");
    }

    #[test]
    fn literals_end_where_the_compiler_ends_them() {
        let text = r##"a("\"b//", 'c', '\'', '"', r"d\", r#"e"f"#, b"g", 'h: loop {}) i"##;
        assert_eq!(left(text, &[Code]), "a( , , , , , , b , 'h: loop {}) i");
        assert_eq!(left("\"never ended", &[Literal]), "\"never ended");
        assert_eq!(left("/* never ended", &[Comment]), "/* never ended");
    }

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(Source::new("a\n/* b\nc */ d\n").only(&[Code]), "a\n    \n     d\n");
    }

    #[test]
    fn items_for_tests_only_are_left_out() {
        let text = "a\n#[cfg(test)]\nfn b(x: [u8; 2]) { \"}\"; { } }\nc\n#[cfg(test)]\nmod d;\ne\n";
        let code = Source::new(text).only_live(&[Code]);
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "c", "e"]);
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn words_are_whole_names() {
        let text = "HashMap\nMyHashMap HashMaps\nx::HashMap<T>\n";
        assert_eq!(lines_with(text, "HashMap"), [1, 3]);
        assert_eq!(lines_with("dbg!(x)\nmy_dbg!(x)", "dbg!"), [1]);
        assert_eq!(lines_with("a.await?", "await"), [1]);
    }
}
