//! The gate: what depends on a record leaves once that record is committed, and in order.

use super::summary::Published;
use crate::{
    accounts::Purse,
    settings::Limit,
    socket::{Close, Frame, Outbox, Told},
};
use parlor_core::Chips;
use std::{collections::VecDeque, fmt, sync::Arc};

/// How many records a session may have uncommitted; past it, its mailbox waits.
const AHEAD: u64 = 64;

/// How much may wait for commits before no more commands are read. What is not stored yet tells much at a table with many
/// hearers, and whoever asks for the game while a disk hangs makes it more.
const WAITING: usize = 16_384;

/// Something that waits for a commit.
pub(super) enum Delivery {
    /// A connection hears from now on what all are told.
    Enter(Arc<Outbox>),
    /// The connection of this number hears nothing more.
    Leave(u64),
    /// What all are told.
    All(Told),
    /// A frame to one connection. It was encoded when its record was applied.
    Frame(Arc<Outbox>, Frame),
    /// A connection is to be closed, after all that was sent to it.
    Close(Arc<Outbox>, Close),
    /// Chips that can be spent from now on.
    Credit(Arc<Purse>, Chips),
    /// What lists and pages may know from now on.
    Publish(Published),
    /// An answer to somebody who waits for it.
    Answer(Box<dyn FnOnce() + Send>),
}

/// What waits, and how far the commits have come.
#[derive(Default)]
pub(super) struct Gate {
    head: u64,
    committed: u64,
    waiting: VecDeque<(u64, Delivery)>,
    failed: bool,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({} of {} committed)", self.committed, self.head)
    }
}

impl Gate {
    /// A gate of a session whose first `committed` records are stored.
    pub(super) fn open_at(committed: u64) -> Self {
        Self { head: committed, committed, ..Self::default() }
    }

    /// A record was applied, and is on its way to the store.
    pub(super) fn applied(&mut self, seq: u64) {
        self.head = seq;
        if self.failed {
            self.committed = seq;
        }
    }

    /// Everything up to this record is stored: what waited for it is handed to `deliver`.
    pub(super) fn committed(&mut self, seq: u64, mut deliver: impl FnMut(Delivery)) {
        self.committed = self.committed.max(seq);
        while self.waiting.front().is_some_and(|(after, _)| *after <= self.committed) {
            if let Some((_, delivery)) = self.waiting.pop_front() {
                deliver(delivery);
            }
        }
    }

    /// A record was not stored: nothing passes from now on. What waited comes back.
    pub(super) fn fail(&mut self) -> impl Iterator<Item = Delivery> {
        (self.failed, self.committed) = (true, self.head);
        std::mem::take(&mut self.waiting).into_iter().map(|(_, delivery)| delivery)
    }

    /// Hands over a delivery that depends on the head: back at once where the head is stored, else it waits.
    pub(super) fn pass(&mut self, delivery: Delivery) -> Option<Delivery> {
        if self.failed {
            return None;
        }
        if self.head <= self.committed {
            return Some(delivery);
        }
        self.waiting.push_back((self.head, delivery));
        None
    }

    /// What waits to be put into this purse.
    pub(super) fn credits(&self, purse: &Arc<Purse>) -> Chips {
        let credit = |delivery: &Delivery| match delivery {
            Delivery::Credit(to, amount) if Arc::ptr_eq(to, purse) => Some(*amount),
            _ => None,
        };
        let waiting = self.waiting.iter().filter_map(|(_, delivery)| credit(delivery));
        waiting.fold(Chips::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(Chips::MAX))
    }

    /// Whether another record may be applied.
    pub(super) fn has_room(&self) -> bool {
        self.head - self.committed < AHEAD && self.waiting.len() < WAITING
    }

    /// The limit that is just reached, if it is one.
    pub(super) fn reached(&self) -> Option<Limit> {
        (self.waiting.len() == WAITING).then_some(Limit::Deliveries)
    }

    /// The number of the last record that is known to be stored. Of one that has failed nothing more is to be known.
    pub(super) fn stored(&self) -> u64 {
        self.committed
    }

    /// Whether everything is stored.
    pub(super) fn is_clear(&self) -> bool {
        self.head <= self.committed
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Gate, Limit, WAITING};
    use std::sync::{Arc, Mutex};

    #[test]
    fn nothing_passes_before_its_record_is_stored() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let answer = |n: u32| {
            let told = told.clone();
            Delivery::Answer(Box::new(move || told.lock().unwrap().push(n)))
        };
        let deliver = |delivery| match delivery {
            Delivery::Answer(answer) => answer(),
            _ => unreachable!(),
        };
        let mut gate = Gate::open_at(7);
        gate.pass(answer(0)).map(deliver).expect("the head is stored");
        gate.applied(8);
        assert!(gate.pass(answer(1)).is_none() && gate.pass(answer(2)).is_none());
        gate.applied(9);
        assert!(gate.pass(answer(3)).is_none() && !gate.is_clear());
        gate.committed(8, deliver);
        assert_eq!(*told.lock().unwrap(), [0, 1, 2]);
        gate.committed(9, deliver);
        assert_eq!(*told.lock().unwrap(), [0, 1, 2, 3]);
        assert!(gate.is_clear());
    }

    #[test]
    fn a_session_runs_no_further_than_64_records_ahead() {
        let mut gate = Gate::open_at(0);
        gate.applied(63);
        assert!(gate.has_room());
        gate.applied(64);
        assert!(!gate.has_room());
        gate.committed(1, |_| ());
        assert!(gate.has_room());
    }
    #[test]
    fn only_so_much_waits_before_no_more_commands_are_read() {
        let mut gate = Gate::open_at(0);
        gate.applied(1);
        for n in 1..WAITING {
            assert!(gate.pass(Delivery::Leave(0)).is_none() && gate.has_room(), "{n}");
            assert_eq!(gate.reached(), None);
        }
        assert!(gate.pass(Delivery::Leave(0)).is_none());
        assert_eq!((gate.has_room(), gate.reached()), (false, Some(Limit::Deliveries)));
        // What the last command has to say is not lost, and the commit makes room.
        assert!(gate.pass(Delivery::Leave(0)).is_none());
        let mut told = 0;
        gate.committed(1, |_| told += 1);
        assert_eq!((told, gate.has_room()), (WAITING + 1, true));
    }
}
