//! `cargo xtask browser`: the casino, played in a real browser.
//!
//! By hand it is built as it is shipped. Among all tests it is the one that the other tests were built with: a release takes
//! minutes more, and does not say when a number is too large.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::casino;
use crate::command::{program, root, run as run_program};
use crate::install::{self, BROWSER_TESTS};
use crate::step;

/// What the name of a test file ends with.
const SUFFIX: &str = ".test.js";

/// The test files that measure time, and so want the machine for themselves.
const TIMED: [&str; 1] = ["budget.test.js"];

/// Installs, builds, and runs the test files whose name contains `filter`.
pub(crate) fn run(filter: &str) -> Result<()> {
    step::run("install", install::everything)?;
    step::run("release build", casino::build)?;
    step::run("browser tests", || tests(&chosen(&names()?, filter)?, &casino::shipped()?))
}

/// Runs all browser tests on the casino that is built with the other tests.
pub(crate) fn all() -> Result<()> {
    tests(&chosen(&names()?, "")?, &casino::built()?)
}

/// Runs these test files: those first that take the time, one by one, and then the others, two at a time.
fn tests(files: &[String], casino: &Path) -> Result<()> {
    let (timed, others): (Vec<&String>, _) =
        files.iter().partition(|file| TIMED.contains(&file.as_str()));
    for (files, at_once) in [(timed, 1), (others, 2)] {
        if files.is_empty() {
            continue;
        }
        run_program(
            program("node")
                .args(["--test", "--test-reporter=spec"])
                .arg(format!("--test-concurrency={at_once}"))
                .args(files.iter().map(|file| format!("tests/{file}")))
                .current_dir(root().join(BROWSER_TESTS))
                .env("CASINO_BIN", casino)
                .env("CHROMIUM", install::chromium()),
        )?;
    }
    Ok(())
}

/// The names of all test files, in order. They are listed here, since what `node --test FOLDER` means depends on the
/// version of node.
fn names() -> Result<Vec<String>> {
    let folder = root().join(BROWSER_TESTS).join("tests");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("{} is missing", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Those of the files that are tests and contain the filter; none at all is a mistake in the filter.
fn chosen(names: &[String], filter: &str) -> Result<Vec<String>> {
    let tests: Vec<&String> = names.iter().filter(|name| name.ends_with(SUFFIX)).collect();
    let chosen: Vec<String> =
        tests.iter().filter(|name| name.contains(filter)).map(|&name| name.clone()).collect();
    ensure!(!chosen.is_empty(), "no browser test is called like `{filter}`: there are {tests:?}");
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::{TIMED, chosen, names};

    fn some() -> Vec<String> {
        ["blackjack.test.js", "notes.md", "tic-tac-toe.test.js"].map(str::to_owned).to_vec()
    }

    #[test]
    fn without_a_filter_all_tests_are_chosen_and_nothing_else() {
        assert_eq!(chosen(&some(), "").unwrap(), ["blackjack.test.js", "tic-tac-toe.test.js"]);
    }

    #[test]
    fn those_that_measure_time_are_there() {
        let names = names().unwrap();
        assert!(TIMED.iter().all(|timed| names.iter().any(|name| name == timed)), "{names:?}");
    }

    #[test]
    fn a_filter_chooses_by_name_and_must_find_something() {
        assert_eq!(chosen(&some(), "tic").unwrap(), ["tic-tac-toe.test.js"]);
        let error = chosen(&some(), "poker").unwrap_err().to_string();
        assert!(error.contains("`poker`") && error.contains("blackjack.test.js"), "{error}");
    }
}
