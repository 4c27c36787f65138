//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! A rule is a function from the repository to what it finds wrong. Its reason is in the message that it gives, and
//! its tests make it fail on a bad text.

mod determinism;
mod direction;
mod length;
mod links;
mod machine;
mod manifest;
mod marks;
mod names;
mod paths;
mod purity;
mod repository;
mod rooms;
mod source;
mod tutorial;

use std::fmt;

use anyhow::{Result, ensure};

use crate::command::root;
use repository::Repository;

/// Something wrong at a place in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    /// The file, relative to the root.
    path: String,
    /// The line, counted from 1; 0 where it is the file as a whole.
    line: usize,
    /// What is wrong, and why that is.
    message: String,
}

impl Problem {
    /// Something wrong on a line of a file.
    fn on(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }

    /// Something wrong with a file as a whole.
    fn with(path: &str, message: impl Into<String>) -> Self {
        Self::on(path, 0, message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.message),
            line => write!(out, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// A rule of the house.
type Rule = fn(&Repository) -> Vec<Problem>;

/// All rules, in the order of their findings.
const RULES: &[Rule] = &[
    purity::check,
    names::check,
    rooms::check,
    direction::check,
    length::check,
    marks::check,
    machine::check,
    tutorial::check,
    links::check,
    determinism::check,
];

/// Checks all rules on this repository.
pub(crate) fn run() -> Result<()> {
    let repository = Repository::read(root())?;
    for warning in length::warnings(&repository) {
        println!("warning: {warning}");
    }
    let problems: Vec<Problem> = RULES.iter().flat_map(|rule| rule(&repository)).collect();
    for problem in &problems {
        println!("{problem}");
    }
    ensure!(problems.is_empty(), "tidy found {} problems", problems.len());
    println!("{} rules hold in {} files", RULES.len(), repository.len());
    Ok(())
}

/// What a rule says about a repository of the given files, a line each: for the tests of the rules.
#[cfg(test)]
fn findings(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    rule(&Repository::of(files)).iter().map(Problem::to_string).collect()
}

/// Asserts that a rule finds something in exactly these places of a repository.
#[cfg(test)]
#[track_caller]
fn assert_places(rule: Rule, files: &[(&str, &str)], places: &[&str]) {
    let found = findings(rule, files);
    let at: Vec<&str> = found.iter().map(|it| &it[..it.find(": ").unwrap_or(0)]).collect();
    assert_eq!(at, places, "{found:#?}");
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_problem_is_shown_with_its_place() {
        assert_eq!(Problem::on("a/b.rs", 3, "bad").to_string(), "a/b.rs:3: bad");
        assert_eq!(Problem::with("a/b.rs", "bad").to_string(), "a/b.rs: bad");
    }
}
