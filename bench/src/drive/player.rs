//! One player of the load generator: a socket that never waits, from its handshake to its last frame.

use super::ear::{Ear, Place, Sent};
use crate::wire::{Wire, Word, frame};
use anyhow::{Context as _, Result, bail, ensure};
use mio::net::TcpStream;
use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::SocketAddr,
};

/// The key of every handshake, and the answer to it that RFC 6455 computes as its example.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What one player needs to come in.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// A request before the handshake, whose answer has a `sessionId` that is appended to the path.
    pub(crate) first: Option<String>,
    /// The path of the socket.
    pub(crate) path: String,
    /// Further headers, each with its end of line.
    pub(crate) headers: String,
}

/// How far a player has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The TCP connection is not open yet.
    Connecting,
    /// An answer over HTTP is on its way, which has the player's session.
    Reserving,
    /// The answer to the handshake is on its way.
    Shaking,
    /// The socket is open, and the first frame of the game has not come.
    Entering,
    /// The player is at the table.
    In,
}

/// One player.
#[derive(Debug)]
pub(crate) struct Player {
    stream: TcpStream,
    wire: Wire,
    ticket: Ticket,
    stage: Stage,
    /// The beginning of what has not come whole.
    rest: Vec<u8>,
    /// What the kernel has not taken yet.
    unsent: Vec<u8>,
    /// What was sent and heard.
    pub(crate) ear: Ear,
    /// The answers to the question for moves that came while the player was in.
    pub(crate) told: Vec<u64>,
}

/// What came of reading.
#[derive(Debug, Default)]
pub(crate) struct Came {
    /// How many updates there were.
    pub(crate) updates: u64,
    /// The player's own moves among them.
    pub(crate) own: Vec<Sent>,
    /// Whether the first frame of the game was among it.
    pub(crate) entered: bool,
    /// Whether there was anything of the game.
    pub(crate) anything: bool,
}

impl Player {
    /// Begins to connect.
    ///
    /// # Errors
    /// A system without a port to spare.
    pub(crate) fn connect(
        address: SocketAddr,
        wire: Wire,
        ticket: Ticket,
        place: Place,
    ) -> Result<Self> {
        let stream = TcpStream::connect(address).context("no connection")?;
        let (rest, unsent) = (Vec::new(), Vec::new());
        let stage = Stage::Connecting;
        let (ear, told) = (Ear::new(place), Vec::new());
        Ok(Self { stream, wire, ticket, stage, rest, unsent, ear, told })
    }

    /// What the system watches.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends a move that is due at that nanosecond of the run.
    ///
    /// # Errors
    /// A socket that is closed.
    pub(crate) fn say_move(&mut self, due: u64) -> Result<()> {
        let (n, t) = self.ear.says(due);
        self.say(&self.wire.say_move(n, t))
    }

    /// Asks how many moves the table has.
    ///
    /// # Errors
    /// A socket that is closed.
    pub(crate) fn ask_moves(&mut self) -> Result<()> {
        self.say(&self.wire.ask_moves())
    }

    /// Goes on writing where the kernel has room again.
    ///
    /// # Errors
    /// A connection that is refused or closed.
    pub(crate) fn writable(&mut self) -> Result<()> {
        if self.stage == Stage::Connecting {
            if let Some(error) = self.stream.take_error()? {
                return Err(error).context("no connection");
            }
            if self.stream.peer_addr().is_err() {
                return Ok(());
            }
            self.stream.set_nodelay(true)?;
            match self.ticket.first.take() {
                Some(request) => {
                    self.stage = Stage::Reserving;
                    self.unsent.extend(request.into_bytes());
                }
                None => self.shake(),
            }
        }
        self.flush()
    }

