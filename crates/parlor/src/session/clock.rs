//! A session's clock: it follows monotonic time, and jumps of the wall clock do nothing.

use crate::site::wall_clock;
use tokio::time::{Duration, Instant};

/// Milliseconds since 1970, as this session counts them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    base: i64,
    started: Instant,
}

impl Clock {
    /// Starts at the wall clock's time, or where the session's last record was, if that is later.
    pub(super) fn after(last: i64) -> Self {
        Self { base: wall_clock().max(last), started: Instant::now() }
    }

    /// The time now.
    pub(super) fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.base.saturating_add(elapsed)
    }

    /// When the session's clock will show that time.
    pub(super) fn instant(&self, at: i64) -> Instant {
        let after = at.saturating_sub(self.base).max(0).unsigned_abs();
        // A year is as good as never, and can be added to any instant.
        let after = Duration::from_millis(after).min(Duration::from_secs(365 * 24 * 3600));
        self.started + after
    }
}
