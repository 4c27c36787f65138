//! What each server is measured at.

use crate::drive::{Measure, Outcome};

/// One thing that is measured, and the figures of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its title in the report.
    pub(crate) title: &'static str,
    /// What is measured.
    pub(crate) measure: Measure,
    /// How many tables.
    pub(crate) tables: usize,
    /// How many players at each.
    pub(crate) players: usize,
    /// Moves a second, of a latency.
    pub(crate) rate: f64,
    /// What is shown; the first is compared with Parlor's.
    pub(crate) figures: &'static [Figure],
}

/// A figure of a run, with its name and its digits.
pub(crate) type Figure = (&'static str, usize, fn(&Outcome) -> f64);

/// The busy tables.
pub(crate) const MANY: usize = 0;
/// The large table.
pub(crate) const LARGE: usize = 1;
/// The latency at the lower rate.
pub(crate) const SLOW: usize = 2;
/// The latency at the higher rate.
pub(crate) const FAST: usize = 3;
/// The memory.
pub(crate) const IDLE: usize = 4;
/// The coming in.
pub(crate) const JOINS: usize = 5;

/// All cases.
pub(crate) const CASES: [Case; 6] = [
    Case {
        title: "Saturation: 200 tables of 5 players",
        measure: Measure::Saturation,
        tables: 200,
        players: 5,
        rate: 0.0,
        figures: &SATURATION,
    },
    Case {
        title: "Saturation: 1 table of 100 players",
        measure: Measure::Saturation,
        tables: 1,
        players: 100,
        rate: 0.0,
        figures: &SATURATION,
    },
    Case {
        title: "Latency at 2,000 moves/s: 200 tables of 5 players",
        measure: Measure::Latency,
        tables: 200,
        players: 5,
        rate: 2_000.0,
        figures: &LATENCY,
    },
    Case {
        title: "Latency at 10,000 moves/s: 200 tables of 5 players",
        measure: Measure::Latency,
        tables: 200,
        players: 5,
        rate: 10_000.0,
        figures: &LATENCY,
    },
    Case {
        title: "Memory: from 500 to 5,500 idle connections, at tables of 5",
        measure: Measure::Idle,
        tables: 1_100,
        players: 5,
        rate: 0.0,
        figures: &[
            ("KB per connection, with its table", 2, |it| kilobytes(it.kib_a_connection)),
            ("without tables opened before", 2, |it| kilobytes(it.kib_without_table)),
        ],
    },
    Case {
        title: "Joins: 2,000 connections, at tables of 5",
        measure: Measure::Joins,
        tables: 400,
        players: 5,
        rate: 0.0,
        figures: &[("s until all have their first frame", 3, |it| it.seconds)],
    },
];

const SATURATION: [Figure; 4] = [
    ("CPU a delivery, µs", 2, cpu),
    ("deliveries/s", 0, |it| it.deliveries as f64 / it.seconds),
    ("server's core, %", 0, |it| it.server_cpu * 100.0 / it.seconds),
    ("load's core, %", 0, |it| it.load_busy * 100.0),
];

const LATENCY: [Figure; 5] = [
    ("p99, ms", 2, |it| it.p99 / 1_000.0),
    ("p50, ms", 2, |it| it.p50 / 1_000.0),
    ("p99.9, ms", 2, |it| it.p999 / 1_000.0),
    ("server's core, %", 0, |it| it.server_cpu * 100.0 / it.seconds),
    ("load's core, %", 0, |it| it.load_busy * 100.0),
];

/// The server's time for each update that a player has heard, in microseconds.
fn cpu(outcome: &Outcome) -> f64 {
    outcome.server_cpu * 1e6 / outcome.deliveries as f64
}

/// Of 1,000 bytes; the kernel counts in 1,024.
fn kilobytes(kibibytes: f64) -> f64 {
    kibibytes * 1.024
}
