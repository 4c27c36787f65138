//! Rule: the framework knows no game by name, and games know no HTTP, SQL or socket.

use super::Problem;
use super::manifest::dependencies;
use super::paths::lines_naming;
use super::repository::{Repository, is_test};
use super::source::{Kind, Source, lines_with};

/// The framework's crate.
const FRAMEWORK: &str = "crates/parlor/";

/// Parts of it that are not the framework itself.
const AROUND: [&str; 3] = ["examples/", "benches/", "tests/"];

/// Names of games, in lower case, that are found in any longer word too.
const GAMES: [&str; 6] =
    ["blackjack", "tic-tac-toe", "tic_tac_toe", "tictactoe", "poker", "roulette"];

/// Names of games that are also parts of other words: found only by themselves.
const SHORT_GAMES: [&str; 2] = ["craps", "slots"];

/// Crates that speak to the outside.
const OUTSIDE: [&str; 10] = [
    "axum",
    "hyper",
    "redis",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tokio",
    "tokio_tungstenite",
    "tower_http",
    "tungstenite",
];

/// Finds games in the framework, and the outside in games.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let framework = repository
        .texts_in(FRAMEWORK, "")
        .filter(|(path, _)| is_framework(path))
        .flat_map(|(path, text)| games_named(path, text));
    let games =
        repository.texts_in("games/src/", ".rs").flat_map(|(path, text)| outside_named(path, text));
    framework.chain(games).chain(outside_needed(repository)).collect()
}

/// Whether a file is the framework's own: its source, templates and scripts.
fn is_framework(path: &str) -> bool {
    let inner = path.strip_prefix(FRAMEWORK).unwrap_or(path);
    !is_test(path) && !inner.ends_with(".md") && !AROUND.iter().any(|it| inner.starts_with(it))
}

/// The lines of a file of the framework that name a game. Documentation may, as an example.
fn games_named(path: &str, text: &str) -> Vec<Problem> {
    let text = if path.ends_with(".rs") {
        Source::new(text).only_live(&[Kind::Code, Kind::Literal, Kind::Comment])
    } else {
        without_doc_comments(text)
    };
    let text = text.to_lowercase();
    let long = GAMES.iter().flat_map(|game| {
        let named = text.lines().zip(1..).filter(|(line, _)| line.contains(game));
        named.map(|(_, line)| (line, *game)).collect::<Vec<_>>()
    });
    let short = SHORT_GAMES
        .iter()
        .flat_map(|game| lines_with(&text, game).into_iter().map(|line| (line, *game)));
    let problem = |(line, game)| {
        Problem::on(
            path,
            line,
            format!("`{game}`: the framework knows no game by name; games tell it theirs"),
        )
    };
    long.chain(short).map(problem).collect()
}

/// The text of a script or template; the lines of its `/** … */` are blank.
fn without_doc_comments(text: &str) -> String {
    let is_doc =
        |line: &str| ["/**", "* ", "*/"].iter().any(|it| line.trim_start().starts_with(it));
    let lines: Vec<&str> = text.lines().map(|line| if is_doc(line) { "" } else { line }).collect();
    lines.join("\n")
}

/// The lines of a game that name a crate of the outside.
fn outside_named(path: &str, text: &str) -> Vec<Problem> {
    let code = Source::new(text).only(&[Kind::Code]);
    let named = OUTSIDE.iter().flat_map(|name| {
        lines_naming(&code, name).into_iter().map(|line| Problem::on(path, line, reason(name)))
    });
    named.collect()
}

/// The dependencies of the games that are crates of the outside.
fn outside_needed(repository: &Repository) -> Vec<Problem> {
    let path = "games/Cargo.toml";
    let needed = dependencies(repository.text(path).unwrap_or_default());
    let outside = needed.iter().filter(|it| OUTSIDE.contains(&it.name.replace('-', "_").as_str()));
    outside.map(|it| Problem::on(path, it.line, reason(it.name))).collect()
}

/// Why a game must not name a crate.
fn reason(name: &str) -> String {
    format!("`{name}`: games know no HTTP, SQL or socket, so that they play anywhere")
}

#[cfg(test)]
mod tests {
    use super::super::assert_places;
    use super::check;

    #[test]
    fn a_game_in_the_framework_is_found() {
        let files = [
            (
                "crates/parlor/src/a.rs",
                "fn f() {}\nstruct BlackjackTable;\nconst N: &str = \"slots\";\n",
            ),
            ("crates/parlor/src/b.rs", "// like Craps\n"),
            ("crates/parlor/static/c.css", ".tic-tac-toe {}\n"),
        ];
        assert_places(
            check,
            &files,
            &[
                "crates/parlor/src/a.rs:2",
                "crates/parlor/src/a.rs:3",
                "crates/parlor/src/b.rs:1",
                "crates/parlor/static/c.css:1",
            ],
        );
    }

    #[test]
    fn documentation_tests_and_examples_may_name_games() {
        let files = [
            ("crates/parlor/src/a.rs", "/// `/games/blackjack/`\nfn scraps() {}\n//! poker\n"),
            (
                "crates/parlor/src/b.rs",
                "#[cfg(test)]\nmod tests { const GAME: &str = \"craps\"; }\n",
            ),
            ("crates/parlor/src/socket/tests.rs", "// blackjack\n"),
            ("crates/parlor/static/a.js", "/** For one,\n * blackjack\n */\nlet scraps;\n"),
            ("crates/parlor/tests/site.rs", "// blackjack\n"),
            ("crates/parlor/examples/poker.rs", "// poker\n"),
            ("crates/parlor-core/src/kit.rs", "// poker\n"),
        ];
        assert_places(check, &files, &[]);
    }

    #[test]
    fn a_game_that_knows_the_outside_is_found() {
        let manifest = "[dependencies]\nparlor-core.workspace = true\ntokio-tungstenite = \"1\"\n";
        let files = [
            ("games/Cargo.toml", manifest),
            (
                "games/src/craps/mod.rs",
                "/// Not axum.\nuse axum::Router;\nuse {sqlx::Any, std::fmt};\n",
            ),
        ];
        assert_places(
            check,
            &files,
            &["games/src/craps/mod.rs:2", "games/src/craps/mod.rs:3", "games/Cargo.toml:3"],
        );
    }
}
