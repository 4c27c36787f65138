//! A script, played over a session in memory.

use super::{
    Own,
    script::{Line, Script, Step, Wrong},
    telling::{Telling, clock},
};
use crate::{Session, session};
use parlor_core::{Applied, Audience, Chips, Game, Input, Message, Player, Refusal, Rejected};
use parlor_core::{State, Undecoded};
use std::{collections::BTreeMap, time::Duration};

/// What stands for a line of chat in the journal of a session that has no text beside it.
const CHAT: &str = "a line of chat";

/// Plays a script, and tells what everyone received.
pub(super) fn play<G: Game>(script: &Script, own: &[Own<G>]) -> Result<String, Wrong> {
    let refused = |refusal: Refusal| format!("the table is refused: {refusal}");
    let session = Session::new(script.options.clone(), script.seed).map_err(refused);
    let session = session.map_err(|reason| Wrong { line: 1, reason })?;
    let telling = Telling::new(session.now());
    let people = BTreeMap::new();
    let mut scene = Scene { session, own, people, telling, balances: BTreeMap::new(), over: false };
    for Line { number, text, step } in &script.lines {
        scene.telling.line(text);
        if let Some(step) = step {
            scene.step(step).map_err(|reason| Wrong { line: *number, reason })?;
            scene.tell_balances();
        }
    }
    Ok(scene.telling.into_text())
}

struct Scene<'a, G: Game> {
    session: Session<G>,
    own: &'a [Own<G>],
    /// Everyone who was ever at the table.
    people: BTreeMap<String, Player>,
    telling: Telling,
    /// What was last told of everyone's chips.
    balances: BTreeMap<String, Chips>,
    over: bool,
}

