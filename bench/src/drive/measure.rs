//! The four measures: what a delivery costs, how long a move takes, what a connection holds, and how fast many come in.

use super::{crowd::Crowd, invite::Inviter};
use crate::{process::Used, report::quantile, wire::Wire};
use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How many handshakes are on their way at once.
const AT_A_TIME: usize = 64;

/// How many connections there are before those whose memory is measured.
const ALREADY: usize = 500;

/// How long a server has to come to rest before its memory is read.
const TO_REST: Duration = Duration::from_millis(1_500);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Measure {
    /// What a delivery costs where every player always has a move on its way.
    Saturation,
    /// How long a move takes at a given rate.
    Latency,
    /// What an idle connection holds in memory.
    Idle,
    /// How long it takes until everyone has come in.
    Joins,
}

/// What to load a server with.
#[derive(Debug, Clone, Args)]
pub(crate) struct Drive {
    /// What is measured
    #[arg(long)]
    pub(crate) measure: Measure,
    /// Where the server listens
    #[arg(long)]
    pub(crate) address: SocketAddr,
    /// The id of its first process
    #[arg(long)]
    pub(crate) process: u32,
    /// How it is spoken to
    #[arg(long)]
    pub(crate) wire: Wire,
    /// The game at Parlor's tables
    #[arg(long, default_value = "table-workload")]
    pub(crate) game: String,
    /// What Parlor's tables are opened with, as JSON
    #[arg(long, default_value = "{}")]
    pub(crate) options: String,
    /// How many tables
    #[arg(long)]
    pub(crate) tables: usize,
    /// How many players at each
    #[arg(long)]
    pub(crate) players: usize,
    /// Moves a second of all players together, for the latency
    #[arg(long, default_value_t = 1_000.0)]
    pub(crate) rate: f64,
    /// Seconds before the measuring begins
    #[arg(long, default_value_t = 1.0)]
    pub(crate) warm_up: f64,
    /// Seconds that are measured
    #[arg(long, default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Where the dice of the arrivals begin
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// What one run came to; what was not measured is 0.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How long was measured, in seconds; of joins, until all were in.
    pub(crate) seconds: f64,
    /// How many moves came back to the players who made them in that time.
    pub(crate) moves: u64,
    /// How many updates came to all players in that time.
    pub(crate) deliveries: u64,
    /// The user and system time of the server's processes, in seconds.
    pub(crate) server_cpu: f64,
    /// How much of the time the load generator had something to do.
    pub(crate) load_busy: f64,
    /// From when a move was to be sent until it came back, in microseconds.
    pub(crate) p50: f64,
    /// 99 of 100 took less.
    pub(crate) p99: f64,
    /// 999 of 1,000 took less.
    pub(crate) p999: f64,
    /// What each further connection has added to the memory of the server's processes, with its part of its table, in KiB.
    pub(crate) kib_a_connection: f64,
    /// The same without what tables hold that were opened before anyone came to them.
    pub(crate) kib_without_table: f64,
    /// Whether the server did not come up with the rate, so that nothing of it counts.
    pub(crate) fell_behind: bool,
}

impl Drive {
    /// Runs it, and prints what it came to as a line of JSON.
    ///
    /// # Errors
    /// A server that fails, and anything lost or out of order.
    pub(crate) fn run(&self) -> Result<()> {
        ensure!(self.tables > 0 && self.players > 0, "there are no players");
        let mut crowd = Crowd::new(self.address, self.wire)?;
        let size = (self.tables, self.players);
        let game = (self.game.as_str(), self.options.as_str());
        let inviter = Inviter::new(self.address, self.wire, game, size)?;
        let outcome = match self.measure {
            Measure::Joins => {
                let tickets = inviter.all()?;
                let began = Instant::now();
                crowd.enter(tickets, AT_A_TIME)?;
                let seconds = began.elapsed().as_secs_f64();
                crowd.settle()?;
                crowd.finish(self.players)?;
                Outcome { seconds, ..Outcome::default() }
            }
            Measure::Idle => {
                let already = ALREADY / self.players;
                crowd.enter(inviter.tickets(0..already)?, AT_A_TIME)?;
                crowd.rest(TO_REST)?;
                let before = Used::memory_of_tree(self.process)?;
                // Parlor's tables are opened now, and those of others when their players come: what a table holds is a part
                // of what its connections cost.
                let tickets = inviter.tickets(already..self.tables)?;
                crowd.rest(TO_REST)?;
                let opened = Used::memory_of_tree(self.process)?;
                crowd.enter(tickets, AT_A_TIME)?;
                crowd.rest(TO_REST)?;
                let after = Used::memory_of_tree(self.process)?;
                crowd.settle()?;
                crowd.finish(self.players)?;
                let added = (crowd.players.len() - already * self.players) as f64;
                Outcome {
                    kib_a_connection: (after - before) / added,
                    kib_without_table: (after - opened) / added,
                    ..Outcome::default()
                }
            }
            Measure::Saturation => {
                crowd.enter(inviter.all()?, AT_A_TIME)?;
                crowd.settle()?;
                self.saturate(&mut crowd)?
            }
            Measure::Latency => {
                crowd.enter(inviter.all()?, AT_A_TIME)?;
                crowd.settle()?;
                self.time(&mut crowd)?
            }
        };
        println!("{}", serde_json::to_string(&outcome)?);
        Ok(())
    }

