//! The table workload with a state of any size: a move changes little of it, and plays on a copy of all of it.

use crate::game::{Action, Counts, Event, STATE_BYTES};
use parlor::prelude::*;
use std::collections::BTreeMap;

/// What one entry of the nested shape holds: its key and its value.
const ENTRY: usize = 2 * size_of::<u64>();

/// How many entries an inner map has.
const INNER: usize = 16;

/// A table that counts its moves, and carries a load besides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ballast {
    moves: u64,
    state: String,
    load: Load,
}

/// What is copied at every move.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    flat: Vec<u8>,
    nested: BTreeMap<u64, BTreeMap<u64, u64>>,
}

/// How large a table is, as `{"options":{"bytes":1024,"nested":false}}`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Size {
    /// How many bytes its load holds, without what maps need for themselves.
    pub(crate) bytes: usize,
    /// Whether they lie in maps of maps, and not one beside the other.
    pub(crate) nested: bool,
}

impl Load {
    /// A load of that size.
    pub(crate) fn of(Size { bytes, nested }: Size) -> Self {
        if !nested {
            return Self { flat: vec![7; bytes], nested: BTreeMap::new() };
        }
        let entries = 0..bytes / ENTRY;
        let mut nested: BTreeMap<u64, BTreeMap<u64, u64>> = BTreeMap::new();
        for entry in entries {
            nested.entry((entry / INNER) as u64).or_default().insert((entry % INNER) as u64, 7);
        }
        Self { flat: Vec::new(), nested }
    }

    /// Changes a little of it.
    fn touch(&mut self, n: u64) {
        if let Some(byte) = self.flat.first_mut() {
            *byte = byte.wrapping_add(1);
        }
        if let Some(mut inner) = self.nested.first_entry() {
            inner.get_mut().insert(0, n);
        }
    }
}

impl Game for Ballast {
    const NAME: &'static str = "ballast";
    const TITLE: &'static str = "The table workload with a large state";
    const MAX_PLAYERS: usize = 256;
    type Action = Action;
    type Event = Event;
    type View = Counts;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let load = Load::of(table.options::<Size>()?);
        Ok(Self { moves: 0, state: "s".repeat(STATE_BYTES - 2), load })
    }

    fn handle(&mut self, Action::Move { n, t }: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        self.moves += 1;
        self.load.touch(n);
        let (seq, by, state) = (self.moves, turn.seat()?, self.state.clone());
        Ok(Some(Event::Update { n, t, seq, by, state }))
    }

    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> Counts {
        Counts::of(table.players().len(), self.moves)
    }
}

#[cfg(test)]
mod tests {
    use super::{Load, Size};

    #[test]
    fn a_load_has_its_size_in_either_shape() {
        for bytes in [1_024, 102_400] {
            assert_eq!(Load::of(Size { bytes, nested: false }).flat.len(), bytes);
            let nested = Load::of(Size { bytes, nested: true }).nested;
            let entries: usize = nested.values().map(|inner| inner.len()).sum();
            assert_eq!(entries * 16, bytes);
        }
    }
}
