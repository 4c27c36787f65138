//! Everyone who hears a session, and what they are told next.

use crate::socket::{Close, Frame, Outbox, Part, Round, Told};
use std::{collections::BTreeMap, fmt, mem, sync::Arc};

/// With this many bytes to tell to all, they are told at once.
const A_ROUND: usize = 64 << 10;

/// The same of what one or another alone is told.
const OF_THEIR_OWN: usize = 1 << 20;

/// The connections that hear a session. Who comes and goes here comes through the gate, as what is told does: so each hears
/// what is stored, in the order in which it happened.
#[derive(Default)]
pub(super) struct Hall {
    hearers: BTreeMap<u64, Hearer>,
    round: Round,
    /// Whether somebody is to be told something.
    untold: bool,
    /// Who hears first.
    first: Option<u64>,
    /// How many bytes one or another alone is to be told.
    bytes: usize,
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

    /// Nothing more is told, and all who hear are closed.
    pub(super) fn fail(&mut self) {
        for hearer in mem::take(&mut self.hearers).into_values() {
            hearer.outbox.close(Close::INTERNAL);
        }
        (self.round, self.untold) = (Round::default(), false);
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
                self.bytes += frame.bytes();
                hearer.part.own.push((self.round.len(), frame));
                self.untold = true;
                if self.bytes > OF_THEIR_OWN {
                    self.hear();
                }
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

    /// The connection has moved: it waits for what comes of it, and hears that before the others. Of several, the last does:
    /// so one of an earlier round, of whose move nothing was told, takes nobody's place.
    pub(super) fn hears_first(&mut self, id: u64) {
        self.first = Some(id);
    }

    /// Everyone hears what they were told: each in one write, however much it is.
    pub(super) fn hear(&mut self) {
        if !mem::take(&mut self.untold) {
            return;
        }
        if let Some(first) = self.first.take().and_then(|id| self.hearers.get_mut(&id)) {
            self.delivered += first.hear(&self.round);
        }
        let heard = self.hearers.values_mut().map(|hearer| hearer.hear(&self.round));
        self.delivered += heard.sum::<u64>();
        (self.round, self.bytes) = (Round::default(), 0);
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
            self.part.from = round.len();
        }
        frames as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Hall;
    use crate::socket::{Bounds, Frame, Outbox, Told};
    use std::{sync::Arc, time::Duration};

    /// One that is not open yet: what it is told waits.
    fn outbox() -> Arc<Outbox> {
        let bounds = Bounds { frames: 64, bytes: 1 << 20, slow_for: Duration::from_secs(10) };
        Arc::new(Outbox::new(bounds, false, Arc::default()))
    }

    #[test]
    fn one_who_hears_first_hears_it_once_and_so_do_all_others() {
        let (mut hall, outboxes) = (Hall::default(), [(); 3].map(|()| outbox()));
        outboxes.iter().for_each(|outbox| hall.enter(outbox.clone()));
        let waiting = || outboxes.each_ref().map(|outbox| outbox.waiting());
        // Whoever is gone by then holds nobody up.
        let gone = u64::MAX;
        for (round, first) in [outboxes[1].id(), gone, outboxes[2].id()].into_iter().enumerate() {
            let before = waiting();
            hall.hears_first(outboxes[0].id());
            hall.hears_first(first);
            hall.tell_all(Arc::new(Told::new("{}", round as u64)));
            hall.tell(&outboxes[1], Frame::answer("{\"own\":1}"));
            hall.hear();
            hall.hear();
            assert_eq!(hall.delivered(), 4);
            let heard = [0, 1, 2].map(|who| waiting()[who] - before[who]);
            assert_eq!(heard, [2, 11, 2]);
        }
    }
}
