//! The table workload: a move comes in, and every player at the table is told of it in some 491 bytes.
//!
//! It is written as a site's developer would write it, so that what is measured is what a site gets.

use parlor::prelude::*;

/// The size of the state in every update, as JSON.
pub(crate) const STATE_BYTES: usize = 406;

/// A table that counts its moves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableWorkload {
    moves: u64,
    state: String,
}

/// What a player sends: `{"type":"move","data":{"n":17,"t":1700000000000}}`.
#[message]
pub(crate) enum Action {
    /// The player's move of that number, sent at that time; both come back as they are.
    Move {
        /// The player's own count.
        n: u64,
        /// The player's own clock.
        t: u64,
    },
}

/// What everyone at the table is told.
#[message]
pub(crate) enum Event {
    /// A move was made.
    Update {
        /// As it was sent.
        n: u64,
        /// As it was sent.
        t: u64,
        /// How many moves there were at this table, with this one.
        seq: u64,
        /// Who made it.
        by: Seat,
        /// A state of the usual size.
        state: String,
    },
}

/// What one who comes in sees.
#[view]
pub(crate) struct Counts {
    players: usize,
    moves: u64,
}

impl Counts {
    /// So many players and moves.
    pub(crate) fn of(players: usize, moves: u64) -> Self {
        Self { players, moves }
    }
}

impl Game for TableWorkload {
    const NAME: &'static str = "table-workload";
    const TITLE: &'static str = "The table workload";
    const MAX_PLAYERS: usize = 256;
    type Action = Action;
    type Event = Event;
    type View = Counts;

    fn new(_table: &mut Table<Self>) -> Result<Self, Refusal> {
        // Two of the bytes are the quotes around it.
        Ok(Self { moves: 0, state: "s".repeat(STATE_BYTES - 2) })
    }

    fn handle(&mut self, Action::Move { n, t }: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        self.moves += 1;
        let (seq, by, state) = (self.moves, turn.seat()?, self.state.clone());
        Ok(Some(Event::Update { n, t, seq, by, state }))
    }

    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> Counts {
        Counts::of(table.players().len(), self.moves)
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, STATE_BYTES};
    use parlor::Seat;

    #[test]
    fn an_update_has_the_size_of_the_workload() {
        let state = "s".repeat(STATE_BYTES - 2);
        let update =
            Event::Update { n: 12_345, t: 1_700_000_000_000, seq: 123_456, by: Seat(100), state };
        assert_eq!(serde_json::to_string(&update).unwrap().len(), 491);
    }
}
