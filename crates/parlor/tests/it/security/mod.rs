//! What SECURITY.md says is defended: one test for each of its rows, by the row's name.

mod connections;
mod handshakes;
mod log_ins;
mod messages;
mod passwords;
mod requests;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each row of the table names its tests, and each of those is there.
#[test]
fn every_row_of_the_table_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("SECURITY.md")).expect("the page");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .skip(1)
        .collect();
    assert!(rows.len() >= 24, "the table has {} rows", rows.len());
    let tests = tests_in(&root);
    for row in &rows {
        let [threat, _defence, named] = row[..] else { panic!("not three columns: {row:?}") };
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test: {threat}");
        for name in named {
            assert!(tests.contains(name), "{threat}: there is no test `{name}`");
        }
    }
}

/// The names of all functions in Rust sources, and of all tests in the browser's.
fn tests_in(root: &Path) -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> =
        ["crates", "games", "casino", "browser-tests/tests"].map(|name| root.join(name)).into();
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = match path.extension().and_then(|ending| ending.to_str()) {
                Some("rs" | "js") => fs::read_to_string(path).expect("a source"),
                _ => continue,
            };
            for line in text.lines().map(str::trim_start) {
                let function = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
                let name = function.and_then(|rest| rest.split(['(', '<']).next());
                let said = line.strip_prefix("test(\"").and_then(|rest| rest.split('"').next());
                names.extend(name.or(said).map(ToOwned::to_owned));
            }
        }
    }
    names
}
