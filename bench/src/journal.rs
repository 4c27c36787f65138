//! What durability costs: the same load on the same site, with its journal on the disk and in memory.

use crate::{
    disk::Syncs,
    load::Outcome,
    machine,
    report::{Spread, quantile, table},
    server::{Server, measure_disk},
};
use anyhow::{Context as _, Result, ensure};
use clap::Args;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Tables, and players at each.
const SCENARIOS: [(usize, usize); 4] = [(1, 1), (1, 5), (10, 5), (200, 5)];

/// Where the journal is kept; all are compared with the last.
const STORES: [Store; 3] = [
    Store { name: "durable (`synchronous=FULL`)", file: Some("") },
    Store { name: "`synchronous=normal`", file: Some("?synchronous=normal") },
    Store { name: "in memory", file: None },
];

/// The place of the durable store in [`STORES`].
const DURABLE: usize = 0;

/// The place of the store in memory in [`STORES`].
const MEMORY: usize = STORES.len() - 1;

/// At 200 tables a durable site makes at least this many moves for each of one in memory.
const GOAL_RATIO: f64 = 0.8;

/// A lone move takes at most so many microseconds longer than one `fdatasync`.
const GOAL_ABOVE_SYNC: f64 = 300.0;

/// From this part of its core on, the load generator measures itself.
const SATURATED: f64 = 0.9;

/// How to measure.
#[derive(Debug, Args)]
pub(crate) struct Journal {
    /// How often everything is run
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds that are measured of each run
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Where databases are made, on a real disk; a folder beside the program's where none is named
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A place for the journal.
struct Store {
    name: &'static str,
    /// What follows the file's name in the database's address; none where there is no file.
    file: Option<&'static str>,
}

impl Store {
    fn address(&self, folder: &Path) -> String {
        let Some(suffix) = self.file else { return "sqlite::memory:".into() };
        format!("sqlite://{}{suffix}", folder.join("bench.db").display())
    }
}

/// The outcomes of one scenario, by store and round.
type Outcomes = [Vec<Outcome>; STORES.len()];

impl Journal {
    /// Measures, and prints the report.
    ///
    /// # Errors
    /// A run in which anything was lost or out of order, and what keeps runs from being made.
    pub(crate) fn run(&self) -> Result<()> {
        ensure!(self.rounds > 0 && self.seconds > 0.0, "--rounds and --seconds are above nothing");
        let folder = self.folder()?;
        // Asked before the load, so that it shows whether the machine had other work.
        let machine = machine::describe(&folder);
        let before = measure_disk(&folder)?;
        let mut measured: Vec<Outcomes> = SCENARIOS.map(|_| Outcomes::default()).into();
        for round in 0..self.rounds {
            for (scenario, outcomes) in SCENARIOS.iter().zip(&mut measured) {
                // Another store begins in each round, so that none always comes first.
                for turn in 0..STORES.len() {
                    let store = (round + turn) % STORES.len();
                    outcomes[store].push(self.once(*scenario, &STORES[store], &folder, round)?);
                }
            }
        }
        let after = measure_disk(&folder)?;
        print!("{}", self.report(&machine, &measured, &[before, after]));
        Ok(())
    }

    /// The folder for the databases, which is made where it is missing.
    fn folder(&self) -> Result<PathBuf> {
        let program = env::current_exe()?;
        let beside = || program.parent().unwrap_or(Path::new(".")).join("bench-databases");
        let folder = self.folder.clone().unwrap_or_else(beside);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        machine::refuse_memory(&folder)?;
        Ok(folder.canonicalize()?)
    }

    /// One run, with a new server and a new database.
    fn once(
        &self,
        scenario: (usize, usize),
        store: &Store,
        folder: &Path,
        round: usize,
    ) -> Result<Outcome> {
        let (tables, players) = scenario;
        let what = format!("round {}, {tables}×{players}, {}", round + 1, store.name);
        let folder = folder.join("run");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let server = Server::start(&store.address(&folder))?;
        let outcome = server.load(scenario, self.seconds).with_context(|| what.clone())?;
        drop(server);
        fs::remove_dir_all(&folder)?;
        eprintln!("{what}: {:.0} moves/s, p50 {:.0} µs", rate(&outcome), outcome.p50);
        Ok(outcome)
    }

