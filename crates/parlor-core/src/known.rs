//! What one viewer knew of a record: made of the state as it was at that record, so that nothing in it came later.

use crate::{Applied, Audience, Effect, Game, Input, PlayerId, Record, State, What};
use serde::Serialize;
use serde_json::value::RawValue;

/// What one viewer knew of a record that told or showed the viewer something.
#[derive(Debug, Clone, Serialize)]
pub struct Known {
    seq: u64,
    at: i64,
    kind: &'static str,
    who: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Box<RawValue>>,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    seen: Option<Seen>,
}

/// The game as one viewer saw it.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// The viewer's name at the table; nothing for one who had no chair.
    user: Option<String>,
    view: Box<RawValue>,
}

/// Two are the same where nothing that is shown differs.
impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.view.get() == other.view.get()
    }
}

impl<G: Game> State<G> {
    /// What this player sees now: from the chair, or else what spectators see. Nothing where the game fails to say.
    pub fn seen_by(&self, viewer: PlayerId) -> Option<Seen> {
        let view = self.view(audience(self, viewer)).ok()?;
        let user = self.players().get(viewer).map(|player| player.name.clone());
        Some(Seen { user, view: raw(&view)? })
    }
}

impl Known {
    /// What `viewer` knew of the record that came to `applied`, after which the session stands like this. `seen` is what the
    /// viewer saw from then on, where that was worth showing, and `said` the line of chat that it stands for.
    ///
    /// Nothing where it neither was the viewer's own, nor began or ended the session, nor told or showed the viewer anything.
    pub fn of<G: Game>(
        applied: &Applied<G>,
        state: &State<G>,
        viewer: PlayerId,
        seen: Option<Seen>,
        said: Option<String>,
    ) -> Option<Self> {
        let Applied { record, effects, .. } = applied;
        let Record { seq, at, who, input, .. } = record;
        let own = who.as_ref().is_some_and(|who| who.id == viewer);
        let audience = audience(state, viewer);
        let events: Vec<_> = effects.iter().filter_map(|effect| told(effect, audience)).collect();
        let borders = matches!(input, Input::Created { .. } | Input::Closed);
        if !own && !borders && seen.is_none() && said.is_none() && events.is_empty() {
            return None;
        }
        let action = match input {
            Input::Acted(action) if own || G::PUBLIC_ACTIONS => raw(action),
            _ => None,
        };
        let who = who.as_ref().map(|who| who.name.clone());
        let (seq, at, kind, stage) = (*seq, *at, input.kind(), state.stage());
        Some(Self { seq, at, kind, who, action, said, events, stage, seen })
    }

    /// The same, with what the viewer saw, whether or not that was as before.
    #[must_use]
    pub fn showing(self, seen: Option<Seen>) -> Self {
        Self { seen, ..self }
    }

    /// How long it is as JSON, or a little less.
    pub fn bytes(&self) -> usize {
        let texts = self.events.iter().chain(&self.action).chain(self.seen.iter().map(|s| &s.view));
        texts.map(|text| text.get().len()).sum()
    }
}

fn audience<G: Game>(state: &State<G>, viewer: PlayerId) -> Audience {
    match state.players().contains(viewer) {
        true => Audience::Player(viewer),
        false => Audience::Spectators,
    }
}

/// The event that this audience was told; views are in what it saw.
fn told<G: Game>(effect: &Effect<G>, audience: Audience) -> Option<Box<RawValue>> {
    match &effect.what {
        What::All(event) => raw(event),
        What::Sent(event) => raw(event),
        What::One(player, event) if audience == Audience::Player(*player) => raw(event),
        What::Each(each) => {
            let (_, event) = each.iter().find(|(to, _)| *to == audience)?;
            raw(event)
        }
        What::One(..) | What::EachView(_) | What::Refresh(_) | What::Chat => None,
    }
}

fn raw(value: &impl Serialize) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(value).ok()
}
