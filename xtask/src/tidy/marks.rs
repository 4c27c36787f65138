//! Rule: nothing is left lying about: no stray white space, no debugging aids, no work put off.

use super::Problem;
use super::repository::Repository;
use super::source::{Kind, Source, lines_with};

/// Files that programs write.
const GENERATED: [&str; 4] =
    ["Cargo.lock", "package-lock.json", "casino/static/types/", "crates/parlor/fuzz/corpus/"];

/// Macros and attributes that must not stay in code, and why.
const CODE: &[(&str, &str)] = &[
    ("dbg!", "for debugging only: use `tracing`"),
    ("todo!(", "the work is not done: do it, or open an issue"),
    ("unimplemented!(", "the work is not done: do it, or open an issue"),
    ("#[ignore", "a test that does not run proves nothing: mend or remove it"),
];

/// Marks of work put off, in any text. In halves, since this file is checked too.
const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Finds what was left.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let by_hand = |path: &str| !GENERATED.iter().any(|it| path == *it || path.contains(it));
    let files = repository.texts().filter(|(path, _)| by_hand(path));
    files
        .flat_map(|(path, text)| [blanks(path, text), notes(path, text), code(path, text)].concat())
        .collect()
}

/// White space where none belongs.
fn blanks(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, number) in text.split('\n').zip(1..) {
        if line.ends_with([' ', '\t', '\r']) {
            problems.push(Problem::on(
                path,
                number,
                "white space at the end of the line shows up in every diff",
            ));
        }
        if path.ends_with(".rs") && line.contains('\t') {
            problems.push(Problem::on(path, number, "a tab: Rust is indented with spaces"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(Problem::with(
            path,
            "the last line has no newline, which tools then add in odd commits",
        ));
    }
    problems
}

/// Marks of work put off.
fn notes(path: &str, text: &str) -> Vec<Problem> {
    let marked = NOTES.iter().flat_map(|note| {
        let message = format!("`{note}`: what is to be done belongs in an issue");
        lines_with(text, note).into_iter().map(move |line| Problem::on(path, line, message.clone()))
    });
    marked.collect()
}

/// Debugging aids and unfinished code.
fn code(path: &str, text: &str) -> Vec<Problem> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = Source::new(text).only(&[Kind::Code]);
    let left = CODE.iter().flat_map(|(mark, reason)| {
        lines_with(&code, mark)
            .into_iter()
            .map(move |line| Problem::on(path, line, format!("`{mark}`: {reason}")))
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_places, findings};
    use super::{CODE, NOTES, check};

    #[test]
    fn stray_white_space_is_found() {
        let files = [
            ("a.md", "one \ntwo\u{20}\u{20}\n\nthree\t\n"),
            ("b.rs", "fn f() {\n\tg();\n}\n"),
            ("c.css", "a {}"),
            ("d.txt", "dos\r\n"),
            ("empty", ""),
        ];
        assert_places(check, &files, &["a.md:1", "a.md:2", "a.md:4", "b.rs:2", "c.css", "d.txt:1"]);
    }

    #[test]
    fn every_mark_is_found_in_code() {
        for (mark, reason) in CODE {
            let found = findings(check, &[("a.rs", &format!("fn f() {{}}\n{mark} x)]\n"))]);
            assert_eq!(found, [format!("a.rs:2: `{mark}`: {reason}")]);
            assert_places(
                check,
                &[("a.rs", &format!("// {mark}\nconst A: &str = \"{mark}\";\n"))],
                &[],
            );
        }
    }

    #[test]
    fn every_note_is_found_in_any_text() {
        for note in NOTES {
            let text = format!("fine\n<!-- {note}: later -->\n");
            assert_places(
                check,
                &[("a.html", &text), ("b.rs", &format!("// {note}\n"))],
                &["a.html:2", "b.rs:1"],
            );
        }
    }

    #[test]
    fn generated_files_are_as_their_program_writes_them() {
        let files = [
            ("Cargo.lock", "x"),
            ("browser-tests/package-lock.json", "x"),
            ("casino/static/types/a.d.ts", "x"),
        ];
        assert_places(check, &files, &[]);
    }
}