    /// Reads all that is there, with a buffer that all players share.
    ///
    /// # Errors
    /// A socket that is closed, and whatever is not as it must be.
    pub(crate) fn readable(&mut self, buffer: &mut [u8], came: &mut Came) -> Result<()> {
        loop {
            let read = match self.stream.read(buffer) {
                Ok(0) => bail!("the server has closed the socket"),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            self.take_in(&buffer[..read], came)?;
            // What did not fill the buffer was all there is, and what comes later is an event of its own.
            if read < buffer.len() {
                return Ok(());
            }
        }
    }

    fn take_in(&mut self, bytes: &[u8], came: &mut Came) -> Result<()> {
        if self.rest.is_empty() {
            let used = self.digest(bytes, came)?;
            self.rest.extend(&bytes[used..]);
        } else {
            let mut rest = std::mem::take(&mut self.rest);
            rest.extend(bytes);
            let used = self.digest(&rest, came)?;
            rest.drain(..used);
            self.rest = rest;
        }
        Ok(())
    }

    /// Takes what is whole, and says how many bytes that were.
    fn digest(&mut self, bytes: &[u8], came: &mut Came) -> Result<usize> {
        let mut used = 0;
        while used < bytes.len() {
            let next = match self.stage {
                Stage::Connecting => bail!("an answer before the question"),
                Stage::Reserving => self.reserved(&bytes[used..])?,
                Stage::Shaking => self.shaken(&bytes[used..])?,
                Stage::Entering | Stage::In => self.heard(&bytes[used..], came)?,
            };
            match next {
                0 => break,
                next => used += next,
            }
        }
        Ok(used)
    }

    /// The answer that has the session, once it is whole.
    fn reserved(&mut self, bytes: &[u8]) -> Result<usize> {
        let Some(head) = head(bytes) else { return Ok(0) };
        let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
        ensure!(text.starts_with("http/1.1 200"), "no seat: {}", String::from_utf8_lossy(bytes));
        let length = text.split("content-length: ").nth(1).and_then(|it| it.lines().next());
        let length: usize = length.context("an answer without a length")?.trim().parse()?;
        let Some(body) = bytes.get(head..head + length) else { return Ok(0) };
        let body: serde_json::Value = serde_json::from_slice(body)?;
        let session = body["sessionId"].as_str().context("a seat without a session")?;
        self.ticket.path.push_str(session);
        self.shake();
        self.flush()?;
        Ok(head + length)
    }

    fn shake(&mut self) {
        self.stage = Stage::Shaking;
        let Ticket { path, headers, .. } = &self.ticket;
        self.unsent.extend(
            format!(
                "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                 sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n{headers}\r\n"
            )
            .into_bytes(),
        );
    }

    /// The answer to the handshake, once it is whole.
    fn shaken(&mut self, bytes: &[u8]) -> Result<usize> {
        let Some(head) = head(bytes) else { return Ok(0) };
        let fits = bytes.starts_with(b"HTTP/1.1 101")
            && bytes[..head].windows(ACCEPT.len()).any(|it| it == ACCEPT);
        ensure!(fits, "no socket: {}", String::from_utf8_lossy(bytes));
        self.stage = Stage::Entering;
        Ok(head)
    }

    /// The next frame, once it is whole.
    fn heard(&mut self, bytes: &[u8], came: &mut Came) -> Result<usize> {
        let Some((frame, used)) = frame::cut(bytes)? else { return Ok(0) };
        match self.wire.read(&frame)? {
            Word::Update(update) => {
                came.own.extend(self.ear.hears(update)?);
                came.updates += 1;
                came.anything = true;
            }
            Word::Moves(moves) => {
                came.anything = true;
                if self.stage == Stage::Entering {
                    self.stage = Stage::In;
                    came.entered = true;
                } else {
                    self.told.push(moves);
                }
            }
            Word::Wants(answer) => self.say(&answer)?,
            Word::Nothing => {}
        }
        Ok(used)
    }

    fn say(&mut self, frame: &frame::Frame<'_>) -> Result<()> {
        frame.write(&mut self.unsent);
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The length of the head of an answer over HTTP, once it is whole.
fn head(bytes: &[u8]) -> Option<usize> {
    let end = b"\r\n\r\n";
    Some(bytes.windows(end.len()).position(|it| it == end)? + end.len())
}
