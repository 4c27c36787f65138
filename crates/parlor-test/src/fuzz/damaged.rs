//! Damaged messages to a game.

use super::{JSON, Mutator};
use crate::{
    Laws, Session,
    laws::{
        self, demand, money,
        random::{Chance, Choice, Expected},
    },
};
use parlor_core::{Game, Input, Message};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How many messages are damaged after each thing that happens.
const EACH: u32 = 8;

/// Plays random games as [`laws::check`] does, and lets anyone send damaged messages in between: legal ones with other numbers,
/// other texts, missing and doubled pieces. Most can't be read, and the framework refuses them. Of each that can, it demands
/// that it is the same when it is written and read again, as the journal does, and every law of what comes of it.
///
/// `PARLOR_GAMES` sets how many games, instead of [`Laws::games`].
///
/// # Panics
/// Where something is broken: with what it is, the inputs up to there, and the seed that repeats them.
#[expect(clippy::needless_pass_by_value, reason = "laws are written where they are checked")]
pub fn check<G: Game>(laws: Laws<G>) {
    for seed in laws::seeds(laws::number(laws::GAMES).unwrap_or(laws.games)) {
        let mut chance = Chance::new(&laws, seed);
        let mut session = chance.session();
        let lawful = play(&laws, &mut session, &mut chance, seed);
        laws::report(&session, seed, lawful);
    }
}

fn play<G: Game>(
    laws: &Laws<G>,
    session: &mut Session<G>,
    chance: &mut Chance<'_, G>,
    seed: u64,
) -> Result<(), String> {
    let kinds = G::Action::KINDS.iter().map(|kind| format!(r#"{{"type":"{kind}","data":{{}}}}"#));
    let messages: Vec<Vec<u8>> = kinds.map(String::into_bytes).collect();
    if messages.is_empty() {
        return Ok(());
    }
    let words = JSON.iter().map(|word| word.as_bytes().to_vec()).collect();
    let mut mutator = Mutator::new(seed, messages, words);
    let opened = money::total(session);
    for _ in 0..laws.steps {
        let choice = chance.choose(session);
        if let Input::Acted(action) = &choice.input {
            mutator.keep(serde_json::to_vec(action).expect("an action is JSON"));
        }
        laws::step(laws, session, choice, opened)?;
        for _ in 0..EACH {
            if session.state().ended() {
                return Ok(());
            }
            let Some(action) = read::<G>(&mutator.next_input())? else { continue };
            let (who, input) = (Some(chance.someone()), Input::Acted(action));
            let choice = Choice { who, input, expected: Expected::Either };
            laws::step(laws, session, choice, opened)?;
        }
    }
    Ok(())
}

/// Reads a message as the framework does; nothing where it can't be read.
fn read<G: Game>(bytes: &[u8]) -> Result<Option<G::Action>, String> {
    let Some(action) = decode::<G>(bytes) else { return Ok(None) };
    let text = serde_json::to_string(&action).expect("an action is JSON");
    let again = decode::<G>(text.as_bytes());
    demand(again.as_ref() == Some(&action), || {
        format!("a message is written as {text}, and read again as {again:?}")
    })?;
    Ok(Some(action))
}

fn decode<G: Game>(bytes: &[u8]) -> Option<G::Action> {
    #[derive(Deserialize)]
    struct Sent<'a> {
        #[serde(rename = "type", borrow)]
        kind: Cow<'a, str>,
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
    }
    let sent: Sent<'_> = serde_json::from_slice(bytes).ok()?;
    G::Action::decode(&sent.kind, sent.data.map(RawValue::get)).ok()
}
