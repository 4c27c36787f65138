//! What it costs that a move plays on a copy of the state: the same table workload, with states of four sizes.

use crate::{
    ballast::{Ballast, Load, Size},
    drive::{Drive, Measure, Outcome},
    machine,
    report::{Spread, table},
    server::{Server, drive},
    wire::Wire,
};
use anyhow::{Result, ensure};
use clap::Args;
use parlor::prelude::Game as _;
use std::{env, fs, hint::black_box, time::Instant};

/// How large states are, in bytes, with their names; all are compared with the first.
const SIZES: [(usize, &str); 4] =
    [(1 << 10, "1 KiB"), (10 << 10, "10 KiB"), (100 << 10, "100 KiB"), (1 << 20, "1 MiB")];

/// In which forms: bytes in one piece, and maps of maps.
const SHAPES: [(bool, &str); 2] = [(false, "`Vec<u8>`"), (true, "`BTreeMap` of `BTreeMap`s")];

/// Tables, and players at each.
const TABLES: (usize, usize) = (20, 5);

/// How to measure.
#[derive(Debug, Args)]
pub(crate) struct Copies {
    /// How often everything is run
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds that are measured of each run
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

impl Copies {
    /// Measures, and prints the report.
    ///
    /// # Errors
    /// A run in which anything was lost or out of order, and what keeps runs from being made.
    pub(crate) fn run(&self) -> Result<()> {
        let Self { rounds, seconds } = *self;
        ensure!(rounds > 0 && seconds > 0.0, "--rounds and --seconds are above nothing");
        let folder = env::current_exe()?.with_file_name("bench-databases");
        fs::create_dir_all(&folder)?;
        let machine = machine::describe(&folder);
        let mut text = format!(
            "# What copies of the state cost\n\n{machine}- command: `cargo xtask bench copies --rounds {rounds} --seconds \
             {seconds}`\n\n{} tables of {} players, in memory; server on one core, load generator on the other; medians of \
             {rounds} rounds, least and most in parentheses.\n\
             A move's CPU has its part of the snapshots, which are made of the whole state every 256 records.\n",
            TABLES.0, TABLES.1
        );
        for (nested, name) in SHAPES {
            let mut measured: [Vec<Outcome>; SIZES.len()] = Default::default();
            for round in 0..rounds {
                // Another size begins in each round, so that none always comes first.
                for turn in 0..SIZES.len() {
                    let which = (round + turn) % SIZES.len();
                    let outcome = self.once(Size { bytes: SIZES[which].0, nested })?;
                    eprintln!(
                        "round {}, {name}, {}: {:.1} µs",
                        round + 1,
                        SIZES[which].1,
                        cpu(&outcome)
                    );
                    measured[which].push(outcome);
                }
            }
            text += &format!("\n## {name}\n\n{}", rows(nested, &measured));
        }
        print!("{text}");
        Ok(())
    }

    fn once(&self, size: Size) -> Result<Outcome> {
        let server = Server::start("sqlite::memory:")?;
        drive(&Drive {
            measure: Measure::Saturation,
            address: server.address(),
            process: server.process(),
            wire: Wire::Parlor,
            game: Ballast::NAME.into(),
            options: format!(r#"{{"options":{}}}"#, serde_json::to_string(&size)?),
            tables: TABLES.0,
            players: TABLES.1,
            rate: 0.0,
            warm_up: 1.0,
            seconds: self.seconds,
            seed: 0,
        })
    }
}

/// The server's time for each move, in microseconds.
fn cpu(outcome: &Outcome) -> f64 {
    outcome.server_cpu * 1e6 / outcome.moves as f64
}

/// How long one copy takes, made and dropped, in microseconds: the least of many, which nothing has disturbed.
fn copy(size: Size) -> f64 {
    let load = Load::of(size);
    let once = || {
        let began = Instant::now();
        drop(black_box(black_box(&load).clone()));
        began.elapsed().as_secs_f64() * 1e6
    };
    (0..100).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn rows(nested: bool, measured: &[Vec<Outcome>]) -> String {
    let each = |which: usize| measured[which].iter().map(cpu).collect::<Vec<f64>>();
    let row = |(which, (bytes, name)): (usize, &(usize, &str))| {
        let rate = |it: &Outcome| it.moves as f64 / it.seconds;
        vec![
            (*name).to_owned(),
            Spread::of(each(which)).show(1),
            Spread::of_ratios(&each(which), &each(0)).show(2),
            Spread::of(measured[which].iter().map(rate)).show(0),
            format!("{:.2}", copy(Size { bytes: *bytes, nested })),
        ]
    };
    let rows: Vec<Vec<String>> = SIZES.iter().enumerate().map(row).collect();
    let header =
        ["state", "CPU a move, µs", "to the smallest", "moves/s", "one copy by itself, µs"];
    table(&header, &rows)
}
