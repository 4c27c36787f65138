//! Rule: nothing points up. Each crate stands on a floor, and depends only on crates of lower floors.

use super::Problem;
use super::manifest::{self, dependencies};
use super::repository::Repository;

/// The crates of the workspace and their floors: parlor-macros ← parlor-core ← games ← casino, and
/// parlor-core ← parlor ← casino. Two crates on one floor do not know each other.
const FLOORS: &[(&str, u8)] = &[
    ("xtask", 0),
    ("parlor-macros", 0),
    ("parlor-core", 1),
    ("games", 2),
    ("parlor", 2),
    ("parlor-test", 3),
    ("parlor-cli", 4),
    ("casino", 4),
    ("bench", 5),
    ("bench-peers", 0),
    ("parlor-fuzz", 5),
];

/// The crate that only tests may depend on, from any floor, and the one that measures.
const TEST_KIT: &str = "parlor-test";

/// Nothing of it is in a site.
const BENCH: &str = "bench";

/// Finds dependencies that point up, and crates without a floor.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let manifests = repository.texts_in("", "/Cargo.toml");
    manifests.flat_map(|(path, text)| one(path, text)).collect()
}

/// What is wrong with one manifest.
fn one(path: &str, text: &str) -> Vec<Problem> {
    let Some(name) = manifest::name(text) else { return Vec::new() };
    let Some(floor) = floor(name) else {
        return vec![Problem::with(
            path,
            format!("`{name}` has no floor: give it one in tidy/direction.rs"),
        )];
    };
    let wrong = |dependency: &manifest::Dependency<'_>| match dependency.name {
        TEST_KIT if dependency.dev || name == BENCH => None,
        TEST_KIT => Some(format!("`{TEST_KIT}` is for tests: make it a dev-dependency")),
        other if self::floor(other)? >= floor => Some(format!(
            "`{name}` must not depend on `{other}`: dependencies point down, see ARCHITECTURE.md"
        )),
        _ => None,
    };
    let problem = |it: &manifest::Dependency<'_>| Some(Problem::on(path, it.line, wrong(it)?));
    dependencies(text).iter().filter_map(problem).collect()
}

/// The floor of a crate; none for crates from elsewhere.
fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(it, _)| *it == name).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use super::super::{assert_places, findings};
    use super::check;

    #[test]
    fn what_points_up_or_sideways_is_found() {
        let core = "[package]\nname = \"parlor-core\"\n[dependencies]\nserde = \"1\"\nparlor.workspace = true\n";
        let games = "[package]\nname = \"games\"\n[dependencies]\nparlor-core.workspace = true\n\n[dev-dependencies]\nparlor = {}\n";
        let files = [("crates/parlor-core/Cargo.toml", core), ("games/Cargo.toml", games)];
        assert_places(check, &files, &["crates/parlor-core/Cargo.toml:5", "games/Cargo.toml:7"]);
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        let casino = "[package]\nname = \"casino\"\n[dependencies]\nparlor-test = {}\n";
        let found = findings(check, &[("casino/Cargo.toml", casino)]);
        assert_eq!(
            found,
            ["casino/Cargo.toml:4: `parlor-test` is for tests: make it a dev-dependency"]
        );
        let games = "[package]\nname = \"games\"\n[dev-dependencies]\nparlor-test = {}\n";
        assert_places(check, &[("games/Cargo.toml", games)], &[]);
    }

    #[test]
    fn what_points_down_is_right() {
        let casino = "[package]\nname = \"casino\"\n[dependencies]\ngames = {}\nparlor = {}\ntokio = \"1\"\n";
        assert_places(check, &[("casino/Cargo.toml", casino)], &[]);
    }

    #[test]
    fn a_new_crate_needs_a_floor() {
        assert_places(
            check,
            &[("attic/Cargo.toml", "[package]\nname = \"attic\"\n")],
            &["attic/Cargo.toml"],
        );
    }
}