    fn report(&self, machine: &str, measured: &[Outcomes], disk: &[Syncs; 2]) -> String {
        let Self { rounds, seconds, .. } = self;
        let mut text = format!(
            "# What durability costs\n\n{machine}- command: `cargo xtask bench journal --rounds {rounds} --seconds {seconds}`\n\n\
             Server on one core, load generator on the other; medians of {rounds} rounds, least and most in parentheses.\n"
        );
        text += &format!("\n## The disk\n\n{}", disk_table(disk));
        for ((tables, players), outcomes) in SCENARIOS.iter().zip(measured) {
            let title = format!("{} of {}", count(*tables, "table"), count(*players, "player"));
            text += &format!("\n## {title}\n\n{}", ratio_table(outcomes));
            text += &format!("\n{}", figure_table(outcomes, &COMPARED));
            text += &format!("\n{}", figure_table(outcomes, &EXPLAINING));
            if outcomes.iter().flatten().any(|it| it.load_cpu > SATURATED * it.seconds) {
                text += "\nThe load generator's core was full: what was measured here is the load generator.\n";
            }
        }
        text + &format!("\n## Goals\n\n{}", goals(measured, disk))
    }
}

/// A figure of a run, with its name, its digits and whether its ratio says something.
type Figure = (&'static str, usize, fn(&Outcome) -> f64);

/// What is compared between stores.
const COMPARED: [Figure; 4] = [
    ("moves/s", 0, rate),
    ("p50, ms", 3, |it| it.p50 / 1_000.0),
    ("p99, ms", 3, |it| it.p99 / 1_000.0),
    ("server CPU a move, µs", 1, |it| it.server_cpu * 1e6 / it.moves as f64),
];

/// What explains it.
const EXPLAINING: [Figure; 5] = [
    ("server's core, %", 0, |it| it.server_cpu * 100.0 / it.seconds),
    ("load's core, %", 0, |it| it.load_cpu * 100.0 / it.seconds),
    ("commits/s", 0, |it| it.commits as f64 / it.seconds),
    ("writes a commit", 2, |it| it.writes as f64 / it.commits.max(1) as f64),
    ("thread switches a move", 2, |it| it.switches as f64 / it.moves as f64),
];

/// `1 table`, `10 tables`.
fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

fn rate(outcome: &Outcome) -> f64 {
    outcome.moves as f64 / outcome.seconds
}

/// The figures of all rounds.
fn each(outcomes: &[Outcome], figure: fn(&Outcome) -> f64) -> Vec<f64> {
    outcomes.iter().map(figure).collect()
}

fn ratio_table(outcomes: &Outcomes) -> String {
    let names = COMPARED.map(|(name, ..)| name.split(',').next().unwrap_or(name));
    let header: Vec<&str> = ["as a ratio to memory"].into_iter().chain(names).collect();
    let row = |(store, own): (&Store, &Vec<Outcome>)| {
        let ratios = COMPARED.map(|(_, _, figure)| {
            Spread::of_ratios(&each(own, figure), &each(&outcomes[MEMORY], figure)).show(2)
        });
        [store.name.to_owned()].into_iter().chain(ratios).collect()
    };
    let rows: Vec<Vec<String>> = STORES.iter().zip(outcomes).take(MEMORY).map(row).collect();
    table(&header, &rows)
}

/// The figures of each store.
fn figure_table(outcomes: &Outcomes, figures: &[Figure]) -> String {
    let header: Vec<&str> =
        ["store"].into_iter().chain(figures.iter().map(|(name, ..)| *name)).collect();
    let row = |(store, own): (&Store, &Vec<Outcome>)| {
        let shown =
            figures.iter().map(|(_, digits, figure)| Spread::of(each(own, *figure)).show(*digits));
        [store.name.to_owned()].into_iter().chain(shown).collect()
    };
    table(&header, &STORES.iter().zip(outcomes).map(row).collect::<Vec<_>>())
}

fn disk_table(disk: &[Syncs; 2]) -> String {
    let mut rows = Vec::new();
    for (when, syncs) in ["before", "after"].into_iter().zip(disk) {
        for (what, took) in [("preallocated", &syncs.preallocated), ("growing", &syncs.growing)] {
            let took = sorted(took.iter());
            let shown = [50, 99].map(|it| format!("{:.3}", quantile(&took, it) / 1_000.0));
            rows.push(
                [format!("{what} file, {when} the rounds")].into_iter().chain(shown).collect(),
            );
        }
    }
    table(&["4 KiB and one `fdatasync`", "p50, ms", "p99, ms"], &rows)
}

fn sorted<'a>(values: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.copied().collect();
    values.sort_by(f64::total_cmp);
    values
}

fn goals(measured: &[Outcomes], disk: &[Syncs; 2]) -> String {
    let verdict = |met| if met { "met" } else { "missed" };
    let (lone, many) = (&measured[0], &measured[SCENARIOS.len() - 1]);
    let ratio = Spread::of_ratios(&each(&many[DURABLE], rate), &each(&many[MEMORY], rate));
    let sync = quantile(&sorted(disk.iter().flat_map(|it| &it.preallocated)), 50);
    let p50 = Spread::of(each(&lone[DURABLE], |it| it.p50));
    let (most, took) = ((sync + GOAL_ABOVE_SYNC) / 1_000.0, p50.median / 1_000.0);
    let rows = [
        vec![
            "200 tables: durable moves/s to those in memory".into(),
            format!("at least {GOAL_RATIO}"),
            ratio.show(2),
            verdict(ratio.median >= GOAL_RATIO).into(),
        ],
        vec![
            "a lone durable move's p50: one `fdatasync` and 0.3 ms".into(),
            format!("at most {most:.3} ms"),
            format!("{took:.3} ms"),
            verdict(took <= most).into(),
        ],
    ];
    table(&["goal", "wanted", "measured", "verdict"], &rows)
}
