//! What happens next in a random game.

use super::Laws;
use crate::{Session, session};
use parlor_core::{Chips, Game, Input, Message, Player};
use serde_json::{Value, json};
use std::time::Duration;

/// What happens next, and what the laws say to it.
#[derive(Debug)]
pub(crate) struct Choice<G: Game> {
    pub(crate) who: Option<Player>,
    pub(crate) input: Input<G::Action>,
    pub(crate) expected: Expected,
}

/// What the laws say to an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It is applied.
    Applied,
    /// It is applied, or refused for want of chips alone.
    AppliedWithFunds,
    /// It is applied or refused.
    Either,
}

/// One random game: who comes and goes, what they try, and when alarms ring.
#[derive(Debug)]
pub(crate) struct Chance<'a, G: Game> {
    laws: &'a Laws<G>,
    random: fastrand::Rng,
    people: Vec<Player>,
    /// Whether everyone can pay everything.
    rich: bool,
    /// Actions that were legal for someone at some time.
    seen: Vec<G::Action>,
}

impl<'a, G: Game> Chance<'a, G> {
    pub(crate) fn new(laws: &'a Laws<G>, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let most = random.usize(1..=laws.players.max(1));
        // One more than may play: someone finds every chair taken, waits, or watches.
        let people = (0..=most).map(|n| session::player(&format!("player{n}"))).collect();
        let rich = random.bool();
        Self { laws, random, people, rich, seen: Vec::new() }
    }

    /// A new session with one of the options, and an account for everyone.
    pub(crate) fn session(&mut self) -> Session<G> {
        let options = self.random.choice(&self.laws.options).cloned().unwrap_or_default();
        let session = Session::new(options, self.random.u64(..)).expect("options the game takes");
        for player in &self.people {
            let chips = if self.rich { 1_000_000 } else { self.random.u32(0..60) };
            session.bank().open(player.id, Chips::new(chips));
        }
        session
    }

    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.random.u32(..n) == 0
    }

    pub(crate) fn one_of(&mut self, numbers: &[u32]) -> u32 {
        *self.random.choice(numbers).expect("there are numbers")
    }

    /// What happens next; some time goes by before it.
    pub(crate) fn choose(&mut self, session: &mut Session<G>) -> Choice<G> {
        session.pass(Duration::from_millis(self.random.u64(..3000)));
        loop {
            let choice = match self.random.u32(..100) {
                0..10 => self.come(session),
                10..14 => self.go(session),
                14..16 => self.watch(session),
                16 => self.rename(session),
                17..23 => ring(session),
                23..25 => Some(self.table()),
                25..80 => self.legal(session),
                _ => self.anything(),
            };
            if let Some(choice) = choice {
                return choice;
            }
        }
    }

    pub(crate) fn someone(&mut self) -> Player {
        self.random.choice(&self.people).expect("there are people").clone()
    }

    fn come(&mut self, session: &Session<G>) -> Option<Choice<G>> {
        let who = self.someone();
        let players = session.state().players();
        let outside = !players.contains(who.id) && !players.watches(who.id);
        // A game may have its own reasons to refuse a player.
        outside.then_some(Choice {
            who: Some(who),
            input: Input::Joined,
            expected: Expected::Either,
        })
    }

    fn go(&mut self, session: &Session<G>) -> Option<Choice<G>> {
        let who = self.someone();
        let seated = session.state().players().contains(who.id);
        seated.then_some(Choice { who: Some(who), input: Input::Left, expected: Expected::Applied })
    }

    fn watch(&mut self, session: &Session<G>) -> Option<Choice<G>> {
        let who = self.someone();
        let players = session.state().players();
        let input = match (players.contains(who.id), players.watches(who.id)) {
            (true, _) => return None,
            (false, false) => Input::Watched,
            (false, true) => Input::Unwatched,
        };
        Some(Choice { who: Some(who), input, expected: Expected::Applied })
    }

    /// Someone at the table gets a name of six letters, as an account has that was a guest.
    fn rename(&mut self, session: &Session<G>) -> Option<Choice<G>> {
        let Player { id, .. } = self.someone();
        let players = session.state().players();
        let name = std::iter::repeat_with(|| self.random.lowercase()).take(6).collect();
        let who = Some(Player { id, name });
        let there = players.contains(id) || players.watches(id);
        there.then_some(Choice { who, input: Input::Renamed, expected: Expected::Applied })
    }

    /// What the framework itself does to a session.
    fn table(&mut self) -> Choice<G> {
        let chat = Input::Said { hash: "a line of chat".into() };
        let input = if self.random.bool() { Input::Resumed } else { chat };
        Choice { who: None, input, expected: Expected::Applied }
    }

    fn legal(&mut self, session: &Session<G>) -> Option<Choice<G>> {
        let players: Vec<_> = session.state().players().iter().map(|(_, p)| p.clone()).collect();
        let who = self.random.choice(&players)?.clone();
        let legal = session.state().legal(who.id);
        for action in &legal {
            if !self.seen.contains(action) {
                self.seen.push(action.clone());
            }
        }
        let input = Input::Acted(self.random.choice(&legal)?.clone());
        let expected = if self.rich { Expected::Applied } else { Expected::AppliedWithFunds };
        Some(Choice { who: Some(who), input, expected })
    }

    /// An action that was legal for someone once, or a forged one, of anyone who is near.
    fn anything(&mut self) -> Option<Choice<G>> {
        let seen = self.random.choice(&self.seen).cloned();
        let action = if self.random.bool() { seen } else { self.forged() };
        let (who, input) = (Some(self.someone()), Input::Acted(action?));
        Some(Choice { who, input, expected: Expected::Either })
    }

    /// Any data that the decoder takes.
    fn forged(&mut self) -> Option<G::Action> {
        let kind = self.random.choice(G::Action::KINDS)?;
        let model = self.seen.iter().find(|action| action.kind() == *kind);
        let model = model.map(|action| serde_json::to_value(action).expect("an action is JSON"));
        let mut data = model.map_or(Value::Null, |mut message| message["data"].take());
        match &mut data {
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    *field = self.value();
                }
            }
            data => *data = self.value(),
        }
        G::Action::decode(kind, Some(&data.to_string())).ok()
    }

    /// A value that could go wrong, or one that stood somewhere in an action.
    fn value(&mut self) -> Value {
        let odd = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!(8),
            json!(9),
            json!(255),
            json!(-1),
            json!(1e300),
            json!("0"),
            json!("1"),
            json!("0.5"),
            json!("1.25"),
            json!("20"),
            json!("500.5"),
            json!("9007199254740991"),
            json!(""),
            json!([]),
            json!({}),
            json!("NaN"),
        ];
        let seen = self.random.choice(&self.seen);
        let data = seen.map(|a| serde_json::to_value(a).expect("an action is JSON")["data"].take());
        let values = data.as_ref().and_then(Value::as_object).into_iter().flat_map(|o| o.values());
        let values: Vec<&Value> = values.chain(&odd).collect();
        self.random.choice(&values).map_or(Value::Null, |value| (*value).clone())
    }
}

fn ring<G: Game>(session: &mut Session<G>) -> Option<Choice<G>> {
    let (at, input) = session.state().next_alarm()?;
    session.pass_until(at);
    Some(Choice { who: None, input, expected: Expected::Applied })
}
