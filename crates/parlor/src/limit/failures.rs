//! Wrong passwords: some are free, then each one doubles the wait, per name and address.

use super::rates::one_household;
use crate::clock::Clock;
use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// After this long without a wrong password everything is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// How many names and addresses are remembered; past it, those that may try again are dropped first.
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
    failed: Mutex<HashMap<Who, Failed>>,
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failures")
    }
}

impl Failures {
    /// The first `free` wrong passwords cost nothing.
    pub(crate) fn new(free: u32, clock: Clock) -> Self {
        Self { free, clock, failed: Mutex::default() }
    }

    /// Whether a password may be tried now, or after how long. The try counts as wrong until [`forget`](Self::forget), so that
    /// those made at the same time count too.
    pub(crate) fn try_now(&self, (name, address): &Who) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut failed = self.lock();
        if failed.len() >= REMEMBERED {
            failed.retain(|_, f| now.saturating_duration_since(f.last) < self.wait(f.times));
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
    use super::{Clock, Failures};
    use std::time::Duration;

    #[test]
    fn five_are_free_and_then_the_wait_doubles() {
        let failures = Failures::new(5, Clock::system());
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
}
