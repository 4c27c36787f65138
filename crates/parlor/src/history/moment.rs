//! What one viewer knew of one record.

use super::eyes::Eyes;
use crate::session::frames;
use parlor_core::{Applied, Audience, Effect, Game, Input, PlayerId, Record, State, What};
use serde::Serialize;
use serde_json::value::RawValue;

/// What a viewer knew of a record that changed something for the viewer.
#[derive(Debug, Serialize)]
pub(crate) struct Moment {
    /// The record's number.
    seq: u64,
    /// When it was, in milliseconds since 1970.
    at: i64,
    /// What happened, as the journal calls it.
    kind: &'static str,
    /// Who caused it.
    who: Option<String>,
    /// What was done, where the viewer may know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Box<RawValue>>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
    /// The events that the viewer was told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Box<RawValue>>,
    /// The game's stage.
    stage: &'static str,
    /// What the viewer saw from then on; left out where that is as before.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    seen: Option<Seen>,
}

impl Moment {
    /// It shows this, whatever was seen before.
    pub(super) fn shows(&mut self, now: Option<Seen>) {
        self.seen = now;
    }

    /// How much it takes, in bytes, of what a game makes as large as it likes.
    pub(super) fn bytes(&self) -> usize {
        let seen = self.seen.as_ref().map_or(0, |seen| seen.view.get().len());
        seen + self.events.iter().chain(&self.action).map(|text| text.get().len()).sum::<usize>()
    }
}

/// The game as a viewer saw it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seen {
    /// The viewer's name at the table; nothing for a spectator.
    user: Option<String>,
    /// What the viewer saw.
    view: Box<RawValue>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.view.get() == other.view.get()
    }
}

impl Seen {
    /// What these eyes see of a session as it stands; nothing, where the game fails to say.
    pub(super) fn of<G: Game>(state: &State<G>, eyes: &Eyes) -> Option<Self> {
        let view = state.view(eyes.audience(state.players())).ok()?;
        let user = state.players().get(eyes.player).map(|player| player.name.clone());
        Some(Self { user, view: raw(&view)? })
    }
}

/// What a record was for these eyes: `now` is what they see after it, where that is worth showing, and `said` its line of chat.
/// Nothing, where it neither changed nor told them anything.
pub(super) fn moment<G: Game>(
    applied: &Applied<G>,
    state: &State<G>,
    stage: &'static str,
    eyes: &Eyes,
    (now, said): (Option<Seen>, Option<String>),
) -> Option<Moment> {
    let Applied { record, effects, .. } = applied;
    let Record { seq, at, who, input, .. } = record;
    let own = who.as_ref().is_some_and(|who| who.id == eyes.player);
    let audience = eyes.audience(state.players());
    let events: Vec<_> = effects.iter().filter_map(|effect| told(effect, audience)).collect();
    let ends = matches!(input, Input::Created { .. } | Input::Closed);
    if !own && !ends && now.is_none() && said.is_none() && events.is_empty() {
        return None;
    }
    let action = match input {
        Input::Acted(action) if own || G::PUBLIC_ACTIONS => raw(action),
        _ => None,
    };
    let who = who.as_ref().map(|who| who.name.clone());
    let (seq, at, kind) = (*seq, *at, input.kind());
    Some(Moment { seq, at, kind, who, action, said, events, stage, seen: now })
}

/// The event that this audience was told; views are in what it saw.
fn told<G: Game>(effect: &Effect<G>, audience: Audience) -> Option<Box<RawValue>> {
    let mine = |player: &PlayerId| audience == Audience::Player(*player);
    match &effect.what {
        What::All(event) => raw(event),
        What::Sent(event) => raw(event),
        What::One(player, event) if mine(player) => raw(event),
        What::Each(each) => {
            let (_, event) = each.iter().find(|(to, _)| *to == audience)?;
            raw(event)
        }
        What::One(..) | What::EachView(_) | What::Refresh(_) | What::Chat => None,
    }
}

fn raw(value: &impl Serialize) -> Option<Box<RawValue>> {
    RawValue::from_string(frames::event(value)).ok()
}
