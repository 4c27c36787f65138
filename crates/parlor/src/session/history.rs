//! What a session has told lately, for those who come back.

use crate::{settings::Limit, socket::Told};
use parlor_core::Audience;
use std::collections::VecDeque;

/// How many events are kept at the most.
const EVENTS: usize = 1_024;

/// How many bytes of them.
const BYTES: usize = 512 << 10;

/// Who hears an event: everyone, or one audience.
pub(super) type Hearer = Option<Audience>;

/// The last events and lines of chat, with their numbers. Views are not kept: the current one shows all there is to see.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Everything with a higher number is kept.
    complete_after: u64,
    told: VecDeque<(Hearer, Told)>,
    bytes: usize,
}

impl History {
    /// Begins after that number: nothing before it is kept.
    pub(super) fn begin(&mut self, after: u64) {
        self.complete_after = after;
    }

    /// Keeps what was told; the limit, where something older had to go.
    pub(super) fn keep(&mut self, hearer: Hearer, told: Told) -> Option<Limit> {
        let mut full = None;
        self.bytes += told.bytes();
        self.told.push_back((hearer, told));
        while self.told.len() > EVENTS || self.bytes > BYTES {
            let Some((_, oldest)) = self.told.pop_front() else { break };
            self.bytes -= oldest.bytes();
            self.complete_after = oldest.seq();
            full = Some(Limit::History);
        }
        full
    }

    /// What this holds for is not told again.
    pub(super) fn forget(&mut self, what: impl Fn(&Told) -> bool) {
        let Self { told, bytes, .. } = self;
        told.retain(|(_, told)| {
            let forgotten = what(told);
            *bytes -= if forgotten { told.bytes() } else { 0 };
            !forgotten
        });
    }

    /// What this audience was told after that number, which must not be in the future; nothing where not all of it is kept.
    pub(super) fn since(&self, after: u64, now: u64, audience: Audience) -> Option<Vec<Told>> {
        if after < self.complete_after || after > now {
            return None;
        }
        let heard = |(hearer, told): &&(Hearer, Told)| {
            told.seq() > after && hearer.is_none_or(|only| only == audience)
        };
        Some(self.told.iter().filter(heard).map(|(_, told)| told.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, History};
    use crate::socket::Told;
    use parlor_core::{Audience, PlayerId};

    fn numbers(history: &History, after: u64, now: u64, audience: Audience) -> Option<Vec<u64>> {
        let told = history.since(after, now, audience)?;
        Some(told.iter().map(|told| told.seq()).collect())
    }

    #[test]
    fn one_who_comes_back_hears_what_was_missed_and_meant_for_him() {
        let ann = Audience::Player(PlayerId(uuid::Uuid::nil()));
        let mut history = History::default();
        for (seq, hearer) in [(2, None), (3, Some(ann)), (5, None)] {
            history.keep(hearer, Told::new("{}", seq));
        }
        assert_eq!(numbers(&history, 2, 6, ann), Some(vec![3, 5]));
        assert_eq!(numbers(&history, 0, 6, Audience::Spectators), Some(vec![2, 5]));
        assert_eq!(numbers(&history, 6, 6, ann), Some(vec![]));
        assert_eq!(numbers(&history, 7, 6, ann), None, "from the future");
    }

    #[test]
    fn what_is_not_kept_is_not_claimed() {
        let mut history = History::default();
        for seq in 1..=EVENTS as u64 + 10 {
            history.keep(None, Told::new("{}", seq));
        }
        let now = EVENTS as u64 + 10;
        assert_eq!(numbers(&history, 9, now, Audience::Spectators), None);
        assert_eq!(numbers(&history, 10, now, Audience::Spectators).map(|n| n.len()), Some(EVENTS));
    }
}
