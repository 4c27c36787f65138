//! Those who do not read: a hundred never, a hundred 64 bytes a second.

use super::{Line, Metrics, guest, open, table};
use crate::{hearing::last, process::resident, server::Server};
use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncReadExt as _,
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

/// How many tables there is much to hear at, and how many listen at each.
const TABLES: usize = 20;
const LISTENERS: usize = 10;

/// What is said there: so many bytes, so often.
const BYTES: usize = 15_000;
const PACE: Duration = Duration::from_millis(66);

/// How long one who reads too slowly may take the site's memory.
const CLOSED_WITHIN: Duration = Duration::from_secs(15);

/// How much of it, on the whole: the outbox is given up over four times its limit.
const UNSENT: u64 = (4 * (256 << 10) + 2 * BYTES) as u64;

/// How long it may take until the system's own buffers are full.
const FULL: Duration = Duration::from_secs(90);

/// Tables, and those who came to listen.
struct Loud {
    speaking: JoinSet<Result<()>>,
    listeners: Vec<(String, String, Line)>,
}

impl Loud {
    async fn open(address: SocketAddr) -> Result<Self> {
        let (mut speaking, mut listeners) = (JoinSet::new(), Vec::new());
        for _ in 0..TABLES {
            let host = guest(address).await?;
            let path = table(address, "loud", &host).await?;
            let speaker = open(address, &path, &host).await?;
            let path = format!("{path}?spectate=true");
            for _ in 0..LISTENERS {
                let token = guest(address).await?;
                let line = open(address, &path, &token).await?;
                listeners.push((path.clone(), token, line));
            }
            speaking.spawn(speak(speaker));
        }
        Ok(Self { speaking, listeners })
    }
}

/// Says something again and again, and hears it.
async fn speak(mut line: Line) -> Result<()> {
    let text = "x".repeat(BYTES);
    let text = Message::text(format!(r#"{{"type":"say","data":{{"text":"{text}"}}}}"#));
    let mut ticks = interval(PACE);
    loop {
        tokio::select! {
            _ = ticks.tick() => line.send(text.clone()).await?,
            heard = line.next() => drop(heard.context("a speaker was cut off")??),
        }
    }
}

/// As many as will not read are there, and read.
pub(crate) async fn reading(server: &Server, long: Duration) -> Result<()> {
    let Loud { speaking, listeners } = Loud::open(server.address()).await?;
    let mut listening = JoinSet::new();
    for (.., mut line) in listeners {
        listening.spawn(async move {
            let mut bytes = vec![0; 64 << 10];
            while line.get_mut().read(&mut bytes).await.is_ok_and(|count| count > 0) {}
        });
    }
    sleep(long).await;
    drop((speaking, listening));
    Ok(())
}

/// They do not read, until each of them is closed; then those who never did come back.
pub(crate) async fn not_reading(server: &Server, long: Duration) -> Result<()> {
    let address = server.address();
    let Loud { speaking, mut listeners } = Loud::open(address).await?;
    let slow = listeners.len() as u64;
    let mut trickling = JoinSet::new();
    for (.., mut line) in listeners.split_off(listeners.len() / 2) {
        trickling.spawn(async move {
            let mut bytes = [0; 64];
            while line.get_mut().read(&mut bytes).await.is_ok_and(|count| count > 0) {
                sleep(Duration::from_secs(1)).await;
            }
        });
    }
    let over = |metrics: &Metrics| {
        Ok::<_, anyhow::Error>(metrics.hits("outbox_bytes")? + metrics.hits("outbox_frames")?)
    };
    let before = Metrics::now(address).await?;
    let (began, resident_before) = (Instant::now(), resident(server.process())?);
    // When each of them was over a limit, and closed, the first first.
    let (mut overs, mut closes) = (Vec::new(), Vec::new());
    let (mut unsent, mut memory) = (0, 0);
    while closes.len() < listeners.len() * 2 || began.elapsed() < long {
        ensure!(began.elapsed() < FULL, "{} of {slow} were closed", closes.len());
        let now = Metrics::now(address).await?;
        let times = |count: u64| usize::try_from(count).unwrap_or_default();
        overs.resize(times(over(&now)? - over(&before)?), began.elapsed());
        closes.resize(times(now.closes(4008)? - before.closes(4008)?), began.elapsed());
        unsent = unsent.max(now.get("parlor_outbox_bytes")?);
        memory = memory.max(resident(server.process())?.saturating_sub(resident_before));
        sleep(Duration::from_millis(100)).await;
    }
    drop(speaking);
    let waited = closes.iter().zip(&overs).map(|(closed, over)| closed.saturating_sub(*over));
    let waited = waited.max().unwrap_or_default();
    println!(
        "  {slow} did not read: the last was closed {waited:.1?} after it was over a limit; at the most {} KiB each were \
         unsent, most of it shared, and the server had {} KiB more each",
        unsent / slow / 1024,
        memory / slow / 1024
    );
    ensure!(waited <= CLOSED_WITHIN, "that may be {CLOSED_WITHIN:?}");
    ensure!(unsent <= slow * UNSENT, "{unsent} bytes were unsent");
    come_back(address, listeners).await
}

/// What the system still has for them is read, and then the rest is asked for.
async fn come_back(address: SocketAddr, listeners: Vec<(String, String, Line)>) -> Result<()> {
    let (mut resumed, mut anew) = (0, 0);
    let began = Instant::now();
    for (path, token, mut line) in listeners {
        let mut seq = 0;
        while let Ok(Some(Ok(frame))) = timeout(Duration::from_secs(5), line.next()).await {
            match frame {
                Message::Text(text) => seq = last(&text)?,
                Message::Close(_) => break,
                _ => {}
            }
        }
        let mut back = open(address, &format!("{path}&after={seq}"), &token).await?;
        let welcome =
            timeout(Duration::from_secs(5), back.next()).await?.context("no welcome")??;
        let welcome = welcome.into_text()?;
        ensure!(welcome.starts_with(r#"{"type":"welcome""#), "{welcome}");
        if welcome.contains(r#""resumed":true"#) {
            resumed += 1;
        } else {
            anew += 1;
        }
        while !timeout(Duration::from_secs(5), back.next())
            .await?
            .context("not shown the game")??
            .into_text()?
            .starts_with(r#"{"type":"load_game""#)
        {}
    }
    let took = began.elapsed();
    println!(
        "  those who never read came back: {resumed} to all that they missed, {anew} anew, in {took:.1?}"
    );
    Ok(())
}
