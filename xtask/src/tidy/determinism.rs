//! Rule: clippy knows, too, what a pure crate must not touch. A `clippy.toml` lies beside each such crate.

use super::Problem;
use super::repository::Repository;

/// The pure crates.
const CRATES: [&str; 2] = ["crates/parlor-core", "games"];

/// What each of them forbids by name.
const FORBIDDEN: [&str; 8] = [
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::env::var",
    "std::thread::spawn",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
];

/// Finds what a `clippy.toml` leaves out.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    CRATES.iter().flat_map(|folder| one(repository, &format!("{folder}/clippy.toml"))).collect()
}

/// What is wrong with one `clippy.toml`.
fn one(repository: &Repository, path: &str) -> Vec<Problem> {
    let Some(text) = repository.text(path) else {
        return vec![Problem::with(
            path,
            "missing: it forbids what makes a replay come out differently",
        )];
    };
    let missing = FORBIDDEN.iter().filter(|name| !text.contains(&format!("path = \"{name}\"")));
    let entries = text.lines().zip(1..).filter(|(line, _)| line.contains("path = "));
    let bare = entries.filter(|(line, _)| !line.contains("reason = "));
    missing
        .map(|name| {
            Problem::with(
                path,
                format!("`{name}` is not forbidden, and a replay could differ by it"),
            )
        })
        .chain(
            bare.map(|(_, line)| {
                Problem::on(path, line, "no reason: say what to use in its place")
            }),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_places, findings};
    use super::{FORBIDDEN, check};

    /// A `clippy.toml` that forbids all of these.
    fn forbidding(names: &[&str]) -> String {
        let entry = |name: &&str| format!("  {{ path = \"{name}\", reason = \"because\" }},\n");
        names.iter().map(entry).collect()
    }

    #[test]
    fn complete_lists_are_right() {
        let text = forbidding(&FORBIDDEN);
        assert_places(
            check,
            &[("crates/parlor-core/clippy.toml", &text), ("games/clippy.toml", &text)],
            &[],
        );
    }

    #[test]
    fn a_missing_file_a_missing_name_and_a_missing_reason_are_found() {
        let text = forbidding(&FORBIDDEN[1..]).replacen("reason = ", "note = ", 1);
        let found = findings(check, &[("games/clippy.toml", &text)]);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].starts_with("crates/parlor-core/clippy.toml: missing"));
        assert!(
            found[1].starts_with("games/clippy.toml: `std::collections::HashMap` is not forbidden")
        );
        assert!(found[2].starts_with("games/clippy.toml:1: no reason"));
    }
}
