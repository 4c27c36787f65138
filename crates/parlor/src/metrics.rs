//! What is measured, always: in the form that Prometheus reads.

use crate::store::Measures;
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
    logins: Gauge,
    balances: Gauge,
    hashed: Counter,
    hashing: Gauge,
    waiting: Gauge,
    cut: Counter,
}

/// What others count, and tell when they are asked.
#[derive(Debug)]
pub(crate) struct Count {
    /// Log-ins that are remembered.
    pub(crate) logins: usize,
    /// Balances that are remembered.
    pub(crate) balances: usize,
    /// Password hashes made.
    pub(crate) hashed: u64,
    /// Passwords that wait to be hashed.
    pub(crate) hashing: usize,
    /// Connections without a request.
    pub(crate) waiting: usize,
    /// Connections without a request that were cut off to make room.
    pub(crate) cut: u64,
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
            logins: Gauge::default(),
            balances: Gauge::default(),
            hashed: Counter::default(),
            hashing: Gauge::default(),
            waiting: Gauge::default(),
            cut: Counter::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("connections", "Open sockets", metrics.connections.clone());
        registry.register("sessions", "Running sessions", metrics.sessions.clone());
        registry.register("replays", "Sessions taken up from the store", metrics.replays.clone());
        registry.register("records", "Records applied", metrics.records.clone());
        registry.register("deliveries", "Frames handed to connections", metrics.deliveries.clone());
        registry.register("refusals", "Refusals by code", metrics.refusals.clone());
        store.register(registry);
        registry.register("logins_known", "Log-ins in memory", metrics.logins.clone());
        registry.register("balances_known", "Balances in memory", metrics.balances.clone());
        registry.register("password_hashes", "Password hashes made", metrics.hashed.clone());
        registry.register("passwords_waiting", "Passwords to hash", metrics.hashing.clone());
        registry.register("waiting", "Connections without a request", metrics.waiting.clone());
        registry.register("cut", "Connections cut off to make room", metrics.cut.clone());
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

    /// Everything, as text; what others count is taken now.
    pub(crate) fn text(&self, count: &Count) -> String {
        for (counter, now) in [(&self.hashed, count.hashed), (&self.cut, count.cut)] {
            counter.inner().store(now, Ordering::Relaxed);
        }
        for (gauge, now) in [
            (&self.logins, count.logins),
            (&self.balances, count.balances),
            (&self.hashing, count.hashing),
            (&self.waiting, count.waiting),
        ] {
            gauge.set(i64::try_from(now).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("metrics can be written");
        text
    }
}
