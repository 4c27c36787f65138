//! Parlor and its peers: one load generator, one workload, the same bytes for all, and every update checked.

mod case;
mod goals;
mod host;
mod system;

use crate::{
    drive::{Drive, Measure, Outcome},
    game::TableWorkload,
    machine,
    report::{Spread, table},
    server::drive,
};
use anyhow::{Context as _, Result, ensure};
use case::{CASES, Case, Figure};
use clap::Args;
use parlor::prelude::Game as _;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use system::{PARLOR, SYSTEMS, System};

/// From this part of its core on, the load generator measures itself.
const SATURATED: f64 = 0.95;

/// How to measure.
#[derive(Debug, Args)]
pub(crate) struct Peers {
    /// How often everything is run
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds that are measured of each run
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// These servers alone, and Parlor in memory
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// This measure alone
    #[arg(long, value_delimiter = ',')]
    measure: Vec<Measure>,
    /// Where the peers are installed
    #[arg(long, default_value = "target/bench/peers")]
    peers: PathBuf,
}

/// What came of one run; none where the server fell behind or was not measured, and why where it failed.
type Run = Result<Outcome, String>;

/// All outcomes: of each case and each system, one a round.
#[derive(Debug)]
pub(crate) struct Results {
    systems: Vec<&'static System>,
    runs: Vec<Vec<Vec<Run>>>,
}

impl Peers {
    /// Measures, and prints the report.
    ///
    /// # Errors
    /// A server that does not start, and a run of Parlor's in which anything was lost or out of order.
    pub(crate) fn run(&self) -> Result<()> {
        ensure!(self.rounds > 0 && self.seconds > 0.0, "--rounds and --seconds are above nothing");
        let peers = self.peers.canonicalize().with_context(|| {
            format!("no peers in {}; `cargo xtask bench peers` installs them", self.peers.display())
        })?;
        let systems = self.systems()?;
        let folder = env::current_exe()?.with_file_name("bench-databases").join("peers");
        fs::create_dir_all(&folder)?;
        machine::refuse_memory(&folder)?;
        let machine = machine::describe(&folder);
        let runs = CASES.iter().map(|_| systems.iter().map(|_| Vec::new()).collect()).collect();
        let mut results = Results { systems, runs };
        for round in 0..self.rounds {
            for (at, case) in CASES.iter().enumerate().filter(|(_, it)| self.measures(it.measure)) {
                // Another system begins in each round, so that none always comes first.
                for turn in 0..results.systems.len() {
                    let which = (round + turn) % results.systems.len();
                    let run = self.once(case, results.systems[which], round, &folder, &peers)?;
                    results.runs[at][which].push(run);
                }
            }
        }
        fs::remove_dir_all(&folder)?;
        print!("{}", self.report(&machine, &results));
        Ok(())
    }

    fn systems(&self) -> Result<Vec<&'static System>> {
        for name in &self.only {
            let names = || SYSTEMS.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
            ensure!(SYSTEMS.iter().any(|it| it.name == name), "no {name}; there are {}", names());
        }
        let wanted = |it: &&System| {
            self.only.is_empty()
                || it.name == PARLOR
                || self.only.iter().any(|name| name == it.name)
        };
        Ok(SYSTEMS.iter().filter(wanted).collect())
    }

    fn measures(&self, measure: Measure) -> bool {
        self.measure.is_empty() || self.measure.contains(&measure)
    }

    /// One run, with a new server.
    fn once(
        &self,
        case: &Case,
        system: &System,
        round: usize,
        folder: &Path,
        peers: &Path,
    ) -> Result<Run> {
        let what = format!("round {}, {}, {}", round + 1, case.title, system.name);
        let folder = folder.join("run");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let host = system.start(case.tables, &folder, peers)?;
        let outcome = drive(&Drive {
            measure: case.measure,
            address: host.address(),
            process: host.process(),
            wire: system.wire,
            game: TableWorkload::NAME.into(),
            options: "{}".into(),
            tables: case.tables,
            players: case.players,
            rate: case.rate,
            warm_up: 1.0,
            seconds: self.seconds,
            // The same arrivals for all systems, and others in each round.
            seed: round as u64,
        });
        drop(host);
        let run = match outcome {
            Ok(outcome) if outcome.fell_behind => Err("fell behind".to_owned()),
            Ok(outcome) => Ok(outcome),
            Err(error) if system.name.starts_with(PARLOR) => return Err(error.context(what)),
            Err(error) => Err(format!("failed: {error:#}")),
        };
        match &run {
            Ok(outcome) => {
                let (name, digits, figure) = case.figures[0];
                eprintln!("{what}: {:.digits$} {name}", figure(outcome));
            }
            Err(why) => eprintln!("{what}: {why}"),
        }
        Ok(run)
    }

    fn report(&self, machine: &str, results: &Results) -> String {
        let Self { rounds, seconds, only, measure, .. } = self;
        let mut command = format!("cargo xtask bench peers --rounds {rounds} --seconds {seconds}");
        if !only.is_empty() {
            command += &format!(" --only {}", only.join(","));
        }
        for measure in measure {
            command += &format!(" --measure {}", format!("{measure:?}").to_lowercase());
        }
        let mut text = format!(
            "# Parlor and its peers\n\n{machine}- command: `{command}`\n{}\n\
             Server on one core, load generator on the other, a new server for each run; medians of {rounds} rounds, least \
             and most in parentheses.\nRatios are to `{PARLOR}`, of two runs of the same round.\n\
             Every update was checked: none lost, repeated or out of order.\n\n",
            tools()
        );
        for system in &results.systems {
            text += &format!("- `{}` {}: {}\n", system.name, system.version(), system.about);
        }
        text += "\nuWebSockets can't be had from a registry of packages and was not run here; in earlier measurements on such \
                 a machine it took 1.06 µs a delivery at 200×5 and 1.02 at 1×100, where `ws` took 9.71 and 3.22.\n";
        for (at, case) in CASES.iter().enumerate().filter(|(_, it)| self.measures(it.measure)) {
            text += &format!("\n## {}\n\n{}", case.title, results.table(at, case));
        }
        text + &format!("\n## Goals\n\n{}", goals::verdicts(results))
    }
}

