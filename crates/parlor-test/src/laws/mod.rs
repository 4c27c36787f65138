//! The laws every game must obey, tried in random games.
//!
//! - `moves`: what is legal is accepted, and nothing else is; a refusal changes nothing; no game fails
//! - `money`: chips are conserved, and nobody is below zero
//! - `seats`: a seat moves nobody
//! - `progress`: there is always a way on
//! - `replay`: the records give the same again, and a crash after any of them, or after each, loses nothing
//! - `random`: what happens next in a random game

pub(crate) mod money;
mod moves;
mod progress;
pub(crate) mod random;
mod replay;
mod seats;

use crate::Session;
use parlor_core::{Game, Message};
use random::{Chance, Choice};
use serde_json::{Value, json};
use std::str::FromStr;

/// The variable that repeats one random game by its seed.
pub(crate) const SEED: &str = "PARLOR_SEED";

/// The variable that says how many random games are played, whatever the laws say.
pub(crate) const GAMES: &str = "PARLOR_GAMES";

/// In one of so many games, all records after a crash are replayed for each of them: that takes as long as many games do.
const CRASHES_IN_ONE_OF: usize = 25;

/// How a game is tried.
#[derive(Debug, Clone)]
pub struct Laws<G: Game> {
    /// How many random games.
    pub games: u32,
    /// How many things happen in each.
    pub steps: u32,
    /// How many may play at once.
    pub players: usize,
    /// What tables are created with, one of these each.
    pub options: Vec<Value>,
    /// What kind of action it is, where [`Message::kind`] is too coarse: with `legal`, all actions of one kind stand or fall.
    pub kind_of: fn(&G::Action) -> String,
}

impl<G: Game> Default for Laws<G> {
    fn default() -> Self {
        Self {
            games: 1000,
            steps: 80,
            players: G::MAX_PLAYERS.min(6),
            options: vec![json!(null)],
            kind_of: |action| action.kind().to_owned(),
        }
    }
}

/// Plays random games, and demands every law of each of them. `PARLOR_GAMES` sets how many, instead of [`Laws::games`].
///
/// # Panics
/// Where a law is broken: with the law, the inputs up to there, and the seed that repeats them.
#[expect(clippy::needless_pass_by_value, reason = "laws are written where they are checked")]
pub fn check<G: Game>(laws: Laws<G>) {
    for (game, seed) in seeds(number(GAMES).unwrap_or(laws.games)).enumerate() {
        let mut chance = Chance::new(&laws, seed);
        let mut session = chance.session();
        let mut lawful = play(&laws, &mut session, &mut chance);
        // The only game that `PARLOR_SEED` repeats is the first, and tried as well.
        if game % CRASHES_IN_ONE_OF == 0 {
            lawful = lawful.and_then(|()| replay::a_crash_loses_nothing(&session));
        }
        report(&session, seed, lawful);
    }
}

/// The whole number in a variable, where that is set.
pub(crate) fn number<T: FromStr>(variable: &str) -> Option<T> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a whole number")))
}

/// The seeds of so many random games, other ones each time; the one of `PARLOR_SEED` alone where that is set.
pub(crate) fn seeds(games: u32) -> impl Iterator<Item = u64> {
    let one = number(SEED);
    let games = if one.is_some() { 1 } else { games };
    (0..games).map(move |_| one.unwrap_or_else(|| fastrand::u64(..)))
}

/// Panics with all it takes to repeat a game in which a law was broken.
pub(crate) fn report<G: Game>(session: &Session<G>, seed: u64, lawful: Result<(), String>) {
    let Err(broken) = lawful else { return };
    let mut inputs = String::new();
    for record in session.records() {
        let who = record.who.as_ref().map_or("-", |player| &player.name);
        let input = serde_json::to_string(&record.input).expect("an input is JSON");
        inputs += &format!("{:>5} {who} {input}\n", record.seq);
    }
    panic!("{}: {broken}\n{inputs}{SEED}={seed} repeats it", G::NAME);
}

fn play<G: Game>(
    laws: &Laws<G>,
    session: &mut Session<G>,
    chance: &mut Chance<'_, G>,
) -> Result<(), String> {
    let opened = money::total(session);
    // Some games go on from a snapshot after every step, others seldom.
    let seldom = chance.one_of(&[1, 10, 40, 40]);
    for _ in 0..laws.steps {
        let choice = chance.choose(session);
        step(laws, session, choice, opened)?;
        if session.state().ended() {
            break;
        }
        if chance.one_in(seldom) {
            replay::a_snapshot_is_the_same(session)?;
        }
    }
    progress::alarms_come_to_rest(session)?;
    money::everything_goes_home(session)?;
    replay::a_replay_is_the_same(session)
}

/// Demands that something holds; else says what is broken.
pub(crate) fn demand(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// Applies what was chosen, and demands every law of it.
pub(crate) fn step<G: Game>(
    laws: &Laws<G>,
    session: &mut Session<G>,
    choice: Choice<G>,
    opened: i64,
) -> Result<(), String> {
    let seats = seats::taken(session);
    moves::everyone_may_look(session)?;
    moves::apply(laws, session, choice)?;
    seats::a_seat_moves_nobody(&seats, session)?;
    money::chips_are_conserved(session, opened)?;
    progress::someone_can_go_on(session)
}
