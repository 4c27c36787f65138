//! What is measured of the store, and whether it keeps up.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Where a write waits for longer, the store does not keep up.
pub(super) const LATE: Duration = Duration::from_millis(50);

/// The bounds of the histogram of commits, in seconds.
const BOUNDS: [f64; 12] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// The store's counters.
#[derive(Debug)]
pub(crate) struct Measures {
    pub(super) commits: Counter,
    pub(super) writes: Counter,
    pub(super) folds: Counter,
    pub(super) seconds: Histogram,
    waiting: Gauge,
    oldest: Gauge<f64, AtomicU64>,
    unfolded: Gauge,
    /// How often a write found the queue full.
    pub(crate) full: AtomicU64,
    /// How many writes wait, or are being written.
    pub(super) pending: AtomicUsize,
    /// Since when the oldest of those waits that are being written.
    since: Mutex<Option<Instant>>,
    pace: watch::Sender<bool>,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            commits: Counter::default(),
            writes: Counter::default(),
            folds: Counter::default(),
            seconds: Histogram::new(BOUNDS),
            waiting: Gauge::<i64, AtomicI64>::default(),
            oldest: Gauge::default(),
            unfolded: Gauge::<i64, AtomicI64>::default(),
            full: AtomicU64::new(0),
            pending: AtomicUsize::new(0),
            since: Mutex::default(),
            pace: watch::Sender::new(true),
        }
    }
}

impl Measures {
    /// Shows these in that registry.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("store_commits", "Commits made", self.commits.clone());
        registry.register("store_writes", "Writes in all commits", self.writes.clone());
        registry.register("store_commit_seconds", "How long commits take", self.seconds.clone());
        registry.register("store_waiting", "Writes that wait", self.waiting.clone());
        let oldest = "How long the oldest write waits";
        registry.register("store_oldest_seconds", oldest, self.oldest.clone());
        let unfolded = "Records that are in no run yet";
        registry.register("store_unfolded", unfolded, self.unfolded.clone());
        registry.register("store_folds", "Folds made", self.folds.clone());
    }

    /// Takes what is only known when it is asked for.
    pub(super) fn take_stock(&self, unfolded: usize, now: Instant) {
        let gauge = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.waiting.set(gauge(self.pending.load(Ordering::Relaxed)));
        self.unfolded.set(gauge(unfolded));
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        self.oldest.set(oldest.as_secs_f64());
    }

    /// Writes are being written, of which the oldest waits since then; or none are.
    pub(super) fn set_oldest(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Whether no write waits for too long.
    pub(super) fn keeps_up(&self) -> bool {
        *self.pace.borrow()
    }

    /// Becomes whether no write waits for too long.
    pub(super) fn pace(&self) -> watch::Receiver<bool> {
        self.pace.subscribe()
    }

    pub(super) fn set_keeps_up(&self, keeps_up: bool) {
        self.pace.send_if_modified(|now| std::mem::replace(now, keeps_up) != keeps_up);
    }
}
