//! The last hour of what is measured, a sample every five seconds.

use super::reading::{Reading, quantile, whole};
use crate::site::{Shared, stopping};
use serde::Serialize;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// How long from one sample to the next.
pub(crate) const EVERY: Duration = Duration::from_secs(5);

/// How many samples are kept: an hour of them.
const KEPT: usize = 720;

/// What was measured at one time, and since the time before.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Sample {
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) connections: u64,
    /// How many users have a socket open.
    pub(crate) players: usize,
    /// How many tables are open, awake or asleep.
    pub(crate) tables: usize,
    pub(crate) awake: u64,
    /// How many records were applied, a second.
    pub(crate) records_per_second: f64,
    /// How many commits were made since the last sample, and how long they took, in milliseconds.
    pub(crate) commits: u64,
    pub(crate) commit_p50_ms: Option<f64>,
    pub(crate) commit_p99_ms: Option<f64>,
    /// For how long the oldest write waits, in milliseconds.
    pub(crate) oldest_write_ms: f64,
    /// What was refused, by code, and which limits were reached.
    pub(crate) refusals: BTreeMap<String, u64>,
    pub(crate) limits: BTreeMap<String, u64>,
}

/// The samples that are kept.
#[derive(Debug, Default)]
pub(crate) struct Samples(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: Option<(Instant, Reading)>,
    kept: VecDeque<Sample>,
}

impl Samples {
    /// Those taken after that time, in milliseconds since 1970.
    pub(crate) fn after(&self, after: i64) -> Vec<Sample> {
        self.lock().kept.iter().filter(|sample| sample.at > after).cloned().collect()
    }

    /// What is measured now, and since the last sample that is kept.
    pub(crate) fn now(&self, shared: &Shared) -> Sample {
        let (sample, _) = look(shared, self.lock().last.as_ref());
        sample
    }

    fn take(&self, shared: &Shared) {
        let mut inner = self.lock();
        let (sample, last) = look(shared, inner.last.as_ref());
        inner.last = Some(last);
        if inner.kept.len() == KEPT {
            inner.kept.pop_front();
        }
        inner.kept.push_back(sample);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes samples as long as the site runs.
pub(crate) async fn run(shared: Weak<Shared>, mut draining: watch::Receiver<bool>) {
    let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
    let mut due = clock.now();
    while let Some(shared) = shared.upgrade() {
        shared.samples.take(&shared);
        drop(shared);
        // Counted from when the last one was due: a clock that moves while it is taken is not missed.
        due = (due + EVERY).max(clock.now());
        tokio::select! {
            () = stopping(&mut draining) => return,
            () = clock.sleep_until(due) => {}
        }
    }
}

fn look(shared: &Shared, last: Option<&(Instant, Reading)>) -> (Sample, (Instant, Reading)) {
    shared.store.take_stock();
    let (now, reading) = (shared.clock.now(), Reading::of(&shared.metrics.text(shared)));
    let before = last.map_or(&reading, |(_, reading)| reading);
    let seconds = last.map_or(0.0, |(at, _)| now.saturating_duration_since(*at).as_secs_f64());
    let more = |name: &str| reading.number(name) - before.number(name);
    let commits = reading.more_in_buckets(before, "parlor_store_commit_seconds");
    let milliseconds = |part| quantile(part, &commits).map(|seconds| seconds * 1e3);
    let sample = Sample {
        at: shared.clock.wall(),
        connections: whole(reading.number("parlor_connections")),
        players: shared.sockets.users(),
        tables: shared.games().map(|game| game.count()).sum(),
        awake: whole(reading.number("parlor_sessions")),
        records_per_second: if seconds > 0.0 {
            more("parlor_records_total") / seconds
        } else {
            0.0
        },
        commits: whole(more("parlor_store_commits_total")),
        commit_p50_ms: milliseconds(0.5),
        commit_p99_ms: milliseconds(0.99),
        oldest_write_ms: reading.number("parlor_store_oldest_seconds") * 1e3,
        refusals: reading.more_by_label(before, "parlor_refusals_total"),
        limits: reading.more_by_label(before, "parlor_limit_hits_total"),
    };
    (sample, (now, reading))
}
