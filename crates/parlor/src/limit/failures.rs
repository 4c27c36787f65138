//! Wrong passwords: some are free, then each one doubles the wait, per name and address.

use super::rates::one_household;
use crate::{clock::Clock, metrics::Metrics, settings::Limit};
use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// After this long without a wrong password everything is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// How many names and addresses are remembered. Past it, those that may try again are forgotten; where none may, the half
/// of whom nothing was heard for longest.
const REMEMBERED: usize = 100_000;

type Who = (String, IpAddr);

struct Failed {
    times: u32,
    last: Instant,
}

/// Who got a password wrong, how often, and when.
pub(crate) struct Failures {
    free: u32,
    clock: Clock,
    metrics: Arc<Metrics>,
    failed: Mutex<HashMap<Who, Failed>>,
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failures")
    }
}

impl Failures {
    /// The first `free` wrong passwords cost nothing.
    pub(crate) fn new(free: u32, clock: Clock, metrics: Arc<Metrics>) -> Self {
        Self { free, clock, metrics, failed: Mutex::default() }
    }

    /// Whether a password may be tried now, or after how long. The try counts as wrong until [`forget`](Self::forget), so that
    /// those made at the same time count too.
    pub(crate) fn try_now(&self, (name, address): &Who) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut failed = self.lock();
        if failed.len() >= REMEMBERED {
            self.metrics.hit(Limit::FailuresKept);
            failed.retain(|_, f| now.saturating_duration_since(f.last) < self.wait(f.times));
            if failed.len() > REMEMBERED / 2 {
                let mut last: Vec<Instant> = failed.values().map(|f| f.last).collect();
                let half = last.len() / 2;
                let (_, middle, _) = last.select_nth_unstable(half);
                let middle = *middle;
                failed.retain(|_, f| f.last > middle);
            }
        }
        let who = (name.clone(), one_household(*address));
        let entry = failed.entry(who).or_insert(Failed { times: 0, last: now });
        let since = now.saturating_duration_since(entry.last);
        if since > FORGOTTEN_AFTER {
            entry.times = 0;
        }
        let left = self.wait(entry.times).saturating_sub(since);
        if !left.is_zero() {
            return Err(left);
        }
        *entry = Failed { times: entry.times.saturating_add(1), last: now };
        Ok(())
    }

    /// The password was not looked at, after all.
    pub(crate) fn take_back(&self, (name, address): &Who) {
        if let Some(failed) = self.lock().get_mut(&(name.clone(), one_household(*address))) {
            failed.times = failed.times.saturating_sub(1);
        }
    }

    /// A password was right.
    pub(crate) fn forget(&self, (name, address): &Who) {
        self.lock().remove(&(name.clone(), one_household(*address)));
    }

    /// How many names and addresses are remembered.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    fn wait(&self, times: u32) -> Duration {
        match times.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => LONGEST.min(Duration::from_secs(1 << doublings.min(20))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Who, Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Failures, REMEMBERED};
    use std::{net::Ipv4Addr, sync::Arc, time::Duration};

    #[test]
    fn five_are_free_and_then_the_wait_doubles() {
        let failures = Failures::new(5, Clock::system(), Arc::default());
        let who = ("ann".to_owned(), "192.0.2.1".parse().unwrap());
        for _ in 0..5 {
            assert!(failures.try_now(&who).is_ok());
        }
        assert!(failures.try_now(&who).is_err());
        assert_eq!(failures.wait(5), Duration::from_secs(1));
        assert_eq!(failures.wait(8), Duration::from_secs(8));
        assert_eq!(failures.wait(500), Duration::from_secs(900));
        assert!(failures.try_now(&("bob".into(), who.1)).is_ok(), "another name is not held back");
        failures.take_back(&who);
        assert!(failures.try_now(&who).is_ok(), "four wrong ones, and one that nobody looked at");
        assert!(failures.try_now(&who).is_err());
        failures.forget(&who);
        assert!(failures.try_now(&who).is_ok());
    }

    #[test]
    fn however_many_must_wait_only_so_many_are_remembered() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let failures = Failures::new(1, clock, Arc::default());
        let who = |n: usize| {
            let address = Ipv4Addr::from_bits(u32::try_from(n).unwrap());
            ("ann".to_owned(), address.into())
        };
        for n in 0..=2 * REMEMBERED {
            // One is free, the second makes them wait, and none may try again meanwhile.
            assert!(failures.try_now(&who(n)).is_ok());
            assert!(failures.try_now(&who(n)).is_err(), "{n}");
            adjuster.advance(Duration::from_nanos(1));
            assert!(failures.count() <= REMEMBERED);
        }
        assert!(failures.try_now(&who(2 * REMEMBERED)).is_err(), "the last is remembered");
        assert!(failures.try_now(&who(0)).is_ok(), "the first is not");
    }
}
