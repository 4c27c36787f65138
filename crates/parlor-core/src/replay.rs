//! A session again, from its records: the same state, and the same effects.

use crate::{Applied, Chips, Game, Happening, Observed, Outside, PlayerId, Record, State};
use std::collections::VecDeque;

impl<G: Game> State<G> {
    /// Rebuilds a session from its records, and hands each record's effects to `told`.
    ///
    /// # Errors
    /// A record that can't be applied again, or comes to something else than it did.
    pub fn replay(
        records: impl IntoIterator<Item = Record<G>>,
        mut told: impl FnMut(&Applied<G>),
    ) -> Result<Self, Unreplayable> {
        let mut state: Option<Self> = None;
        for record in records {
            let seq = record.seq;
            let wrong = |reason: String| Unreplayable { seq, reason };
            let outside = Box::new(Retold(record.observed.clone().into()));
            let Record { at, who, input, id, .. } = record.clone();
            let happening = Happening { at, who, input, id };
            let applied = match &mut state {
                None => Self::create(happening, outside).map(|(created, applied)| {
                    state = Some(created);
                    applied
                }),
                Some(state) => state.apply(happening, outside),
            };
            let applied = applied.map_err(|why| wrong(why.to_string()))?;
            if applied.record != record {
                return Err(wrong("it came to something else when it was first applied".into()));
            }
            told(&applied);
        }
        state.ok_or(Unreplayable { seq: 0, reason: "there are no records".into() })
    }
}

/// A record that can't be applied again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} can't be applied again: {reason}")]
pub struct Unreplayable {
    /// The record's number.
    pub seq: u64,
    /// What went wrong.
    pub reason: String,
}

/// What the outside said when the record was made.
struct Retold(VecDeque<Observed>);

impl Outside for Retold {
    fn seed(&mut self) -> [u8; 32] {
        match self.0.pop_front() {
            Some(Observed::Seed(seed)) => seed,
            other => panic!("a seed is asked for, and the record tells {other:?}"),
        }
    }

    fn stake(&mut self, _player: PlayerId, _amount: Chips) -> bool {
        match self.0.pop_front() {
            Some(Observed::Stake(covered)) => covered,
            other => panic!("a stake is asked for, and the record tells {other:?}"),
        }
    }
}
