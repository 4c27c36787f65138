//! How fast one connection may send.

use crate::settings::Limit;
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    state::{InMemoryState, NotKeyed},
};
use std::{cell::Cell, num::NonZeroU32, time};
use tokio::time::{Duration, Instant};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It is within the rate.
    Keep,
    /// It is refused, and the sender is told.
    Refuse,
    /// It is refused, and the sender has been told within this second.
    RefuseSilently,
    /// The sender went on for too long.
    Flood,
}

impl Pace {
    /// The limit that the sender has reached: the burst, then the rate, then how long that may go on.
    pub(crate) fn limit(self) -> Option<Limit> {
        match self {
            Self::Keep => None,
            Self::Refuse => Some(Limit::MessagesBurst),
            Self::RefuseSilently => Some(Limit::MessagesPerSecond),
            Self::Flood => Some(Limit::FloodFor),
        }
    }
}

/// When the message came that is judged: whoever has read it knows, and no clock is asked again.
#[derive(Debug, Clone)]
struct Came(Cell<time::Instant>);

impl Clock for Came {
    type Instant = time::Instant;

    fn now(&self) -> time::Instant {
        self.0.get()
    }
}

/// The pace of one connection: as many messages a second as it may send, and some at once after a pause.
#[derive(Debug)]
pub(crate) struct Pacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, Came>,
    flood_for: Duration,
    /// How many may be refused without a second's pause before everything is, until there is one: as many as may be sent in
    /// all the time for which that may go on.
    patience: u32,
    /// Boxed, since most are never refused anything.
    refused: Option<Box<Refused>>,
}

/// Messages that were refused without a second's pause.
#[derive(Debug)]
struct Refused {
    since: Instant,
    last: Instant,
    count: u32,
    /// When the sender was told so last, before that pause or since.
    told: Option<Instant>,
}

const SECOND: Duration = Duration::from_secs(1);

impl Pacer {
    /// One who has not sent anything before that time.
    pub(crate) fn new(
        (per_second, burst): (u32, u32),
        flood_for: Duration,
        begins: Instant,
    ) -> Self {
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(count(per_second)).allow_burst(count(burst));
        let limiter = RateLimiter::direct_with_clock(quota, Came(Cell::new(begins.into_std())));
        let patience = flood_for.as_millis() * u128::from(per_second) / 1_000;
        let patience = u32::try_from(patience).unwrap_or(u32::MAX);
        Self { limiter, flood_for, patience, refused: None }
    }

    /// Judges the next message, which came at that time.
    pub(crate) fn next(&mut self, now: Instant) -> Pace {
        self.limiter.clock().0.set(now.into_std());
        if !self.is_deaf(now) && self.limiter.check().is_ok() {
            return Pace::Keep;
        }
        let begin = || Box::new(Refused { since: now, last: now, count: 0, told: None });
        let refused = self.refused.get_or_insert_with(begin);
        if refused.has_paused(now) {
            (refused.since, refused.count) = (now, 0);
        }
        refused.last = now;
        refused.count = refused.count.saturating_add(1);
        if now - refused.since >= self.flood_for {
            return Pace::Flood;
        }
        if refused.told.is_some_and(|told| now - told < SECOND) {
            return Pace::RefuseSilently;
        }
        refused.told = Some(now);
        Pace::Refuse
    }

    /// Whether everything that the sender says is refused, until it pauses for a second: it sends many times as much as it
    /// may, and what is within the rate would be told to others, and stored, until the connection is closed.
    fn is_deaf(&self, now: Instant) -> bool {
        let refused = self.refused.as_ref();
        refused.is_some_and(|refused| !refused.has_paused(now) && refused.count >= self.patience)
    }
}

impl Refused {
    fn has_paused(&self, now: Instant) -> bool {
        now - self.last >= SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, Pacer, SECOND};
    use crate::clock::Clock;
    use std::time::Duration;

    #[test]
    fn a_burst_then_one_refusal_then_silence_then_flood() {
        let begins = Clock::system().now();
        let mut pacer = Pacer::new((1, 3), Duration::from_millis(20), begins);
        let mut judged = |after| pacer.next(begins + Duration::from_millis(after));
        assert_eq!([0, 0, 0].map(&mut judged), [Pace::Keep; 3]);
        assert_eq!(judged(1), Pace::Refuse);
        assert_eq!([2, 20].map(&mut judged), [Pace::RefuseSilently; 2]);
        assert_eq!(judged(21), Pace::Flood);
    }

    #[test]
    fn what_comes_at_the_rate_is_kept_for_ever_and_what_comes_faster_at_the_rate() {
        let begins = Clock::system().now();
        let ten_a_second = || Pacer::new((10, 5), Duration::from_secs(60), begins);
        let kept = |pacer: &mut Pacer, every: u32, count: u32| {
            let mut at = begins;
            let mut kept = 0;
            for _ in 0..count {
                kept += u32::from(pacer.next(at) == Pace::Keep);
                at += SECOND / every;
            }
            kept
        };
        assert_eq!(kept(&mut ten_a_second(), 10, 1_000), 1_000);
        // Ten seconds of twenty a second: what may come at once, and then what may come in that time.
        assert_eq!(kept(&mut ten_a_second(), 20, 200), 5 + 99);
    }

    #[test]
    fn who_sends_many_times_as_much_is_not_heard_until_a_pause() {
        let begins = Clock::system().now();
        let mut pacer = Pacer::new((20, 40), Duration::from_secs(10), begins);
        let mut at = begins;
        let mut kept = |pause: Duration, count: u32| {
            at += pause;
            let sent = (0..count).map(|_| {
                at += SECOND / 200;
                pacer.next(at)
            });
            sent.filter(|pace| *pace == Pace::Keep).count()
        };
        // The burst, with what the rate adds while it lasts, is gone after 45 messages; of ten more one is kept, and after the
        // two hundredth that was refused none.
        assert_eq!(kept(Duration::ZERO, 45), 44);
        assert_eq!(kept(Duration::ZERO, 222), 22);
        assert_eq!(kept(Duration::ZERO, 1_000), 0);
        assert_eq!(kept(SECOND - SECOND / 100, 10), 0, "that was no pause");
        assert_eq!(kept(SECOND, 10), 10);
    }

    #[test]
    fn a_pause_is_worth_no_more_than_a_burst() {
        let begins = Clock::system().now();
        let mut pacer = Pacer::new((10, 5), Duration::from_secs(60), begins);
        for after in [0, 3_600] {
            let now = begins + Duration::from_secs(after);
            let kept = (0..100).filter(|_| pacer.next(now) == Pace::Keep).count();
            assert_eq!(kept, 5);
        }
    }
}
