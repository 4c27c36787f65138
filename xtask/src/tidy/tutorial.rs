//! Rule: the tutorial shows the game that is played, to the letter, and that game stays small.

use super::Problem;
use super::repository::Repository;

/// The tutorial.
const TUTORIAL: &str = "docs/tutorial.md";

/// The game that it writes.
const GAME: &str = "games/src/tic_tac_toe/mod.rs";

/// What marks the block that shows the whole game.
const FENCE: &str = "```rust,tutorial";

/// The most lines of code that a first game may take; blank lines and lines of comment are free.
const LINES: usize = 60;

/// Finds a game that grew, and a tutorial that shows another one.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let Some(game) = repository.text(GAME) else {
        return vec![Problem::with(
            GAME,
            format!("missing: it is the game that {TUTORIAL} writes"),
        )];
    };
    size(game).into_iter().chain(shown(repository.text(TUTORIAL), game)).collect()
}

/// The game is small.
fn size(game: &str) -> Option<Problem> {
    let is_code = |line: &&str| !matches!(line.trim(), "") && !line.trim().starts_with("//");
    let lines = game.lines().filter(is_code).count();
    (lines > LINES).then(|| {
        Problem::with(GAME, format!("{lines} lines of code: a first game is written in at most {LINES}, or the framework asks too much"))
    })
}

/// The tutorial shows the game.
fn shown(tutorial: Option<&str>, game: &str) -> Option<Problem> {
    let wanted = format!("it shows {GAME} to the letter in a block marked {FENCE}");
    let Some(tutorial) = tutorial else {
        return Some(Problem::with(TUTORIAL, format!("missing: {wanted}")));
    };
    let Some((start, block)) = block(tutorial) else {
        return Some(Problem::with(TUTORIAL, format!("no such block: {wanted}")));
    };
    let differs = (0..block.len().max(game.lines().count()))
        .find(|&at| block.get(at).copied() != game.lines().nth(at))?;
    let message =
        format!("differs from line {} of {GAME}: a reader types what stands here", differs + 1);
    Some(Problem::on(TUTORIAL, start + differs + 1, message))
}

/// The lines of the marked block, and the line of its fence, counted from 1.
fn block(tutorial: &str) -> Option<(usize, Vec<&str>)> {
    let fence = tutorial.lines().position(|line| line.trim_end() == FENCE)?;
    let block = tutorial.lines().skip(fence + 1).take_while(|line| line.trim_end() != "```");
    Some((fence + 1, block.collect()))
}

#[cfg(test)]
mod tests {
    use super::super::{assert_places, findings};
    use super::{GAME, TUTORIAL, check};

    #[test]
    fn the_same_game_is_right() {
        let tutorial = "# Write\n\n```rust,tutorial\nfn a() {}\n\nfn b() {}\n```\n\nDone.\n";
        assert_places(check, &[(GAME, "fn a() {}\n\nfn b() {}\n"), (TUTORIAL, tutorial)], &[]);
    }

    #[test]
    fn another_game_is_found_at_its_first_line_that_differs() {
        let tutorial = "# Write\n\n```rust,tutorial\nfn a() {}\nfn c() {}\n```\n";
        assert_places(
            check,
            &[(GAME, "fn a() {}\nfn b() {}\n"), (TUTORIAL, tutorial)],
            &["docs/tutorial.md:5"],
        );
        assert_places(
            check,
            &[(GAME, "fn a() {}\n"), (TUTORIAL, tutorial)],
            &["docs/tutorial.md:5"],
        );
        let longer = "fn a() {}\nfn c() {}\nfn d() {}\n";
        assert_places(check, &[(GAME, longer), (TUTORIAL, tutorial)], &["docs/tutorial.md:6"]);
    }

    #[test]
    fn a_missing_tutorial_block_or_game_is_said() {
        let found = findings(check, &[(GAME, "fn a() {}\n")]);
        assert!(
            found[0].starts_with("docs/tutorial.md: missing: it shows games/src/tic_tac_toe"),
            "{found:?}"
        );
        assert_places(check, &[(GAME, "x\n"), (TUTORIAL, "```rust\nx\n```\n")], &[TUTORIAL]);
        assert_places(check, &[(TUTORIAL, "x\n")], &[GAME]);
    }

    #[test]
    fn a_game_that_grew_is_found() {
        let assert_size = |game: &str, places: &[&str]| {
            let tutorial = format!("```rust,tutorial\n{game}```\n");
            assert_places(check, &[(GAME, game), (TUTORIAL, &tutorial)], places);
        };
        assert_size(&"x\n".repeat(61), &[GAME]);
        assert_size(&("x\n".repeat(60) + "\n// said\n"), &[]);
    }
}
