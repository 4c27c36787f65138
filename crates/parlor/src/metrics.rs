//! What is measured, always: in the form that Prometheus reads.

use crate::store::Measures;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::fmt;

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
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Counters that begin at nothing, and those of the store.
    pub(crate) fn new(store: &Measures) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("parlor"),
            connections: Gauge::default(),
            sessions: Gauge::default(),
            replays: Counter::default(),
            records: Counter::default(),
            deliveries: Counter::default(),
            refusals: Family::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("connections", "Open sockets", metrics.connections.clone());
        registry.register("sessions", "Running sessions", metrics.sessions.clone());
        registry.register("replays", "Sessions taken up from the store", metrics.replays.clone());
        registry.register("records", "Records applied", metrics.records.clone());
        registry.register("deliveries", "Frames handed to connections", metrics.deliveries.clone());
        registry.register("refusals", "Refusals by code", metrics.refusals.clone());
        store.register(registry);
        metrics
    }

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

    /// Everything, as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("metrics can be written");
        text
    }
}
