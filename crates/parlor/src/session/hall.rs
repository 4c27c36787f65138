//! Everyone who hears a session, and what they are told next.

use crate::{
    runtime::others_first,
    socket::{Close, Frame, Outbox, Part, Round, Told},
};
use std::{collections::BTreeMap, fmt, mem, sync::Arc};

/// With this many bytes to tell to all, they are told at once.
const A_ROUND: usize = 64 << 10;

/// The same of what one or another alone is told.
const OF_THEIR_OWN: usize = 1 << 20;

/// So many are told before others than this session get a turn.
const A_TURN: usize = 8;

/// After so many rounds of one move each, moves come one at a time.
const CALM: u32 = 8;

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
    /// How many times somebody has moved since the last round.
    moved: u32,
    /// How many rounds in a row came of one move at the most.
    calm: u32,
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
    pub(super) fn tell_all(&mut self, told: Told) {
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
        self.moved = self.moved.saturating_add(1);
    }

    /// Everyone hears what they were told: each in one write, however much it is.
    pub(super) fn hear(&mut self) {
        if !self.begins_to_hear() {
            return;
        }
        let heard = self.hearers.values_mut().map(|hearer| hearer.hear(&self.round));
        self.delivered += heard.sum::<u64>();
        self.has_heard();
    }

    /// The same, but other sessions get their turns in between: each write is a call of the system's, and those to a hundred are
    /// what a move takes ten times over.
    ///
    /// Where moves come one at a time, whoever has made one hears of it before even other sessions tell all of theirs. Where
    /// they come together that would set them apart, and each would take a round of its own.
    pub(super) async fn hear_by_turns(&mut self) {
        if !self.begins_to_hear() {
            return;
        }
        let together = mem::take(&mut self.moved) > 1;
        self.calm = if together { 0 } else { self.calm.saturating_add(1) };
        let mut writes = if self.calm > CALM { A_TURN } else { 0 };
        for hearer in self.hearers.values_mut() {
            if !hearer.is_told(&self.round) {
                continue;
            }
            if writes == A_TURN {
                others_first().await;
                writes = 0;
            }
            self.delivered += hearer.hear(&self.round);
            writes += 1;
        }
        self.has_heard();
    }

    /// Whether there is anything to tell. Whoever is first has heard it then.
    fn begins_to_hear(&mut self) -> bool {
        if !mem::take(&mut self.untold) {
            return false;
        }
        if let Some(first) = self.first.take().and_then(|id| self.hearers.get_mut(&id)) {
            self.delivered += first.hear(&self.round);
        }
        true
    }

    fn has_heard(&mut self) {
        (self.round, self.bytes) = (Round::default(), 0);
        self.hearers.values_mut().for_each(|hearer| hearer.part.from = 0);
    }

    /// How many frames were handed over since the last time.
    pub(super) fn delivered(&mut self) -> u64 {
        mem::take(&mut self.delivered)
    }
}

impl Hearer {
    /// Whether this round tells it anything that it has not heard.
    fn is_told(&self, round: &Round) -> bool {
        self.frames(round) > 0
    }

    fn frames(&self, round: &Round) -> usize {
        round.len() - self.part.from + self.part.own.len()
    }

    fn hear(&mut self, round: &Round) -> u64 {
        let frames = self.frames(round);
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
    use super::{A_TURN, CALM, Hall};
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
            hall.tell_all(Told::new("{}", round as u64));
            hall.tell(&outboxes[1], Frame::answer("{\"own\":1}"));
            hall.hear();
            hall.hear();
            assert_eq!(hall.delivered(), 4);
            let heard = [0, 1, 2].map(|who| waiting()[who] - before[who]);
            assert_eq!(heard, [2, 11, 2]);
        }
    }

    /// How many of these are told something by the time that somebody else gets a turn.
    async fn told_before_others(hall: &mut Hall, outboxes: &[Arc<Outbox>]) -> usize {
        let waiting = |all: &[Arc<Outbox>]| all.iter().map(|it| it.waiting()).collect::<Vec<_>>();
        let (before, all) = (waiting(outboxes), outboxes.to_vec());
        let other = tokio::spawn(async move { waiting(&all) });
        hall.hear_by_turns().await;
        let seen = other.await.expect("it looks, and ends");
        seen.iter().zip(&before).filter(|(seen, before)| seen > before).count()
    }

    #[tokio::test]
    async fn other_sessions_get_a_turn_before_all_are_told() {
        let (mut hall, outboxes) = (Hall::default(), [(); A_TURN * 2 + 1].map(|()| outbox()));
        outboxes.iter().for_each(|outbox| hall.enter(outbox.clone()));
        let tell = |hall: &mut Hall| hall.tell_all(Told::new("{}", 1));
        for round in 0..=CALM {
            hall.hear_by_turns().await; // Nothing is told, and so this is no round.
            hall.hears_first(outboxes[0].id());
            tell(&mut hall);
            // The first one is told besides; once moves come one at a time, it alone.
            let told = if round < CALM { 1 + A_TURN } else { 1 };
            assert_eq!(told_before_others(&mut hall, &outboxes).await, told, "round {round}");
        }
        // Two have moved together, and each is shown a view of its own: nothing is told to all.
        for mover in [1, 0] {
            hall.hears_first(outboxes[mover].id());
        }
        for outbox in &outboxes {
            hall.tell(outbox, Frame::answer("{}"));
        }
        let told = told_before_others(&mut hall, &outboxes).await;
        assert_eq!(told, 1 + A_TURN, "they come together");
        let all = outboxes.len() as u64;
        assert_eq!(hall.delivered(), all * u64::from(CALM + 2), "each of it once");
    }
}
