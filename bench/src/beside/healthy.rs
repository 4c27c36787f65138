//! Players who read, and whose moves are timed: they come as a Poisson process, as in every other measure of latency.

use super::{Line, guest, open, table};
use crate::{
    hearing::{first, last},
    report::{Spread, quantile},
};
use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::Message;

/// How many tables there are, and how many sit at each: one of them moves, and all are told.
const TABLES: u32 = 200;
const PLAYERS: usize = 5;

/// How many moves come in a second, of all tables together.
const RATE: u32 = 400;

/// How many frames come in a second, more or less.
const FRAMES: usize = RATE as usize * PLAYERS;

/// How long nobody hears nothing, unless something is wrong.
const SILENCE: Duration = Duration::from_secs(20);

/// How long each frame took, in microseconds, from the move to one who is told of it.
#[derive(Debug, Default)]
pub(crate) struct Took(Vec<f64>);

impl Took {
    /// Prints what it came to, and returns what 99 of 100 are below.
    pub(crate) fn told(mut self, what: &str, round: usize) -> Result<Most> {
        ensure!(self.0.len() > 100, "hardly anything was heard");
        let second = FRAMES.min(self.0.len());
        let seconds = self.0.chunks_exact_mut(second).map(|second| {
            second.sort_by(f64::total_cmp);
            quantile(second, 99)
        });
        let of_a_second = Spread::of(seconds).median;
        self.0.sort_by(f64::total_cmp);
        let (half, of_all) = (quantile(&self.0, 50), quantile(&self.0, 99));
        println!(
            "round {round}, {what}: {} frames, half within {half:.0} µs, 99 of 100 within {of_all:.0} µs, and of a second \
             within {of_a_second:.0} µs",
            self.0.len()
        );
        Ok(Most { of_all, of_a_second })
    }
}

/// What 99 of 100 frames took no longer than, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Of all of them.
    pub(crate) of_all: f64,
    /// Of those of one second, in the second that is in the middle: one in which the machine stands still now and then is
    /// not, and there are more of those than of others in some runs, whatever is measured.
    pub(crate) of_a_second: f64,
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
        let mut movers = Vec::new();
        for lines in tables {
            for (seat, line) in lines.into_iter().enumerate() {
                let (mover, moves) = mpsc::unbounded_channel();
                if seat == 0 {
                    movers.push(mover);
                }
                playing.spawn(play(line, clock.clone(), began, moves));
            }
        }
        let over = clock.clone();
        // A thread of its own, since a runtime's timers keep to whole milliseconds: moves would come together.
        thread::Builder::new().name("moves".into()).spawn(move || ask_for_moves(&movers, &over))?;
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

/// Asks for a move whenever one is due, whatever has come of those before.
fn ask_for_moves(movers: &[mpsc::UnboundedSender<()>], clock: &Clock) {
    let seed = fastrand::u64(..);
    println!("moves come by the seed {seed}");
    let (mut dice, mut due) = (fastrand::Rng::with_seed(seed), Instant::now());
    while !clock.over.load(Relaxed) {
        due += Duration::from_secs_f64(-(1.0 - dice.f64()).ln() / f64::from(RATE));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // One who has failed says so itself.
        let _ = movers[dice.usize(..movers.len())].send(());
    }
    // Whoever hears of one more notices that it is over.
    for mover in movers {
        let _ = mover.send(());
    }
}

/// Plays, and hears every move in its order.
async fn play(
    mut line: Line,
    clock: Arc<Clock>,
    began: Instant,
    mut moves: mpsc::UnboundedReceiver<()>,
) -> Result<()> {
    let (mut sent, mut heard) = (0_u64, None::<u64>);
    while !clock.over.load(Relaxed) {
        let frame = tokio::select! {
            frame = timeout(SILENCE, line.next()) => frame.context("nothing was heard for long")?,
            Some(()) = moves.recv() => {
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
