//! Rule: the table of a game is pure. parlor-core and games do no I/O, read no clock, never await, and use no floats
//! and no unordered maps.

use super::Problem;
use super::paths::lines_naming;
use super::repository::{Repository, is_test};
use super::source::{Kind, Source, lines_with};

/// Where the rule holds.
const PLACES: [&str; 2] = ["crates/parlor-core/src/", "games/src/"];

/// Paths that lead out of the table, and what to use in their place.
const PATHS: &[(&str, &str)] = &[
    ("std::fs", "a game does no I/O: what it must keep is its state"),
    ("std::net", "a game does no I/O: events and views are its only way out"),
    ("std::thread", "a game is one move after the other"),
    ("std::env", "a game must play the same everywhere: take settings from the table's options"),
    ("std::process", "a game must not end or start programs"),
    ("std::time::Instant", "time comes from the table, which journals it: use `table.now()`"),
    ("std::time::SystemTime", "time comes from the table, which journals it: use `table.now()`"),
];

/// Words that make a replay come out differently, or wait, and what to use in their place.
const WORDS: &[(&str, &str)] = &[
    ("tokio", "a game knows no runtime"),
    ("async", "a game never waits: a move is a plain function"),
    ("await", "a game never waits: a move is a plain function"),
    ("HashMap", "its order differs from run to run: use `BTreeMap`"),
    ("HashSet", "its order differs from run to run: use `BTreeSet`"),
    ("f32", "floats round differently from machine to machine: use integers, or `Chips`"),
    ("f64", "floats round differently from machine to machine: use integers, or `Chips`"),
];

/// Finds what is not pure. Tests may do as they like.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let places = PLACES.iter().flat_map(|place| repository.texts_in(place, ".rs"));
    places.filter(|(path, _)| !is_test(path)).flat_map(|(path, text)| file(path, text)).collect()
}

/// What is not pure in one file.
fn file(path: &str, text: &str) -> Vec<Problem> {
    let code = Source::new(text).only_live(&[Kind::Code]);
    let mut problems = Vec::new();
    let mut report = |name: &str, reason: &str, lines: Vec<usize>| {
        problems.extend(
            lines.iter().map(|&line| Problem::on(path, line, format!("`{name}`: {reason}"))),
        );
    };
    for (name, reason) in PATHS {
        report(name, reason, lines_naming(&code, name));
    }
    for (name, reason) in WORDS {
        report(name, reason, lines_with(&code, name));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::{assert_places, findings};
    use super::{PATHS, WORDS, check};

    #[test]
    fn every_forbidden_name_is_found() {
        for (name, reason) in PATHS.iter().chain(WORDS) {
            let text = format!("//! Pure.\nfn f() {{ let x = {name}; }}\n");
            let found = findings(check, &[("games/src/craps/mod.rs", &text)]);
            assert_eq!(found, [format!("games/src/craps/mod.rs:2: `{name}`: {reason}")]);
        }
    }

    #[test]
    fn a_use_tree_hides_nothing() {
        let text = "use std::{collections::BTreeMap, time::{Duration, SystemTime}};\n";
        assert_places(
            check,
            &[("crates/parlor-core/src/dice.rs", text)],
            &["crates/parlor-core/src/dice.rs:1"],
        );
    }

    #[test]
    fn words_in_prose_and_tests_are_free() {
        let text = "\
/// Not a `HashMap`: never async.
fn f() { g(\"f64\") } // no std::fs
#[cfg(test)]
mod tests { use std::collections::HashSet; }
";
        let files = [
            ("games/src/craps/mod.rs", text),
            ("games/src/craps/tests.rs", "use std::env;\n"),
            ("crates/parlor/src/site.rs", "use std::collections::HashMap;\n"),
        ];
        assert_places(check, &files, &[]);
    }
}
