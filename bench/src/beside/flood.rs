//! Those who ask for ten times of what they may: lines of chat, messages that mean nothing, handshakes, passwords, and frames
//! that are far too large.

use super::{Metrics, guest, open, table};
use crate::server::Server;
use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    env,
    io::ErrorKind,
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
    task::JoinSet,
    time::{interval, sleep},
};
use tokio_tungstenite::tungstenite::Message;

/// How many send too many messages, and how many too large ones.
const SHOUT: usize = 20;
const STUFF: usize = 5;

/// What they send.
const A_LINE: &str = r#"{"type":"chat_msg","data":{"msg":"buy"}}"#;
const NONSENSE: &str = r#"{"type":"nonsense","data":{"msg":"buy"}}"#;

/// Ten times `messages_per_second`.
const SHOUTS: Duration = Duration::from_millis(5);

/// Ten times `handshakes_per_user` and `failed_handshakes`, each.
const KNOCKS: Duration = Duration::from_millis(66);

/// At ten names fifty passwords each, of which five are free, in the time of one half.
const GUESSES: Duration = Duration::from_millis(30);

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flood {
    /// Lines of chat: those within the limits are told to all of their table.
    Messages,
    /// Messages of a type that there is not: nothing of it is for anybody.
    Nonsense,
    Frames,
    Handshakes,
    Passwords,
}

impl Flood {
    /// All of it, one after the other.
    pub(crate) const ALL: [Self; 5] =
        [Self::Messages, Self::Nonsense, Self::Frames, Self::Handshakes, Self::Passwords];

    /// The limits that must be reached by it.
    fn limits(self) -> &'static [&'static str] {
        match self {
            Self::Messages | Self::Nonsense => &["messages_per_second", "flood_for"],
            Self::Frames => &["close_bytes"],
            Self::Handshakes => &["handshakes_per_user", "failed_handshakes"],
            Self::Passwords => &["login_failures"],
        }
    }
}

/// They flood for so long, and must have been refused.
///
/// They are a process of their own, which has the load's core while nobody else wants it, and leaves it at once: what those who
/// are measured find longer is the server's doing then.
pub(crate) async fn flooding(server: &Server, of: Flood, long: Duration) -> Result<()> {
    let address = server.address();
    let host = guest(address).await?;
    let path = table(address, "table-workload", &host).await?;
    let before = Metrics::now(address).await?;
    let output = Command::new("chrt")
        .args(["--idle", "0"])
        .arg(env::current_exe()?)
        .args(["attack", &format!("{of:?}").to_lowercase(), &address.to_string(), &path])
        .args(["--seconds", &long.as_secs_f64().to_string()])
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(output.status.success(), "those who flood have failed: {}", output.status);
    let after = Metrics::now(address).await?;
    let mut told = vec![String::from_utf8(output.stdout)?.trim().to_owned()];
    for limit in of.limits() {
        let hits = after.hits(limit)? - before.hits(limit)?;
        ensure!(hits > 0 || *limit == "flood_for" && long < Duration::from_secs(12), "{limit}");
        told.push(format!("{limit} {hits}"));
    }
    println!("  refused: {}", told.join(", "));
    Ok(())
}

/// Those who flood a server, for so long.
#[derive(Debug, Args)]
pub(crate) struct Attack {
    /// What there is too much of
    of: Flood,
    /// Where the server listens
    address: SocketAddr,
    /// The socket of a table
    path: String,
    /// For how many seconds
    #[arg(long)]
    seconds: f64,
}

impl Attack {
    /// Runs it on this thread, and prints how much was asked for.
    ///
    /// # Errors
    /// A server that lets nobody in.
    pub(crate) fn run(self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.flood())
    }

    async fn flood(self) -> Result<()> {
        let Self { of, address, path, seconds } = self;
        let (asked, mut flood) = (Asked::default(), JoinSet::new());
        match of {
            Flood::Messages | Flood::Nonsense => {
                let said = if of == Flood::Messages { A_LINE } else { NONSENSE };
                for _ in 0..SHOUT {
                    let guest = guest(address).await?;
                    flood.spawn(shout(address, path.clone(), guest, said, asked.clone()));
                }
            }
            Flood::Frames => {
                for _ in 0..STUFF {
                    flood.spawn(stuff(address, path.clone(), guest(address).await?, asked.clone()));
                }
            }
            Flood::Handshakes => {
                let guest = guest(address).await?;
                flood.spawn(knock(address, path.clone(), guest, asked.clone()));
                flood.spawn(knock(address, path, "nobody".into(), asked.clone()));
            }
            Flood::Passwords => drop(flood.spawn(guess(address, asked.clone()))),
        }
        sleep(Duration::from_secs_f64(seconds)).await;
        println!("of {:.0} a second", asked.0.load(Relaxed) as f64 / seconds);
        Ok(())
    }
}

/// How often something was asked for.
#[derive(Debug, Clone, Default)]
struct Asked(Arc<AtomicU64>);

impl Asked {
    fn once_more(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Says that, ten times as often as it may; closed, it comes back.
async fn shout(address: SocketAddr, path: String, token: String, said: &'static str, asked: Asked) {
    let path = format!("{path}?spectate=true");
    let line = Message::text(said);
    loop {
        if let Ok(mut socket) = open(address, &path, &token).await {
            let mut ticks = interval(SHOUTS);
            loop {
                ticks.tick().await;
                let sent = socket.send(line.clone()).await;
                asked.once_more();
                // What they hear is nothing to them, and this core has better to do than to look at it.
                if sent.is_err() || !drained(socket.get_ref()) {
                    break;
                }
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Reads what there is, and says whether there may be more.
fn drained(stream: &TcpStream) -> bool {
    let mut bytes = [0; 16 << 10];
    loop {
        match stream.try_read(&mut bytes) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}

/// Sends frames over what is read at all; closed, it comes back.
async fn stuff(address: SocketAddr, path: String, token: String, asked: Asked) {
    let path = format!("{path}?spectate=true");
    let large = Message::text("x".repeat((64 << 10) + 1));
    loop {
        if let Ok(mut socket) = open(address, &path, &token).await
            && socket.send(large.clone()).await.is_ok()
        {
            asked.once_more();
            while let Some(Ok(_)) = socket.next().await {}
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Opens sockets, and lets go of them.
async fn knock(address: SocketAddr, path: String, token: String, asked: Asked) {
    let (path, mut ticks) = (format!("{path}?spectate=true"), interval(KNOCKS));
    loop {
        ticks.tick().await;
        asked.once_more();
        drop(open(address, &path, &token).await);
    }
}

/// Guesses the passwords of ten names, which nobody has guessed at before.
async fn guess(address: SocketAddr, asked: Asked) {
    let mut ticks = interval(GUESSES);
    for n in 0_u64.. {
        ticks.tick().await;
        asked.once_more();
        let name = format!("v{}x{}", std::process::id(), n % 10);
        let body = format!(r#"{{"username":"{name}","password":"guess number {n}"}}"#);
        let request = format!(
            "POST /api/login HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(request.as_bytes()).await?;
            stream.read_to_end(&mut Vec::new()).await
        });
    }
}
