//! What is measured, always: in the form that Prometheus reads.

use crate::{settings::Limit, site::Shared, store::Measures};
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

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reached {
    limit: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kept {
    what: &'static str,
}

/// The codes that a socket is closed with by this side, and that of one that ended without a goodbye. A client may send any
/// other, which must not make a series of its own.
const CODES: [u16; 12] = [1000, 1001, 1002, 1006, 1007, 1009, 1011, 4001, 4008, 4009, 4029, 4040];

/// The site's counters. Each site has its own, so that tests may run side by side.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) connections: Gauge,
    pub(crate) sessions: Gauge,
    replays: Counter,
    records: Counter,
    deliveries: Counter,
    refusals: Family<Code, Counter>,
    closes: Family<Code, Counter>,
    /// One for each [`Limit`], in their order.
    hits: Vec<Counter>,
    pub(crate) stalled: Gauge,
    stalls: Counter,
    unsent: Gauge,
    tasks: Gauge,
    kept: Family<Kept, Gauge>,
    logins: Gauge,
    balances: Gauge,
    hashed: Counter,
    hashing: Gauge,
    waiting: Gauge,
    cut: Counter,
    bots: Gauge,
    pub(crate) bot_moves: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let reached = Family::<Reached, Counter>::default();
        let hit = |limit: &&'static str| reached.get_or_create_owned(&Reached { limit });
        let mut metrics = Self {
            registry: Registry::with_prefix("parlor"),
            connections: Gauge::default(),
            sessions: Gauge::default(),
            replays: Counter::default(),
            records: Counter::default(),
            deliveries: Counter::default(),
            refusals: Family::default(),
            closes: Family::default(),
            hits: Limit::NAMES.iter().map(hit).collect(),
            stalled: Gauge::default(),
            stalls: Counter::default(),
            unsent: Gauge::default(),
            tasks: Gauge::default(),
            kept: Family::default(),
            logins: Gauge::default(),
            balances: Gauge::default(),
            hashed: Counter::default(),
            hashing: Gauge::default(),
            waiting: Gauge::default(),
            cut: Counter::default(),
            bots: Gauge::default(),
            bot_moves: Counter::default(),
        };
        for code in CODES {
            drop(metrics.closes.get_or_create(&Code { code: code.to_string() }));
        }
        let registry = &mut metrics.registry;
        registry.register("connections", "Open sockets", metrics.connections.clone());
        registry.register("sessions", "Running sessions", metrics.sessions.clone());
        registry.register("replays", "Sessions taken up from the store", metrics.replays.clone());
        registry.register("records", "Records applied", metrics.records.clone());
        registry.register("deliveries", "Frames handed to connections", metrics.deliveries.clone());
        registry.register("refusals", "Refusals by code", metrics.refusals.clone());
        registry.register("closes", "Closed sockets by code", metrics.closes.clone());
        registry.register("limit_hits", "Times a limit was reached, by its name", reached);
        registry.register(
            "stalled_sessions",
            "Games that do not come back",
            metrics.stalled.clone(),
        );
        registry.register("stalls", "Times a game did not come back", metrics.stalls.clone());
        registry.register("outbox_bytes", "Unsent bytes of all sockets", metrics.unsent.clone());
        registry.register("tasks", "Tasks of the program", metrics.tasks.clone());
        registry.register("kept", "What is kept in memory, by what it is", metrics.kept.clone());
        registry.register("logins_known", "Log-ins in memory", metrics.logins.clone());
        registry.register("balances_known", "Balances in memory", metrics.balances.clone());
        registry.register("password_hashes", "Password hashes made", metrics.hashed.clone());
        registry.register("passwords_waiting", "Passwords to hash", metrics.hashing.clone());
        registry.register("waiting", "Connections without a request", metrics.waiting.clone());
        registry.register("cut", "Connections cut off to make room", metrics.cut.clone());
        registry.register("bots", "Bots that have a seat", metrics.bots.clone());
        registry.register("bot_moves", "Moves of bots", metrics.bot_moves.clone());
        metrics
    }
}

impl Metrics {
    /// Counters that begin at nothing, and those of this store.
    pub(crate) fn of(store: &Measures) -> Self {
        let mut metrics = Self::default();
        store.register(&mut metrics.registry);
        metrics
    }

    /// A limit was reached; or none, where that is what is known of it.
    pub(crate) fn hit(&self, limit: impl Into<Option<Limit>>) {
        if let Some(limit) = limit.into() {
            self.hits[limit as usize].inc();
        }
    }

    /// So many more games have not come back within a second.
    pub(crate) fn stalls(&self, more: u64) {
        self.stalls.inc_by(more);
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

    /// A socket was closed, by whichever side, with this code.
    pub(crate) fn closed(&self, code: u16) {
        let code = if CODES.contains(&code) { code.to_string() } else { "other".to_owned() };
        self.closes.get_or_create(&Code { code }).inc();
    }

    /// Everything of this site, as text; what others count is asked for now.
    pub(crate) fn text(&self, shared: &Shared) -> String {
        let waits = shared.store.measures().full.load(Ordering::Relaxed);
        self.hits[Limit::CommitQueue as usize].inner().store(waits, Ordering::Relaxed);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.unsent.set(number(shared.sockets.unsent_bytes()));
        let runtime = tokio::runtime::Handle::try_current();
        self.tasks.set(number(runtime.map_or(0, |runtime| runtime.metrics().num_alive_tasks())));
        for (what, count) in shared.kept() {
            self.kept.get_or_create(&Kept { what }).set(number(count));
        }
        for (counter, now) in
            [(&self.hashed, shared.passwords.hashed()), (&self.cut, shared.waiting.cut())]
        {
            counter.inner().store(now, Ordering::Relaxed);
        }
        for (gauge, now) in [
            (&self.logins, shared.logins.count()),
            (&self.balances, shared.store.balances_known()),
            (&self.hashing, shared.passwords.waiting()),
            (&self.waiting, shared.waiting.count()),
            (&self.bots, shared.bots()),
        ] {
            gauge.set(number(now));
        }
        self.written()
    }

    /// Everything, as text, as it was counted last.
    pub(crate) fn written(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("metrics can be written");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Metrics};
    use prometheus_client::encoding::text::encode;

    #[test]
    fn a_limit_is_there_before_it_is_reached_and_a_clients_code_makes_no_series() {
        let metrics = Metrics::default();
        metrics.hit(Limit::IdsKept);
        metrics.hit(None);
        for code in [4008, 4999, 1005] {
            metrics.closed(code);
        }
        let mut text = String::new();
        encode(&mut text, &metrics.registry).unwrap();
        let has = |line: &str| assert!(text.lines().any(|is| is == line), "{line} in {text}");
        for name in Limit::NAMES {
            let hits = u8::from(*name == "ids_kept");
            has(&format!("parlor_limit_hits_total{{limit=\"{name}\"}} {hits}"));
        }
        has("parlor_closes_total{code=\"4008\"} 1");
        has("parlor_closes_total{code=\"other\"} 2");
        assert!(!text.contains("4999"), "{text}");
    }
}
