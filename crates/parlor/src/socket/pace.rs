//! How fast one connection may send.

use crate::settings::Limit;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

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

/// The pace of one connection.
#[derive(Debug)]
pub(crate) struct Pacer {
    limiter: DefaultDirectRateLimiter,
    flood_for: Duration,
    /// Since when messages were refused without a second's pause, and when the last one was.
    refusing: Option<(Instant, Instant)>,
    told: Option<Instant>,
}

const SECOND: Duration = Duration::from_secs(1);

impl Pacer {
    pub(crate) fn new(per_second: u32, burst: u32, flood_for: Duration) -> Self {
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(count(per_second)).allow_burst(count(burst));
        Self { limiter: RateLimiter::direct(quota), flood_for, refusing: None, told: None }
    }

    /// Judges the next message.
    pub(crate) fn next(&mut self) -> Pace {
        if self.limiter.check().is_ok() {
            return Pace::Keep;
        }
        let now = Instant::now();
        let since = match self.refusing {
            Some((since, last)) if now - last < SECOND => since,
            _ => now,
        };
        self.refusing = Some((since, now));
        if now - since >= self.flood_for {
            return Pace::Flood;
        }
        if self.told.is_some_and(|told| now - told < SECOND) {
            return Pace::RefuseSilently;
        }
        self.told = Some(now);
        Pace::Refuse
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, Pacer};
    use std::time::Duration;

    #[test]
    fn a_burst_then_one_refusal_then_silence_then_flood() {
        let mut pacer = Pacer::new(1, 3, Duration::from_millis(1));
        let judged: Vec<_> = (0..3).map(|_| pacer.next()).collect();
        assert_eq!(judged, [Pace::Keep; 3]);
        assert_eq!(pacer.next(), Pace::Refuse);
        let last = loop {
            match pacer.next() {
                Pace::RefuseSilently => {}
                other => break other,
            }
        };
        assert_eq!(last, Pace::Flood);
    }
}
