//! A session's clock: it follows monotonic time, and jumps of the wall clock do nothing.

use crate::clock::Clock;
use tokio::time::{Duration, Instant};

/// Milliseconds since 1970, as this session counts them.
#[derive(Debug, Clone)]
pub(super) struct SessionClock {
    clock: Clock,
    base: i64,
    started: Instant,
}

impl SessionClock {
    /// Starts at the wall clock's time, or where the session's last record was, if that is later.
    pub(super) fn after(clock: &Clock, last: i64) -> Self {
        Self { base: clock.wall().max(last), started: clock.now(), clock: clock.clone() }
    }

    /// The time now.
    pub(super) fn now(&self) -> i64 {
        let elapsed = self.clock.now().saturating_duration_since(self.started);
        self.base.saturating_add(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }

    /// The same as an instant of the site's clock.
    pub(super) fn instant_now(&self) -> Instant {
        self.clock.now()
    }

    /// When the session's clock will show that time.
    pub(super) fn instant(&self, at: i64) -> Instant {
        let after = at.saturating_sub(self.base).max(0).unsigned_abs();
        // A year is as good as never, and can be added to any instant.
        let after = Duration::from_millis(after).min(Duration::from_secs(365 * 24 * 3600));
        self.started + after
    }
}
