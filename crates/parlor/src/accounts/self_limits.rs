//! Limits that players set themselves: how much they may lose in a day, and how long they may play.
//!
//! A tighter one holds at once, a looser one after a day's rest. A day is one of UTC.

use parlor_core::Chips;
use serde::Serialize;

/// How long a looser limit waits, in milliseconds.
pub(crate) const REST: i64 = 24 * 3_600_000;

/// A day, in milliseconds.
pub(crate) const DAY: i64 = 24 * 3_600_000;

/// The longest that a limit of time can be, in minutes: what is more is none.
pub(crate) const MOST_MINUTES: u32 = 24 * 60;

/// The day of UTC in which a time lies.
pub(crate) fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// When the next day begins.
pub(crate) fn day_after(at: i64) -> i64 {
    (day_of(at) + 1) * DAY
}

/// One limit: what holds, and what will hold instead. No value is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SelfLimit<T> {
    pub(crate) value: Option<T>,
    pub(crate) next: Option<Next<T>>,
}

/// What a limit will be, and from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Next<T> {
    pub(crate) value: Option<T>,
    /// In milliseconds since 1970.
    pub(crate) from: i64,
}

/// What one asks a limit to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Wish<T> {
    /// As it is.
    #[default]
    Kept,
    /// None any more.
    Lifted,
    /// This.
    Set(T),
}

impl<T> Default for SelfLimit<T> {
    fn default() -> Self {
        Self { value: None, next: None }
    }
}

impl<T: Copy + Ord> SelfLimit<T> {
    /// The limit as it stands at that time.
    pub(crate) fn at(self, now: i64) -> Self {
        match self.next {
            Some(next) if next.from <= now => Self { value: next.value, next: None },
            _ => self,
        }
    }

    /// The limit after its owner has asked for this one.
    pub(crate) fn asked(self, wish: Wish<T>, now: i64) -> Self {
        let held = self.at(now);
        let wanted = match wish {
            Wish::Kept => return held,
            Wish::Lifted => None,
            Wish::Set(value) => Some(value),
        };
        if is_within(wanted, held.value) {
            return Self { value: wanted, next: None };
        }
        // What is no looser than what is coming anyway comes at the same time.
        let from = held.next.filter(|next| is_within(wanted, next.value));
        let from = from.map_or(now.saturating_add(REST), |next| next.from);
        Self { next: Some(Next { value: wanted, from }), ..held }
    }
}

/// Whether a limit is as tight as another, or tighter.
fn is_within<T: Ord>(limit: Option<T>, other: Option<T>) -> bool {
    match (limit, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(limit), Some(other)) => limit <= other,
    }
}

/// All limits of one player.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SelfLimits {
    /// How much may be lost in a day.
    pub(crate) loss: SelfLimit<Chips>,
    /// How many minutes of a day may be played.
    pub(crate) minutes: SelfLimit<u32>,
}

impl SelfLimits {
    /// The limits as they stand at that time.
    pub(crate) fn at(self, now: i64) -> Self {
        Self { loss: self.loss.at(now), minutes: self.minutes.at(now) }
    }

    /// Whether there is nothing to hold, now or later.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Next, REST, SelfLimit,
        Wish::{Kept, Lifted, Set},
    };

    fn holds(value: u32) -> SelfLimit<u32> {
        SelfLimit { value: Some(value), next: None }
    }

    #[test]
    fn a_tighter_limit_holds_at_once_and_a_looser_one_after_a_day() {
        let none = SelfLimit::default();
        assert_eq!(none.asked(Set(50), 0), holds(50), "the first is tighter than none");
        assert_eq!(holds(50).asked(Set(20), 0), holds(20));
        let looser = holds(20).asked(Set(90), 1_000);
        assert_eq!(looser.value, Some(20));
        assert_eq!(looser.at(1_000 + REST - 1).value, Some(20));
        assert_eq!(looser.at(1_000 + REST), holds(90));
        let lifted = holds(20).asked(Lifted, 0);
        assert_eq!((lifted.value, lifted.at(REST)), (Some(20), none));
    }

    #[test]
    fn to_ask_again_neither_hurries_nor_delays_it() {
        let looser = holds(20).asked(Set(90), 0);
        assert_eq!(looser.asked(Set(90), REST - 1), looser, "the same comes when it came");
        let less = looser.asked(Set(60), REST - 1);
        assert_eq!(less.next, Some(Next { value: Some(60), from: REST }));
        let more = looser.asked(Set(91), REST - 1);
        assert_eq!(more.next.map(|next| next.from), Some(REST - 1 + REST));
        assert_eq!(looser.asked(Kept, 5), looser);
        assert_eq!(looser.asked(Set(20), 5), holds(20), "what holds is asked for: nothing comes");
    }
}
