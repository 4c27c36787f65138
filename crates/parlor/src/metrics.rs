//! What is measured, always: in the form that Prometheus reads.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{fmt, sync::atomic::Ordering};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

/// The site's counters. Each site has its own, so that tests may run side by side.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) connections: Gauge,
    pub(crate) sessions: Gauge,
    replays: Counter,
    records: Counter,
    deliveries: Counter,
    refusals: Family<Code, Counter>,
    commits: Counter,
    writes: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("parlor"),
            connections: Gauge::default(),
            sessions: Gauge::default(),
            replays: Counter::default(),
            records: Counter::default(),
            deliveries: Counter::default(),
            refusals: Family::default(),
            commits: Counter::default(),
            writes: Counter::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("connections", "Open sockets", metrics.connections.clone());
        registry.register("sessions", "Running sessions", metrics.sessions.clone());
        registry.register("replays", "Sessions taken up from the store", metrics.replays.clone());
        registry.register("records", "Records applied", metrics.records.clone());
        registry.register("deliveries", "Frames handed to connections", metrics.deliveries.clone());
        registry.register("refusals", "Refusals by code", metrics.refusals.clone());
        registry.register("store_commits", "Commits made", metrics.commits.clone());
        registry.register("store_writes", "Writes in all commits", metrics.writes.clone());
        metrics
    }
}

impl Metrics {
    /// A session was taken up from the store.
    pub(crate) fn replayed(&self) {
        self.replays.inc();
    }

    /// A record was applied.
    pub(crate) fn applied(&self) {
        self.records.inc();
    }

    /// Frames were handed to connections.
    pub(crate) fn delivered(&self, frames: u64) {
        if frames > 0 {
            self.deliveries.inc_by(frames);
        }
    }

    /// Something was refused.
    pub(crate) fn refused(&self, code: &str) {
        self.refusals.get_or_create(&Code { code: code.to_owned() }).inc();
    }

    /// Everything, as text; the store's counts are taken now.
    pub(crate) fn text(&self, (commits, writes): (u64, u64)) -> String {
        self.commits.inner().store(commits, Ordering::Relaxed);
        self.writes.inner().store(writes, Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("metrics can be written");
        text
    }
}
