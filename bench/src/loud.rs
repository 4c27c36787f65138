//! A table where much is said: what makes those slow who do not read.

use parlor::prelude::*;

/// A table that only passes on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Loud;

/// What the one who speaks sends.
#[message]
pub(crate) enum Action {
    /// To be said to everyone.
    Say {
        /// What.
        text: String,
    },
}

/// What everyone is told.
#[message]
pub(crate) enum Event {
    /// Somebody has said it.
    Said {
        /// What.
        text: String,
    },
}

/// What one who comes in sees.
#[view]
pub(crate) struct Listeners {
    spectators: usize,
}

impl Game for Loud {
    const NAME: &'static str = "loud";
    const TITLE: &'static str = "Loud";
    const MAX_PLAYERS: usize = 1;
    type Action = Action;
    type Event = Event;
    type View = Listeners;

    fn new(_table: &mut Table<Self>) -> Result<Self, Refusal> {
        Ok(Self)
    }

    fn handle(&mut self, Action::Say { text }: Action, _turn: &mut Turn<Self>) -> Outcome<Event> {
        Ok(Some(Event::Said { text }))
    }

    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> Listeners {
        Listeners { spectators: table.players().spectators().count() }
    }
}
