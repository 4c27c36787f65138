//! What players notice of others who do them no good: their moves are timed without these and with them, in turns.

mod flood;
mod healthy;
mod slow;

use crate::{
    http,
    process::{Used, pin},
    report::Spread,
    server::{LOAD_CORE, Server},
};
use anyhow::{Context as _, Result, ensure};
use clap::Args;
pub(crate) use flood::Attack;
use healthy::{Healthy, Most};
use std::{
    env, fs, iter,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{client::IntoClientRequest as _, protocol::WebSocketConfig},
};

/// How much longer 99 of 100 moves may take beside the others than without them.
const RATIO: f64 = 1.25;

/// Every limit as a site has it, but that all come from one address.
const LIMITS: &str = "guests_per_hour=1000000";

/// A connection of the load.
type Line = WebSocketStream<TcpStream>;

/// Compares players who are alone with players beside others.
#[derive(Debug, Args)]
pub(crate) struct Beside {
    /// How often both are measured in turns
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each half of a round
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Only these kinds of a flood
    #[arg(long, value_delimiter = ',')]
    only: Vec<flood::Flood>,
    /// Where the database is made: in memory, say, where the disk is what is felt most; beside the program where none is named
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Who the others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They do not read, or 64 bytes a second.
    Slow,
    /// They ask for ten times of what they may.
    Flood,
}

impl Beside {
    /// Runs it, on this thread alone, and prints what it came to.
    ///
    /// # Errors
    /// A server that fails, players who wait for too long, and others who are not closed.
    pub(crate) fn run(&self, others: Others) -> Result<()> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => env::current_exe()?.with_file_name("bench-databases"),
        };
        // It is emptied, so it must be nobody else's.
        let folder = folder.join("parlor-bench-beside");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let database = format!("sqlite://{}", folder.join("beside.db").display());
        let server = Server::start_with(&database, LIMITS)?;
        pin(std::process::id(), LOAD_CORE)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let measured = runtime.block_on(self.measure(&server, others));
        drop(server);
        let _ = fs::remove_dir_all(&folder);
        measured
    }

    async fn measure(&self, server: &Server, others: Others) -> Result<()> {
        let healthy = Healthy::start(server.address()).await?;
        let seconds = Duration::from_secs_f64(self.seconds);
        sleep(Duration::from_secs(2)).await;
        healthy.take();
        let wanted = |of: &flood::Flood| self.only.is_empty() || self.only.contains(of);
        let kinds: Vec<Kind> = match others {
            Others::Slow => vec![Kind::Slow],
            Others::Flood => iter::once(Kind::Nobody)
                .chain(flood::Flood::ALL.into_iter().filter(wanted).map(Kind::Flood))
                .collect(),
        };
        let (mut alone, mut beside) =
            (vec![Vec::new(); kinds.len()], vec![Vec::new(); kinds.len()]);
        for round in 1..=self.rounds {
            for ((kind, alone), beside) in kinds.iter().zip(&mut alone).zip(&mut beside) {
                // Right before them, since what else the machine does changes within a minute.
                let start = Spent::now(server).await?;
                match others {
                    Others::Slow => slow::reading(server, seconds).await?,
                    Others::Flood => sleep(seconds).await,
                }
                alone.push(healthy.take().told("alone", round)?);
                let middle = Spent::now(server).await?;
                match kind {
                    Kind::Nobody => sleep(seconds).await,
                    Kind::Slow => slow::not_reading(server, seconds).await?,
                    Kind::Flood(of) => flood::flooding(server, *of, seconds).await?,
                }
                beside.push(healthy.take().told(&format!("beside {kind:?}"), round)?);
                let end = Spent::now(server).await?;
                println!(
                    "  the server: {} alone, {} beside them",
                    middle.since(&start),
                    end.since(&middle)
                );
                // What is left of the others is gone before it begins anew.
                sleep(Duration::from_secs(6)).await;
                healthy.take();
            }
        }
        healthy.stop().await?;
        let mut too_long = Vec::new();
        for ((kind, alone), beside) in kinds.iter().zip(&alone).zip(&beside) {
            let ratio = |of: fn(&Most) -> f64| {
                let of_each = |most: &[Most]| most.iter().map(of).collect::<Vec<_>>();
                Spread::of_ratios(&of_each(beside), &of_each(alone))
            };
            let (ratio, of_a_second) = (ratio(|most| most.of_all), ratio(|most| most.of_a_second));
            println!(
                "99 of 100 beside {kind:?} take {} times as long as alone, and those of a second {}",
                ratio.show(2),
                of_a_second.show(2)
            );
            if *kind != Kind::Nobody && ratio.median > RATIO {
                too_long.push(format!("{kind:?}"));
            }
        }
        ensure!(too_long.is_empty(), "that may be {RATIO}: {}", too_long.join(", "));
        Ok(())
    }
}

/// One kind of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What the others are to be compared with: how far two times without anybody else are from each other.
    Nobody,
    Slow,
    Flood(flood::Flood),
}

/// A new guest's token.
async fn guest(address: SocketAddr) -> Result<String> {
    string(&http::post(address, "/api/guest", None).await?, "token")
}

/// A new table of this game.
async fn table(address: SocketAddr, game: &str, token: &str) -> Result<String> {
    let path = format!("/api/games/{game}/sessions");
    let id = string(&http::post(address, &path, Some(token)).await?, "id")?;
    Ok(format!("/ws/{game}/{id}/"))
}

/// A string of the JSON object that the API has answered.
fn string(answer: &str, name: &str) -> Result<String> {
    let answer: serde_json::Value = serde_json::from_str(answer)?;
    Ok(answer[name].as_str().with_context(|| format!("no {name} in {answer}"))?.to_owned())
}

/// An open socket that speaks `parlor.v1`.
async fn open(address: SocketAddr, path: &str, token: &str) -> Result<Line> {
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
    request.headers_mut().insert("sec-websocket-protocol", "parlor.v1".parse()?);
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let opened = client_async_with_config(request, stream, Some(config)).await;
    Ok(opened.with_context(|| format!("no socket to {path}"))?.0)
}

/// What the server has done up to one moment.
struct Spent {
    at: Instant,
    cpu: f64,
    commits: u64,
}

impl Spent {
    async fn now(server: &Server) -> Result<Self> {
        let commits = Metrics::now(server.address()).await?.get("parlor_store_commits_total")?;
        let cpu = Used::cpu_of_tree(server.process())?;
        Ok(Self { at: Instant::now(), cpu, commits })
    }

    /// What it did since then, a second.
    fn since(&self, before: &Self) -> String {
        let seconds = (self.at - before.at).as_secs_f64();
        format!(
            "{:.0} commits a second, its core busy for {:.1} %",
            (self.commits - before.commits) as f64 / seconds,
            100.0 * (self.cpu - before.cpu) / seconds
        )
    }
}

/// Counters and gauges at one moment, by their names.
struct Metrics(String);

impl Metrics {
    async fn now(address: SocketAddr) -> Result<Self> {
        Ok(Self(http::get(address, "/metrics").await?))
    }

    fn get(&self, name: &str) -> Result<u64> {
        let value = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.and_then(|value| value.parse().ok()).with_context(|| format!("no {name}"))
    }

    fn hits(&self, limit: &str) -> Result<u64> {
        self.get(&format!("parlor_limit_hits_total{{limit=\"{limit}\"}}"))
    }

    fn closes(&self, code: u16) -> Result<u64> {
        self.get(&format!("parlor_closes_total{{code=\"{code}\"}}"))
    }
}
