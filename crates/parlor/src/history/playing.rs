//! Records, applied again and seen with somebody's eyes.

use super::eyes::Eyes;
use parlor_core::{Applied, Game, Known, Record, Seen, State, Unreplayable};
use std::{collections::BTreeMap, ops::RangeInclusive};

/// How many bytes a page has at the most, but for its last moment.
const PAGE_BYTES: usize = 2 << 20;

/// How far a session is, and where its rounds began.
#[derive(Debug, Clone)]
pub(super) struct Place<G: Game> {
    /// Nothing before the first record.
    state: Option<State<G>>,
    stage: &'static str,
    first_stage: &'static str,
    /// The numbers of the records with which a round began.
    rounds: Vec<u64>,
}

impl<G: Game> Default for Place<G> {
    fn default() -> Self {
        Self { state: None, stage: "", first_stage: "", rounds: Vec::new() }
    }
}

impl<G: Game> Place<G> {
    /// The number of the last record.
    pub(super) fn seq(&self) -> u64 {
        self.state.as_ref().map_or(0, State::seq)
    }

    pub(super) fn rounds(&self) -> &[u64] {
        &self.rounds
    }

    /// Goes on by one record. A round begins with the session, and each time that it comes back to its first stage.
    pub(super) fn go_on(&mut self, record: Record<G>) -> Result<Option<Applied<G>>, Unreplayable> {
        let mut came_to = None;
        let told = |applied: &Applied<G>| came_to = Some(applied.clone());
        match &mut self.state {
            None => self.state = Some(State::replay([record], told)?),
            Some(state) => state.catch_up([record], told)?,
        }
        let Some(state) = &self.state else { return Ok(None) };
        let stage = state.stage();
        let begins = self.rounds.is_empty() || (stage == self.first_stage && stage != self.stage);
        if self.rounds.is_empty() {
            self.first_stage = stage;
        }
        if begins {
            self.rounds.push(state.seq());
        }
        self.stage = stage;
        Ok(came_to)
    }
}

/// A session on its way through its records, and the moments that are wanted of it.
#[derive(Debug)]
pub(super) struct Playing<G: Game> {
    pub(super) place: Place<G>,
    pub(super) moments: Vec<Known>,
    /// The numbers of the records whose moments are wanted.
    wanted: RangeInclusive<u64>,
    eyes: Eyes,
    /// The lines of chat among the wanted records, by their numbers.
    said: BTreeMap<u64, String>,
    before: Option<Seen>,
    bytes: usize,
}

impl<G: Game> Playing<G> {
    pub(super) fn new(
        place: Place<G>,
        wanted: RangeInclusive<u64>,
        eyes: Eyes,
        said: BTreeMap<u64, String>,
    ) -> Self {
        Self { place, moments: Vec::new(), wanted, eyes, said, before: None, bytes: 0 }
    }

    /// The last record whose moment is wanted: an earlier one than asked for, where the page is full with it.
    pub(super) fn end(&self) -> u64 {
        *self.wanted.end()
    }

    /// Applies these records.
    pub(super) fn play(&mut self, records: Vec<Record<G>>) -> Result<(), Unreplayable> {
        for record in records {
            let seq = record.seq;
            if seq == *self.wanted.start() {
                let state = self.place.state.as_ref();
                self.before = state.and_then(|state| state.seen_by(self.eyes.player));
            }
            let applied = self.place.go_on(record)?;
            if let Some(applied) = applied.filter(|_| self.wanted.contains(&seq)) {
                let said = self.said.remove(&seq).filter(|_| self.eyes.hears);
                self.look(&applied, said);
            }
        }
        Ok(())
    }

    /// Looks at what a record came to. The first moment of a page shows what is seen, also where that is as before.
    fn look(&mut self, applied: &Applied<G>, said: Option<String>) {
        let Some(state) = &self.place.state else { return };
        let viewer = self.eyes.player;
        let now = state.seen_by(viewer);
        let seen = now.clone().filter(|now| self.before.as_ref() != Some(now));
        let Some(mut known) = Known::of(applied, state, viewer, seen, said) else { return };
        if self.moments.is_empty() {
            known = known.showing(now.clone());
        }
        self.before = now;
        self.bytes += known.bytes();
        self.moments.push(known);
        if self.bytes >= PAGE_BYTES {
            self.wanted = *self.wanted.start()..=applied.record.seq;
        }
    }
}