    /// Every player has one move on its way, and sends the next one when it has come back.
    fn saturate(&self, crowd: &mut Crowd) -> Result<Outcome> {
        let mut took = Vec::new();
        let now = crowd.now();
        for player in &mut crowd.players {
            player.say_move(now)?;
        }
        turns(crowd, self.warm_up, &mut took)?;
        took.clear();
        let (before, own, updates) = (self.used()?, Used::by("self")?, crowd.updates);
        let began = Instant::now();
        turns(crowd, self.seconds, &mut took)?;
        let seconds = began.elapsed().as_secs_f64();
        let (after, own_after) = (self.used()?, Used::by("self")?);
        let deliveries = crowd.updates - updates;
        let mut outcome = Outcome {
            seconds,
            moves: took.len() as u64,
            deliveries,
            server_cpu: after - before,
            load_busy: (own_after.cpu - own.cpu) / seconds,
            ..Outcome::default()
        };
        ensure!(!took.is_empty(), "no move came back");
        outcome.times(took);
        crowd.finish(self.players)?;
        Ok(outcome)
    }

    /// Moves are sent when they are due, whatever has come back; the time between two of them is that of a Poisson process.
    ///
    /// The loop never sleeps, so that the waking up of this program is no part of what is measured.
    fn time(&self, crowd: &mut Crowd) -> Result<Outcome> {
        let mut dice = fastrand::Rng::with_seed(self.seed);
        let nanoseconds = |seconds: f64| Duration::from_secs_f64(seconds).as_nanos() as f64;
        let start = crowd.now();
        let (from, to) = (nanoseconds(self.warm_up), nanoseconds(self.warm_up + self.seconds));
        let counts = |due: u64| (from..to).contains(&(due.saturating_sub(start) as f64));
        let mut took: Vec<f64> = Vec::new();
        let (mut next, mut sent, mut back) = (0.0, 0_u64, 0_u64);
        let (mut before, mut marks) = (None, (0, Duration::ZERO));
        let began = Instant::now();
        loop {
            let now = nanoseconds(began.elapsed().as_secs_f64());
            if now >= to {
                break;
            }
            if before.is_none() && now >= from {
                before = Some(self.used()?);
                marks = (crowd.updates, crowd.busy);
            }
            let turn = Instant::now();
            let mut any = false;
            while next <= now {
                let player = dice.usize(..crowd.players.len());
                crowd.players[player].say_move(start + whole(next))?;
                next -= (1.0 - dice.f64()).ln() / self.rate * 1e9;
                sent += 1;
                any = true;
            }
            if any {
                crowd.busy += turn.elapsed();
            }
            crowd.turn(Some(Duration::ZERO), &mut |_, due| {
                back += 1;
                if counts(due) {
                    let now = start + u64::try_from(began.elapsed().as_nanos())?;
                    took.push(now.saturating_sub(due) as f64 / 1_000.0);
                }
                Ok(())
            })?;
            if (sent - back) as f64 > self.rate / 2.0 {
                return Ok(Outcome { fell_behind: true, ..Outcome::default() });
            }
        }
        let (after, updates, busy) = (self.used()?, crowd.updates, crowd.busy);
        let mut outcome = Outcome {
            seconds: self.seconds,
            moves: took.len() as u64,
            deliveries: updates - marks.0,
            server_cpu: after - before.unwrap_or(after),
            load_busy: (busy - marks.1).as_secs_f64() / self.seconds,
            ..Outcome::default()
        };
        // Those that were due in time and are still on their way belong to it, and are the slowest.
        let late = Instant::now();
        while back < sent && late.elapsed() < Duration::from_secs(10) {
            crowd.turn(Some(Duration::from_millis(10)), &mut |_, due| {
                back += 1;
                if counts(due) {
                    let now = start + u64::try_from(began.elapsed().as_nanos())?;
                    took.push(now.saturating_sub(due) as f64 / 1_000.0);
                }
                Ok(())
            })?;
        }
        ensure!(!took.is_empty(), "no move came back");
        outcome.times(took);
        crowd.finish(self.players)?;
        Ok(outcome)
    }

    /// The user and system time of the server's processes, in seconds.
    fn used(&self) -> Result<f64> {
        Used::cpu_of_tree(self.process)
    }
}

impl Outcome {
    /// With the times of all moves, in microseconds.
    fn times(&mut self, mut took: Vec<f64>) {
        took.sort_by(f64::total_cmp);
        self.p50 = quantile(&took, 50);
        self.p99 = quantile(&took, 99);
        self.p999 = took[(took.len() - 1) * 999 / 1_000];
    }
}

/// Gives turns for so long, and sends the next move of everyone whose own has come back.
fn turns(crowd: &mut Crowd, seconds: f64, took: &mut Vec<f64>) -> Result<()> {
    let began = Instant::now();
    let start = crowd.now();
    while began.elapsed().as_secs_f64() < seconds {
        crowd.turn(Some(Duration::from_millis(10)), &mut |player, due| {
            let now = start + u64::try_from(began.elapsed().as_nanos())?;
            took.push(now.saturating_sub(due) as f64 / 1_000.0);
            player.say_move(now)
        })?;
    }
    Ok(())
}

/// Nanoseconds without their fractions.
fn whole(nanoseconds: f64) -> u64 {
    Duration::from_secs_f64(nanoseconds / 1e9).as_nanos().try_into().unwrap_or(u64::MAX)
}
