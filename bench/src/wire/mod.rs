//! What the servers that are compared speak: one workload, in the framing of each.
//!
//! Frames are read by their form, so that the load generator stays lighter than what it measures. What has another form
//! than the workload's is an error: nothing is passed over.

mod colyseus;
pub(crate) mod frame;
mod plain;
mod socket_io;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use frame::Frame;

/// The state in every update: with its quotes, 406 bytes of JSON.
const STATE: &[u8] = &[b's'; 404];

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wire {
    /// `{"type", "data"}` in text frames; the table is a part of the path.
    Plain,
    /// The same; tables and players are made by Parlor's API.
    Parlor,
    /// Engine.IO 4 and Socket.IO 5, WebSocket alone.
    SocketIo,
    /// Colyseus: a seat is reserved over HTTP, and messages are MessagePack.
    Colyseus,
}

/// A move that comes back to everyone at the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Update {
    /// As it was sent.
    pub(crate) n: u64,
    /// As it was sent.
    pub(crate) t: u64,
    /// How many moves there were at the table, with this one.
    pub(crate) seq: u64,
    /// The seat of the one who made it.
    pub(crate) by: u64,
}

/// What a frame says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Somebody at the table has moved.
    Update(Update),
    /// How many moves the table has.
    Moves(u64),
    /// The protocol itself wants this frame in return.
    Wants(Frame<'static>),
    /// The protocol itself, and no answer.
    Nothing,
}

impl Wire {
    /// What a frame says.
    ///
    /// # Errors
    /// A frame of no form that is known here.
    pub(crate) fn read(self, frame: &Frame<'_>) -> Result<Word> {
        match (frame.code, self) {
            (frame::PING, _) => {
                let mut pong = frame.clone().owned();
                pong.code = frame::PONG;
                Ok(Word::Wants(pong))
            }
            (frame::PONG, _) => Ok(Word::Nothing),
            (frame::TEXT, Self::Plain | Self::Parlor) => plain::read(&frame.payload),
            (frame::TEXT, Self::SocketIo) => socket_io::read(&frame.payload),
            (frame::BINARY, Self::Colyseus) => colyseus::read(&frame.payload),
            (code, _) => anyhow::bail!("a frame of kind {code} was not expected"),
        }
    }

    /// A move of that number, sent at that time.
    pub(crate) fn say_move(self, n: u64, t: u64) -> Frame<'static> {
        match self {
            Self::Plain | Self::Parlor => {
                Frame::text(format!(r#"{{"type":"move","data":{{"n":{n},"t":{t}}}}}"#))
            }
            Self::SocketIo => Frame::text(format!(r#"42["move",{{"n":{n},"t":{t}}}]"#)),
            Self::Colyseus => colyseus::say_move(n, t),
        }
    }

    /// The question how many moves the table has.
    pub(crate) fn ask_moves(self) -> Frame<'static> {
        match self {
            Self::Plain | Self::Parlor => Frame::text(r#"{"type":"load_game"}"#.to_owned()),
            Self::SocketIo => Frame::text(r#"42["load_game"]"#.to_owned()),
            Self::Colyseus => colyseus::ask_moves(),
        }
    }
}

/// A text that is read from its start on, by its form.
#[derive(Debug)]
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    /// What must come next.
    fn skip(&mut self, form: &[u8]) -> Result<()> {
        self.0 = self
            .0
            .strip_prefix(form)
            .with_context(|| format!("`{}` was expected", String::from_utf8_lossy(form)))?;
        Ok(())
    }

    /// A number, as JSON writes it.
    fn number(&mut self) -> Result<u64> {
        let mut number = 0_u64;
        let mut digits = 0;
        for digit in self.0.iter().take_while(|it| it.is_ascii_digit()) {
            ensure!(digits < 19, "a number of over 19 digits");
            number = number * 10 + u64::from(digit - b'0');
            digits += 1;
        }
        ensure!(digits > 0, "no number where one must be");
        self.0 = &self.0[digits..];
        Ok(number)
    }

    /// The fields of an update, and what closes it.
    fn update(&mut self, end: &[u8]) -> Result<Word> {
        self.skip(br#"{"n":"#)?;
        let n = self.number()?;
        self.skip(br#","t":"#)?;
        let t = self.number()?;
        self.skip(br#","seq":"#)?;
        let seq = self.number()?;
        self.skip(br#","by":"#)?;
        let by = self.number()?;
        self.skip(br#","state":""#)?;
        self.skip(STATE)?;
        self.skip(end)?;
        ensure!(self.0.is_empty(), "more than an update");
        Ok(Word::Update(Update { n, t, seq, by }))
    }

    /// The number behind `"moves":`.
    fn moves(&mut self) -> Result<Word> {
        let key = br#""moves":"#;
        let at =
            self.0.windows(key.len()).position(|it| it == key).context("no number of moves")?;
        self.0 = &self.0[at + key.len()..];
        Ok(Word::Moves(self.number()?))
    }
}