impl<G: Game> Scene<'_, G> {
    /// What one line comes to. An error is the script's fault, or the game's; a refusal is told.
    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Step::Passes(time) = step {
            return self.pass(*time);
        }
        if self.over {
            return Err("the session is over".into());
        }
        match step {
            Step::Chips(name, chips) => {
                let known = self.people.contains_key(name);
                demand(!known, || {
                    format!("{name} has chips already: say so before the first `sits`")
                })?;
                self.session.bank().open(session::player(name).id, *chips);
                Ok(())
            }
            Step::Sits(name) => self.come(name, Input::Joined),
            Step::Watches(name) => self.come(name, Input::Watched),
            Step::Leaves(name) => {
                let who = self.person(name)?;
                let watches = self.session.state().players().watches(who.id);
                let input = if watches { Input::Unwatched } else { Input::Left };
                self.is_here(&who)?;
                self.happen(Some(&who), input)
            }
            Step::Says(name, text) => {
                let who = self.person(name)?;
                self.is_here(&who)?;
                self.telling.chat(&who, text);
                self.happen(Some(&who), Input::Said { hash: CHAT.into() })
            }
            Step::Sends(name, kind, data) => {
                let who = self.person(name)?;
                self.send(&who, kind, data.as_deref())
            }
            Step::Passes(time) => self.pass(*time),
            Step::Restarts => {
                self.session.restore().map_err(|why| format!("a snapshot can't be read: {why}"))?;
                self.happen(None, Input::Resumed)
            }
            Step::Own(word, rest) => {
                let own = self.own.iter().find(|own| own.word == word);
                let own = own.ok_or_else(|| format!("nothing is known of `{word}`"))?;
                (own.does)(&mut self.session, rest)
            }
        }
    }

    fn come(&mut self, name: &str, input: Input<G::Action>) -> Result<(), String> {
        let who = session::player(name);
        let players = self.session.state().players();
        let here = players.contains(who.id) || players.watches(who.id);
        demand(!here, || format!("{name} is at the table already"))?;
        self.session.bank().open(who.id, Chips::new(1000));
        self.people.insert(name.to_owned(), who.clone());
        let audience = match input {
            Input::Watched => Audience::Spectators,
            _ => Audience::Player(who.id),
        };
        self.telling.newcomer(audience);
        self.happen(Some(&who), input)
    }

    /// A message is judged in the order in which the framework does.
    fn send(&mut self, who: &Player, kind: &str, data: Option<&str>) -> Result<(), String> {
        let action = G::Action::decode(kind, data);
        let watches = self.session.state().players().watches(who.id);
        let seated = self.session.state().players().seat(who.id).is_some();
        let action = match action {
            Err(Undecoded::UnknownType) => {
                let reason = format!("this game has no message of the type {kind:?}");
                return self.refused(who, &Refusal::new("unknown_type", reason));
            }
            Err(Undecoded::Invalid(reason)) => Err(Refusal::invalid_data(reason)),
            Ok(action) => Ok(action),
        };
        let asks = State::<G>::is_query(kind);
        let stranger = match (asks, watches, seated) {
            (true, ..) | (false, false, true) => None,
            (false, true, _) => {
                Some(Refusal::new("spectator", "you only watch; take a seat to play"))
            }
            (false, false, false) => Some(Refusal::not_seated()),
        };
        match (stranger, action) {
            (Some(refusal), _) | (None, Err(refusal)) => self.refused(who, &refusal),
            (None, Ok(action)) if asks => self.ask(who, action),
            (None, Ok(action)) => self.happen(Some(who), Input::Acted(action)),
        }
    }

    fn ask(&mut self, who: &Player, action: G::Action) -> Result<(), String> {
        let state = self.session.state();
        let audience = match state.players().watches(who.id) {
            true => Audience::Spectators,
            false => Audience::Player(who.id),
        };
        let balance = self.session.bank().balance(who.id);
        match state.query(action, who, balance, audience) {
            Ok(None) => Ok(()),
            Ok(Some(event)) => {
                self.telling.answer(who, &event);
                Ok(())
            }
            Err(Rejected::Refused(refusal)) => self.refused(who, &refusal),
            Err(Rejected::Fault(why)) => Err(format!("the game failed: {why}")),
        }
    }

    fn pass(&mut self, time: Duration) -> Result<(), String> {
        let time = i64::try_from(time.as_millis()).map_err(|_| "that is too long".to_owned())?;
        let until = self.session.now() + time;
        let mut rang = false;
        while let Some((at, input)) = self.session.state().next_alarm() {
            if at > until || self.over {
                break;
            }
            rang = true;
            self.session.pass_until(at);
            let what = if matches!(input, Input::Closed) { "" } else { ", an alarm rings" };
            self.telling.note(&format!("it is {}{what}", clock(at)));
            self.happen(None, input)?;
        }
        self.session.pass_until(until);
        if !rang {
            self.telling.note(&format!("it is {}, and nothing rang", clock(until)));
        }
        Ok(())
    }

    /// Applies what happens, and tells of it. One who brought it about is told of a refusal; nobody else can be.
    fn happen(&mut self, who: Option<&Player>, input: Input<G::Action>) -> Result<(), String> {
        let closes = matches!(input, Input::Closed);
        let applied: Applied<G> = match (self.session.apply(who, input), who) {
            (Ok(applied), _) => applied.clone(),
            (Err(Rejected::Refused(refusal)), Some(who)) => return self.refused(who, &refusal),
            (Err(why), _) => return Err(format!("the game failed: {why}")),
        };
        let players = self.session.state().players();
        for effect in &applied.effects {
            self.telling.effect(effect, players, &self.people);
        }
        if closes {
            self.over = true;
            self.telling.note("the session is over");
        } else if self.session.state().ended() {
            self.happen(None, Input::Closed)?;
        }
        Ok(())
    }

    fn refused(&mut self, who: &Player, refusal: &Refusal) -> Result<(), String> {
        self.telling.refused(who, refusal);
        Ok(())
    }

    fn tell_balances(&mut self) {
        let now =
            self.people.iter().map(|(name, p)| (name.clone(), self.session.bank().balance(p.id)));
        let now: BTreeMap<String, Chips> = now.collect();
        let changed = now.iter().filter(|(name, chips)| self.balances.get(*name) != Some(*chips));
        let changed: Vec<_> = changed.map(|(name, chips)| format!("{name} {chips}")).collect();
        if !changed.is_empty() {
            self.telling.note(&format!("chips: {}", changed.join(", ")));
        }
        self.balances = now;
    }

    fn person(&self, name: &str) -> Result<Player, String> {
        let known = self.people.get(name).cloned();
        known.ok_or_else(|| format!("{name} has never been at the table"))
    }

    fn is_here(&self, who: &Player) -> Result<(), String> {
        let players = self.session.state().players();
        let here = players.contains(who.id) || players.watches(who.id);
        demand(here, || format!("{} is not at the table", who.name))
    }
}

fn demand(holds: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wrong()) }
}
