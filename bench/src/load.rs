//! The load generator: tables with players, each with one move in flight, and what the server did with them.

use crate::{
    http,
    player::{Phase, Player, Ready, Table},
    process::Used,
};
use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// How long what was sent may take to come back once the run is over.
const LAST_MOVES: Duration = Duration::from_secs(20);

/// What to load a server with.
#[derive(Debug, Clone, Args)]
pub(crate) struct Load {
    /// Where the server listens
    #[arg(long)]
    pub(crate) address: SocketAddr,
    /// The id of its process
    #[arg(long)]
    pub(crate) process: u32,
    /// How many tables
    #[arg(long)]
    pub(crate) tables: usize,
    /// How many players at each
    #[arg(long)]
    pub(crate) players: usize,
    /// Seconds before the measuring begins
    #[arg(long, default_value_t = 0.5)]
    pub(crate) warm_up: f64,
    /// Seconds that are measured
    #[arg(long, default_value_t = 3.0)]
    pub(crate) seconds: f64,
}

/// What one run came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How long was measured, in seconds.
    pub(crate) seconds: f64,
    /// How many moves were acknowledged in that time.
    pub(crate) moves: u64,
    /// Half of them took less than this many microseconds, from the frame out to its acknowledgement.
    pub(crate) p50: f64,
    /// 99 of 100 took less.
    pub(crate) p99: f64,
    /// The server's user and system time, in seconds.
    pub(crate) server_cpu: f64,
    /// The load generator's own.
    pub(crate) load_cpu: f64,
    /// How often a thread of the server was switched off its core.
    pub(crate) switches: u64,
    /// How many commits the server made.
    pub(crate) commits: u64,
    /// How many writes they held.
    pub(crate) writes: u64,
}

impl Load {
    /// Runs it, on this thread alone, and prints what it came to as a line of JSON.
    ///
    /// # Errors
    /// A server that fails, and anything lost or out of order.
    pub(crate) fn run(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let outcome = runtime.block_on(self.load())?;
        println!("{}", serde_json::to_string(&outcome)?);
        Ok(())
    }

    async fn load(&self) -> Result<Outcome> {
        let phase = Arc::<Phase>::default();
        let mut ready = Vec::new();
        for _ in 0..self.tables {
            ready.push(self.open_table().await?);
        }
        let mut playing = JoinSet::new();
        for players in ready {
            let table = Arc::new(Table::of(self.players));
            for player in players {
                playing.spawn(player.play(table.clone(), phase.clone()));
            }
        }
        let (before, seconds) = tokio::select! {
            measured = self.measure(&phase) => measured?,
            stopped = playing.join_next() => {
                stopped.context("there are no players")???;
                bail!("a player stopped before the end")
            }
        };
        let measured = Measured { seconds, before, after: Marks::now(self).await? };
        let took = timeout(LAST_MOVES, all(playing))
            .await
            .context("something was lost: a player still waits for it")??;
        ensure!(!took.is_empty(), "no move was acknowledged");
        Ok(measured.outcome(&took))
    }

    /// A table with all its players seated.
    async fn open_table(&self) -> Result<Vec<Ready>> {
        let mut path = None;
        let mut seated = Vec::new();
        for seat in 0..self.players {
            let guest = http::post(self.address, "/api/guest", None).await?;
            let token = http::string(&guest, "token")?;
            let path = match &path {
                Some(path) => path,
                None => {
                    let sessions = "/api/games/table-workload/sessions";
                    let id = http::string(
                        &http::post(self.address, sessions, Some(&token)).await?,
                        "id",
                    )?;
                    path.insert(format!("/ws/table-workload/{id}/"))
                }
            };
            seated.push(Player::sit(self.address, path, &token, seat).await?);
        }
        let mut ready = Vec::new();
        for player in seated {
            ready.push(player.ready(self.players).await?);
        }
        Ok(ready)
    }

    /// Waits for the warm-up, and for the time that is measured: the counters before it, and how long it was in seconds.
    async fn measure(&self, phase: &Phase) -> Result<(Marks, f64)> {
        sleep(Duration::from_secs_f64(self.warm_up)).await;
        let before = Marks::now(self).await?;
        phase.measured.store(true, Relaxed);
        let began = Instant::now();
        sleep(Duration::from_secs_f64(self.seconds)).await;
        phase.over.store(true, Relaxed);
        Ok((before, began.elapsed().as_secs_f64()))
    }
}

/// All that the players have measured.
async fn all(mut playing: JoinSet<Result<Vec<u64>>>) -> Result<Vec<u64>> {
    let mut took = Vec::new();
    while let Some(played) = playing.join_next().await {
        took.extend(played??);
    }
    took.sort_unstable();
    Ok(took)
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy)]
struct Marks {
    server: Used,
    own: Used,
    commits: u64,
    writes: u64,
}

impl Marks {
    async fn now(load: &Load) -> Result<Self> {
        let server = Used::by(&load.process.to_string())?;
        let own = Used::by("self")?;
        let text = http::get(load.address, "/metrics").await?;
        let counter = |name| counter(&text, name).with_context(|| format!("no counter {name}"));
        let commits = counter("parlor_store_commits_total")?;
        Ok(Self { server, own, commits, writes: counter("parlor_store_writes_total")? })
    }
}

/// A counter in the text that Prometheus reads.
fn counter(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    value.parse().ok()
}

/// The time that was measured, between two looks at the counters.
#[derive(Debug)]
struct Measured {
    seconds: f64,
    before: Marks,
    after: Marks,
}

impl Measured {
    /// With the times of all moves, in nanoseconds, the shortest first.
    fn outcome(&self, took: &[u64]) -> Outcome {
        let Self { seconds, before, after } = self;
        let microseconds = |hundredth| took[(took.len() - 1) * hundredth / 100] as f64 / 1_000.0;
        Outcome {
            seconds: *seconds,
            moves: took.len() as u64,
            p50: microseconds(50),
            p99: microseconds(99),
            server_cpu: after.server.cpu - before.server.cpu,
            load_cpu: after.own.cpu - before.own.cpu,
            switches: after.server.switches - before.server.switches,
            commits: after.commits - before.commits,
            writes: after.writes - before.writes,
        }
    }
}
