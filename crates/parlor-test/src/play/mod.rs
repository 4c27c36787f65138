//! Scenes at a table, told again: scripts of what everyone does, and snapshots of what everyone then received.
//!
//! A script is a text file, `NAME.play`:
//!
//! ```text
//! # Two play, one watches.
//! seed 7                           the seeds of the session follow from it
//! options {"decks": 2}             what the table is created with
//! chips ann 100                    where it is not 1,000, before the player sits down
//! ann sits
//! eve watches
//! ann: place_bet {"bet":"10.00"}   a message, its data as JSON; `ann: TYPE` has none
//! ann says good luck
//! +30s                             time goes by, and alarms ring: `ms`, `s` or `m`
//! restart                          the session goes on from its snapshot, as after a crash
//! ann leaves
//! ```
//!
//! The snapshot, `NAME.play.out`, has the script's lines, and below each of them what it came to: who received which event
//! or view, who was refused and why, and whose balance is another. Of a view that a viewer knows, only those keys are
//! shown that have changed. It is read by people before it is kept, and a game that tells anything else later fails.
//!
//! - `script`: what stands in a script
//! - `scene`: a script, played
//! - `telling`: what each received, as text
//! - `snapshot`: the text that was kept, and how it differs

mod script;

mod scene;
mod telling;

mod snapshot;

use crate::Session;
use parlor_core::Game;
use script::Script;
use std::{fs, path::Path};

/// A kind of line of a game's own, such as `shoe 8S 10D 8D 7H`, which stacks the shoe.
#[derive(Debug, Clone)]
pub struct Own<G: Game> {
    /// The word that the line begins with.
    pub word: &'static str,
    /// What it does with the rest of the line; an error says what is wrong with that.
    pub does: fn(&mut Session<G>, &str) -> Result<(), String>,
}

/// Plays all scripts of the game's folder in this one, `tests/tables/blackjack/*.play`, and compares what everyone
/// receives with the snapshots beside them.
///
/// With `UPDATE_PLAYS=1` in the environment, the snapshots are written instead.
///
/// # Panics
/// Where a script is wrong, with its file and line; where something else is received than is kept, with the difference
/// and the command that accepts it.
pub fn check<G: Game>(folder: impl AsRef<Path>) {
    check_with::<G>(folder, &[]);
}

/// [`check`], with kinds of lines of the game's own.
///
/// # Panics
/// As [`check`] does.
pub fn check_with<G: Game>(folder: impl AsRef<Path>, own: &[Own<G>]) {
    let folder = folder.as_ref().join(G::NAME);
    let scripts = snapshot::scripts(&folder).unwrap_or_else(|why| panic!("{why}"));
    let played = scripts.iter().map(|path| snapshot::compare(path, &play(path, own)?));
    let wrong: Vec<String> = played.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn play<G: Game>(path: &Path, own: &[Own<G>]) -> Result<String, String> {
    let file = path.display();
    let text = fs::read_to_string(path).map_err(|why| format!("{file}: {why}"))?;
    let words: Vec<&str> = own.iter().map(|own| own.word).collect();
    let played = Script::parse(&text, &words).and_then(|script| scene::play(&script, own));
    played.map_err(|wrong| format!("{file}:{}: {}", wrong.line, wrong.reason))
}
