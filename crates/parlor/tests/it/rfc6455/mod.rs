//! RFC 6455 at a real table, byte by byte: frames are made by hand here, and what the server sends is read strictly.
//!
//! Rows that have an equal in the Autobahn test suite begin with its number there. That suite itself is run against the
//! same reader and writer of frames by `cargo xtask conformance`; here they are a part of a site, with its limits.

mod closing;
mod control;
mod framing;
mod handshake;
mod limits;
mod raw;
mod utf8;

use crate::game::site;
use parlor_test::{Guest, Table, TestSite};
use raw::{Heard, Raw, frame};
use serde_json::json;

/// Opcodes with the bit of a last frame.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8A;
/// A frame after which more of the message comes.
const MORE: u8 = 0x7F;
const CONTINUATION: u8 = 0x80;

/// A table at which one guest sits down, over and over.
struct Room {
    site: TestSite,
    guest: Guest,
    table: Table,
}

impl Room {
    async fn open() -> Self {
        Self::with("").await
    }

    async fn with(limits: &str) -> Self {
        let site = TestSite::start_with(site(), |flags| {
            if !limits.is_empty() {
                flags.limits.push(limits.into());
            }
        })
        .await;
        let guest = site.guest().await;
        let table = site.table(&guest, "counter").await;
        Self { site, guest, table }
    }

    /// A new socket, of which the first `load_game` was read.
    async fn sit(&self) -> Raw {
        let mut raw = Raw::connect(self.site.address()).await;
        raw.send(self.asking().as_bytes()).await;
        let head = raw.head().await;
        assert_eq!(head.status, 101, "{head:?}");
        raw.until("load_game").await;
        raw
    }

    /// A handshake as it should be.
    fn asking(&self) -> String {
        format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.table.socket(""),
            self.site.address(),
            self.guest.token
        )
    }
}

/// A message that the game repeats to everyone.
fn announce(text: &str) -> String {
    json!({"type": "announce", "data": {"text": text}}).to_string()
}

/// A message that is repeated, of so many bytes; and the text in it.
fn announce_of(length: usize) -> (String, String) {
    let text = "x".repeat(length - announce("").len());
    (announce(&text), text)
}

/// Sends the frames at once, and then a byte at a time, and expects this of both.
async fn both_ways(room: &Room, row: &str, frames: &[Vec<u8>], expected: &[Heard]) {
    let sent = frames.concat();
    for at_a_time in [sent.len(), 1] {
        let mut raw = room.sit().await;
        for some in sent.chunks(at_a_time.max(1)) {
            raw.send(some).await;
        }
        for (n, expected) in expected.iter().enumerate() {
            let heard = raw.heard().await;
            assert_eq!(&heard, expected, "{row}: answer {n}, {at_a_time} bytes at a time");
        }
        if matches!(expected.last(), Some(Heard::Close(_))) {
            raw.ends(row).await;
        }
    }
}

/// Sends the frames, which must end the connection with this code; nothing else may be heard.
async fn closes(room: &Room, row: &str, frames: &[Vec<u8>], code: u16) {
    both_ways(room, row, frames, &[Heard::Close(Some(code))]).await;
}
