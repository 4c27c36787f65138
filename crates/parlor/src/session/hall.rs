//! Everyone who hears a session, and what they are told next.

use crate::socket::{Close, Frame, Outbox, Part, Round, Told};
use std::{collections::BTreeMap, fmt, mem, sync::Arc};

/// With this many bytes to tell to all, they are told at once.
const A_ROUND: usize = 64 << 10;

/// The connections that hear a session. Who comes and goes here comes through the gate, as what is told does: so each hears
/// what is stored, in the order in which it happened.
#[derive(Default)]
pub(super) struct Hall {
    hearers: BTreeMap<u64, Hearer>,
    round: Round,
    /// Whether somebody is to be told something.
    untold: bool,
    /// How many frames were handed over, and not counted yet.
    delivered: u64,
}

struct Hearer {
    outbox: Arc<Outbox>,
    part: Part,
}

impl fmt::Debug for Hall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hall({})", self.hearers.len())
    }
}

impl Hall {
    /// From now on, this connection hears what all are told.
    pub(super) fn enter(&mut self, outbox: Arc<Outbox>) {
        let part = Part { from: self.round.len(), own: Vec::new() };
        self.hearers.insert(outbox.id(), Hearer { outbox, part });
    }

    /// The connection hears what it was told until now, and nothing more.
    pub(super) fn leave(&mut self, id: u64) {
        if let Some(mut hearer) = self.hearers.remove(&id) {
            self.delivered += hearer.hear(&self.round);
        }
    }

    /// Tells everyone.
    pub(super) fn tell_all(&mut self, told: Arc<Told>) {
        self.round.add(told);
        self.untold = true;
        if self.round.bytes() > A_ROUND {
            self.hear();
        }
    }

    /// Tells one.
    pub(super) fn tell(&mut self, outbox: &Outbox, frame: Frame) {
        match self.hearers.get_mut(&outbox.id()) {
            Some(hearer) => {
                hearer.part.own.push((self.round.len(), frame));
                self.untold = true;
            }
            None => {
                outbox.push(frame);
                self.delivered += 1;
            }
        }
    }

    /// The connection is closed, after all that it was told.
    pub(super) fn close(&mut self, outbox: &Outbox, close: Close) {
        self.leave(outbox.id());
        outbox.close(close);
    }

    /// Everyone hears what they were told: each in one write, however much it is.
    pub(super) fn hear(&mut self) {
        if !mem::take(&mut self.untold) {
            return;
        }
        let heard = self.hearers.values_mut().map(|hearer| hearer.hear(&self.round));
        self.delivered += heard.sum::<u64>();
        self.round = Round::default();
        self.hearers.values_mut().for_each(|hearer| hearer.part.from = 0);
    }

    /// How many frames were handed over since the last time.
    pub(super) fn delivered(&mut self) -> u64 {
        mem::take(&mut self.delivered)
    }
}

impl Hearer {
    fn hear(&mut self, round: &Round) -> u64 {
        let frames = round.len() - self.part.from + self.part.own.len();
        if frames > 0 {
            self.outbox.push_round(round, &self.part);
            self.part.own.clear();
        }
        frames as u64
    }
}
