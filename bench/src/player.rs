//! One player of the load generator: one socket that speaks `parlor.v1`, one move in flight.

use crate::hearing::{Heard, Hearing, first, last};
use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};
use tokio::{net::TcpStream, sync::Barrier};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

/// Where the run stands; all players look at it after each of their moves.
#[derive(Debug, Default)]
pub(crate) struct Phase {
    /// Moves count from here on.
    pub(crate) measured: AtomicBool,
    /// No more moves are sent.
    pub(crate) over: AtomicBool,
}

/// What the players of one table know of each other.
#[derive(Debug)]
pub(crate) struct Table {
    /// The moves that were sent to it.
    sent: AtomicU64,
    /// Where they wait for each other's last move.
    stopped: Barrier,
}

impl Table {
    /// A table of so many players.
    pub(crate) fn of(players: usize) -> Self {
        Self { sent: AtomicU64::new(0), stopped: Barrier::new(players) }
    }
}

/// One player.
#[derive(Debug)]
pub(crate) struct Player {
    socket: WebSocketStream<TcpStream>,
    seat: usize,
}

impl Player {
    /// Takes the next seat at a table. The players of a table must come one after the other, so that seats are known.
    ///
    /// # Errors
    /// A handshake that is refused.
    pub(crate) async fn sit(
        address: SocketAddr,
        path: &str,
        token: &str,
        seat: usize,
    ) -> Result<Self> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        request.headers_mut().insert("sec-websocket-protocol", "parlor.v1".parse()?);
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        // The library fills its read buffer with zeros at every read: a large one would cost more than the site does.
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let (socket, _) = client_async_with_config(request, stream, Some(config))
            .await
            .with_context(|| format!("no socket to {path}"))?;
        Ok(Self { socket, seat })
    }

    /// Waits until all of these have sat down: the last thing that is told before the first move.
    ///
    /// # Errors
    /// A socket that is closed.
    pub(crate) async fn ready(mut self, players: usize) -> Result<Ready> {
        loop {
            let frame = self.frame().await?;
            if frame.starts_with(r#"{"type":"load_game","#)
                && first(&frame, "\"players\":")? == players as u64
            {
                let hearing = Hearing::new(self.seat as u64, last(&frame)?);
                return Ok(Ready { player: self, hearing });
            }
        }
    }

    async fn frame(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.socket.next().await.context("the socket was closed")?? {
                Message::Text(text) => return Ok(text),
                Message::Close(close) => bail!("the server has closed the socket: {close:?}"),
                _ => {}
            }
        }
    }

    async fn say(&mut self, text: String) -> Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }
}

/// A player whose table is complete.
#[derive(Debug)]
pub(crate) struct Ready {
    player: Player,
    hearing: Hearing,
}

impl Ready {
    /// Plays until the run is over, and checks that everything was heard. Returns how long each measured move took from the
    /// frame out to its acknowledgement, in nanoseconds.
    ///
    /// # Errors
    /// Anything lost, repeated or out of order.
    pub(crate) async fn play(mut self, table: Arc<Table>, phase: Arc<Phase>) -> Result<Vec<u64>> {
        let began = Instant::now();
        let mut took = Vec::new();
        for n in 1_u64.. {
            let sent = Instant::now();
            let at = sent.duration_since(began).as_micros();
            table.sent.fetch_add(1, Relaxed);
            self.hearing.sends(n);
            self.player
                .say(format!(r#"{{"type":"move","data":{{"n":{n},"t":{at}}},"id":"{n}"}}"#))
                .await?;
            while self.hear().await? != Heard::Ack {}
            if phase.over.load(Relaxed) {
                break;
            }
            if phase.measured.load(Relaxed) {
                took.push(u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
        }
        table.stopped.wait().await;
        self.hear_all(table.sent.load(Relaxed)).await?;
        Ok(took)
    }

    /// Hears what is still on its way, and makes sure that nothing comes after it.
    async fn hear_all(&mut self, sent: u64) -> Result<()> {
        while self.hearing.moves() < sent {
            self.hear().await?;
        }
        self.player.say(r#"{"type":"load_game"}"#.into()).await?;
        let counted = self.hear().await?;
        ensure!(counted == Heard::Moves(sent), "{sent} moves were sent, and {counted:?} came");
        Ok(())
    }

    async fn hear(&mut self) -> Result<Heard> {
        let frame = self.player.frame().await?;
        self.hearing.hear(&frame)
    }
}
