//! Players who read, and whose moves are timed.

use super::{Line, guest, open, table};
use crate::{
    hearing::{first, last},
    report::quantile,
};
use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{interval_at, timeout},
};
use tokio_tungstenite::tungstenite::Message;

/// How many tables there are, and how many sit at each: one of them moves, and all are told.
const TABLES: u32 = 200;
const PLAYERS: usize = 5;

/// How long after each other the moves of a table come.
const PACE: Duration = Duration::from_millis(500);

/// How long each frame took, in microseconds, from the move to one who is told of it.
#[derive(Debug, Default)]
pub(crate) struct Took(Vec<f64>);

impl Took {
    /// Prints what it came to, and returns what 99 of 100 are below.
    pub(crate) fn told(mut self, what: &str, round: usize) -> Result<f64> {
        ensure!(self.0.len() > 100, "hardly anything was heard");
        self.0.sort_by(f64::total_cmp);
        let (half, most) = (quantile(&self.0, 50), quantile(&self.0, 99));
        println!(
            "round {round}, {what}: {} frames, half within {half:.0} µs, 99 of 100 within {most:.0} µs",
            self.0.len()
        );
        Ok(most)
    }
}

#[derive(Debug, Default)]
struct Clock {
    took: Mutex<Took>,
    over: AtomicBool,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Healthy {
    clock: Arc<Clock>,
    playing: JoinSet<Result<()>>,
}

impl Healthy {
    /// They sit down, and begin to play.
    pub(crate) async fn start(address: SocketAddr) -> Result<Self> {
        let clock = Arc::<Clock>::default();
        let mut tables = Vec::new();
        for _ in 0..TABLES {
            let host = guest(address).await?;
            let path = table(address, "table-workload", &host).await?;
            let mut lines = vec![open(address, &path, &host).await?];
            for _ in 1..PLAYERS {
                lines.push(open(address, &path, &guest(address).await?).await?);
            }
            tables.push(lines);
        }
        let (began, mut playing) = (Instant::now(), JoinSet::new());
        for (n, lines) in (0..).zip(tables) {
            for (seat, line) in lines.into_iter().enumerate() {
                // Tables move one after the other, so that there is always something to do, and never much.
                let first = PACE * n / TABLES;
                let moves = (seat == 0).then_some(first);
                playing.spawn(play(line, clock.clone(), began, moves));
            }
        }
        Ok(Self { clock, playing })
    }

    /// What was measured since the last time.
    pub(crate) fn take(&self) -> Took {
        std::mem::take(&mut *self.clock.took.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// They stop; everything must have been in order.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.clock.over.store(true, Relaxed);
        while let Some(played) = self.playing.join_next().await {
            played??;
        }
        Ok(())
    }
}

/// Plays, and hears every move in its order.
async fn play(
    mut line: Line,
    clock: Arc<Clock>,
    began: Instant,
    moves: Option<Duration>,
) -> Result<()> {
    let mut ticks = interval_at(tokio::time::Instant::now() + moves.unwrap_or_default(), PACE);
    let (mut sent, mut heard) = (0_u64, None::<u64>);
    while !clock.over.load(Relaxed) {
        let frame = tokio::select! {
            frame = timeout(PACE * 40, line.next()) => frame.context("nothing was heard for long")?,
            _ = ticks.tick(), if moves.is_some() => {
                sent += 1;
                let at = began.elapsed().as_micros();
                let text = format!(r#"{{"type":"move","data":{{"n":{sent},"t":{at}}},"id":"{sent}"}}"#);
                line.send(Message::text(text)).await?;
                continue;
            }
        };
        let text = match frame.context("a player was cut off")?? {
            Message::Text(text) => text,
            Message::Close(close) => bail!("a player was closed: {close:?}"),
            _ => continue,
        };
        ensure!(!text.starts_with(r#"{"type":"error""#), "{text}");
        if text.starts_with(r#"{"type":"update""#) {
            let now = began.elapsed().as_micros() as f64;
            // The time the move was sent is before the state, and the number of the move after it.
            let (at, move_) = (first(&text, "\"t\":")? as f64, first(&text, "\"n\":")?);
            ensure!(heard.is_none_or(|heard| heard + 1 == move_), "{move_} after {heard:?}");
            heard = Some(move_);
            ensure!(last(&text)? > 0, "no number");
            clock.took.lock().unwrap_or_else(PoisonError::into_inner).0.push(now - at);
        }
    }
    Ok(())
}
