//! A session again, from its records: the same state, and the same effects.

use crate::{Applied, Chips, Cover, Game, Happening, Observed, Outside, PlayerId, Record, State};
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
        let mut records = records.into_iter();
        let nothing = || Unreplayable { seq: 0, reason: "there are no records".into() };
        let first = records.next().ok_or_else(nothing)?;
        let (happening, outside) = again(&first);
        let (mut state, applied) =
            Self::create(happening, outside).map_err(|why| wrong(&first, &why))?;
        same(&first, &applied)?;
        told(&applied);
        state.catch_up(records, told)?;
        Ok(state)
    }

    /// Applies the records that come after this state, as a snapshot has it.
    ///
    /// # Errors
    /// A record that can't be applied again, or comes to something else than it did.
    pub fn catch_up(
        &mut self,
        records: impl IntoIterator<Item = Record<G>>,
        mut told: impl FnMut(&Applied<G>),
    ) -> Result<(), Unreplayable> {
        for record in records {
            let (happening, outside) = again(&record);
            let applied = self.apply(happening, outside).map_err(|why| wrong(&record, &why))?;
            same(&record, &applied)?;
            told(&applied);
        }
        Ok(())
    }
}

/// What happened, and what the outside said of it.
fn again<G: Game>(record: &Record<G>) -> (Happening<G>, Box<dyn Outside>) {
    let Record { at, who, input, id, observed, .. } = record.clone();
    (Happening { at, who, input, id }, Box::new(Retold(observed.into())))
}

fn same<G: Game>(record: &Record<G>, applied: &Applied<G>) -> Result<(), Unreplayable> {
    let differs = "it came to something else when it was first applied";
    if applied.record == *record { Ok(()) } else { Err(wrong(record, &differs)) }
}

fn wrong<G: Game>(record: &Record<G>, reason: &impl ToString) -> Unreplayable {
    Unreplayable { seq: record.seq, reason: reason.to_string() }
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

    fn stake(&mut self, _player: PlayerId, _amount: Chips) -> Cover {
        match self.0.pop_front() {
            Some(Observed::Stake(covered)) => covered.into(),
            Some(Observed::Limited(why)) => Cover::Limited(why),
            other => panic!("a stake is asked for, and the record tells {other:?}"),
        }
    }
}