impl Results {
    /// A figure in all rounds that have one.
    fn each(&self, case: usize, name: &str, figure: fn(&Outcome) -> f64) -> Vec<f64> {
        self.of(case, name).iter().flatten().map(figure).collect()
    }

    /// The ratio of two systems, within the rounds that have both.
    fn ratio(
        &self,
        case: usize,
        one: &str,
        other: &str,
        figure: fn(&Outcome) -> f64,
    ) -> Option<Spread> {
        let pairs = self.of(case, one).iter().zip(self.of(case, other));
        let ratios: Vec<f64> = pairs
            .filter_map(|(one, other)| {
                Some(figure(one.as_ref().ok()?) / figure(other.as_ref().ok()?))
            })
            .collect();
        (!ratios.is_empty()).then(|| Spread::of(ratios))
    }

    fn of(&self, case: usize, name: &str) -> &[Run] {
        let at = self.systems.iter().position(|it| it.name == name);
        at.map_or(&[], |at| &self.runs[case][at])
    }

    /// The figures of a case, a row a system.
    fn table(&self, at: usize, case: &Case) -> String {
        let (first, rest) = (case.figures[0], &case.figures[1..]);
        let ratio = format!("to `{PARLOR}`");
        let names = rest.iter().map(|(name, ..)| *name);
        let header: Vec<&str> = ["server", first.0, &ratio].into_iter().chain(names).collect();
        let row = |system: &&System| {
            let show = |(_, digits, figure): &Figure| {
                let each = self.each(at, system.name, *figure);
                if each.is_empty() { "–".to_owned() } else { Spread::of(each).show(*digits) }
            };
            let ratio = self.ratio(at, system.name, PARLOR, first.2);
            let ratio = ratio.map_or_else(|| "–".to_owned(), |it| it.show(2));
            let mut cells = vec![format!("`{}`", system.name), show(&first), ratio];
            cells.extend(rest.iter().map(show));
            cells
        };
        let mut text = table(&header, &self.systems.iter().map(row).collect::<Vec<_>>());
        for system in &self.systems {
            let runs = self.of(at, system.name);
            for (round, why) in
                runs.iter().enumerate().filter_map(|(at, it)| Some((at, it.as_ref().err()?)))
            {
                text += &format!("\n`{}` {why} in round {}.\n", system.name, round + 1);
            }
            if runs.iter().flatten().any(|it| it.load_busy > SATURATED) {
                text += &format!(
                    "\nThe load generator's core was full at `{}`: what was measured there is the load generator.\n",
                    system.name
                );
            }
        }
        text
    }
}

/// The programs that peers run on, as lines of a Markdown list.
fn tools() -> String {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let unknown = || "not there".to_owned();
    let rust = said("rustc").unwrap_or_else(unknown);
    format!("- Node {}, {rust}\n", said("node").unwrap_or_else(unknown))
}
