//! `cargo xtask browser`: the casino, built as it is shipped, played in a real browser.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, program, root, run as run_program};
use crate::install::{self, BROWSER_TESTS};
use crate::step;

/// What the name of a test file ends with.
const SUFFIX: &str = ".test.js";

/// Installs, builds, and runs the test files whose name contains `filter`.
pub(crate) fn run(filter: &str) -> Result<()> {
    step::run("install", install::everything)?;
    step::run("release build", build)?;
    step::run("browser tests", || tests(filter))
}

/// Builds the casino in release mode.
pub(crate) fn build() -> Result<()> {
    run_program(cargo().args(["build", "--release", "--package", "casino"]))
}

/// Runs all browser tests on the casino built before.
pub(crate) fn all() -> Result<()> {
    tests("")
}

/// Runs the test files whose name contains `filter`.
fn tests(filter: &str) -> Result<()> {
    let files = chosen(&names()?, filter)?;
    run_program(
        program("node")
            .args(["--test", "--test-reporter=spec"])
            .args(files.iter().map(|file| format!("tests/{file}")))
            .current_dir(root().join(BROWSER_TESTS))
            .env("CASINO_BIN", casino()?)
            .env("CHROMIUM", install::chromium()),
    )
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

/// The casino's program. It lies beside the folder that this program lies in, wherever cargo's target folder is.
pub(crate) fn casino() -> Result<PathBuf> {
    let here = env::current_exe()?;
    let target = here.ancestors().nth(2).context("xtask does not lie in a target folder")?;
    Ok(target.join("release").join(format!("casino{}", env::consts::EXE_SUFFIX)))
}

#[cfg(test)]
mod tests {
    use super::chosen;

    fn names() -> Vec<String> {
        ["blackjack.test.js", "notes.md", "tic-tac-toe.test.js"].map(str::to_owned).to_vec()
    }

    #[test]
    fn without_a_filter_all_tests_are_chosen_and_nothing_else() {
        assert_eq!(chosen(&names(), "").unwrap(), ["blackjack.test.js", "tic-tac-toe.test.js"]);
    }

    #[test]
    fn a_filter_chooses_by_name_and_must_find_something() {
        assert_eq!(chosen(&names(), "tic").unwrap(), ["tic-tac-toe.test.js"]);
        let error = chosen(&names(), "poker").unwrap_err().to_string();
        assert!(error.contains("`poker`") && error.contains("blackjack.test.js"), "{error}");
    }
}
