//! Rule: one concept a file. A long file has more than one.

use super::Problem;
use super::repository::Repository;

/// From here on a file is a smell.
const LONG: usize = 400;

/// From here on it fails.
const TOO_LONG: usize = 600;

/// The endings of the files that people write by hand.
const ENDINGS: [&str; 4] = [".rs", ".js", ".css", ".html"];

/// Finds files that are too long.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let too_long = lengths(repository).filter(|(_, lines)| *lines > TOO_LONG);
    too_long.map(|(path, lines)| problem(path, lines, "over 600 are too many")).collect()
}

/// Finds files that are getting long: to be looked at, not to fail.
pub(super) fn warnings(repository: &Repository) -> Vec<Problem> {
    let long = lengths(repository).filter(|(_, lines)| (LONG + 1..=TOO_LONG).contains(lines));
    long.map(|(path, lines)| problem(path, lines, "over 400 are a smell")).collect()
}

/// Every file written by hand, with the number of its lines.
fn lengths(repository: &Repository) -> impl Iterator<Item = (&str, usize)> {
    let by_hand = |path: &str| ENDINGS.iter().any(|ending| path.ends_with(ending));
    repository
        .texts()
        .filter(move |(path, _)| by_hand(path))
        .map(|(path, text)| (path, text.lines().count()))
}

/// A file with its length, and what that means.
fn problem(path: &str, lines: usize, meaning: &str) -> Problem {
    Problem::with(
        path,
        format!(
            "{lines} lines: {meaning}; one concept a file, so split it where the second begins"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::assert_places;
    use super::{check, warnings};

    #[test]
    fn long_files_warn_and_longer_ones_fail() {
        let lines = |count: usize| "x\n".repeat(count);
        let (fine, long, limit, too_long) = (lines(400), lines(401), lines(600), lines(601));
        let files = [
            ("a/fine.rs", fine.as_str()),
            ("a/limit.js", &limit),
            ("a/long.css", &long),
            ("a/too_long.html", &too_long),
            ("package-lock.json", &too_long),
        ];
        assert_places(check, &files, &["a/too_long.html"]);
        assert_places(warnings, &files, &["a/limit.js", "a/long.css"]);
    }
}
