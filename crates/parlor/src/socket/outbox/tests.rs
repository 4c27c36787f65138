//! The write path over a real connection, whose other end reads when a test says so.

mod rounds;

use super::{Bounds, Close, Frame, Next, Outbox};
use crate::socket::{LOAD_GAME, Part, Round, Told};
use std::{
    io::{ErrorKind, Read as _},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::{TcpListener, tcp::OwnedReadHalf};

const BOUNDS: Bounds = Bounds { frames: 4, bytes: 1_000, slow_for: Duration::from_secs(10) };

/// More than a connection holds on its way while nobody reads.
const FILLER: usize = 256 << 10;

fn outbox() -> Outbox {
    Outbox::new(BOUNDS, false, Arc::default())
}

fn event(text: &str) -> Frame {
    Frame::event(Told::new(text, 1))
}

fn view(kind: &'static str, text: &str) -> Frame {
    Frame::view(kind, Told::new(text, 1))
}

/// The other end of an outbox's connection.
struct Client {
    socket: TcpStream,
    received: Vec<u8>,
    /// The half of the outbox's end that tells when it takes more.
    outlet: OwnedReadHalf,
}

impl Client {
    /// Opens this outbox.
    async fn open(outbox: &Outbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let (server, _) = listener.accept().await.unwrap();
        socket2::SockRef::from(&server).set_send_buffer_size(4_096).unwrap();
        server.writable().await.unwrap();
        let (outlet, writing) = server.into_split();
        outbox.open(writing);
        Self { socket, received: Vec::new(), outlet }
    }

    /// Opens this outbox, and says so much that its socket has taken a part of it and takes nothing more.
    async fn open_full(outbox: &Outbox) -> Self {
        let client = Self::open(outbox).await;
        outbox.push(Frame::answer("f".repeat(FILLER)));
        let unsent = outbox.lock();
        assert!(unsent.frames.is_empty() && (1..FILLER).contains(&unsent.cut.len()));
        drop(unsent);
        client
    }

    /// Reads what has come, at most so many bytes; false where the connection is at its end.
    fn read(&mut self, most: usize) -> bool {
        let end = self.received.len() + most;
        let mut scrap = [0; 16 << 10];
        while self.received.len() < end {
            let room = scrap.len().min(end - self.received.len());
            match self.socket.read(&mut scrap[..room]) {
                Ok(0) => return false,
                Ok(read) => self.received.extend(&scrap[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
        }
        true
    }

    /// Reads all that waits, as the connection's task sends it.
    async fn read_all(&mut self, outbox: &Outbox) {
        while !outbox.send_rest() {
            self.read(usize::MAX / 2);
            self.outlet.as_ref().writable().await.unwrap();
        }
    }

    /// Reads up to the end, and says what came.
    async fn hear_out(mut self, outbox: &Outbox) -> Vec<String> {
        self.read_all(outbox).await;
        outbox.end();
        self.socket.set_nonblocking(false).unwrap();
        assert!(!self.read(usize::MAX / 2), "an end");
        frames(&self.received)
    }
}

/// What these frames say, in short.
fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    while let [head, length, rest @ ..] = bytes {
        let more = match length {
            127 => 8,
            126 => 2,
            _ => 0,
        };
        let (long, rest) = rest.split_at(more);
        let long = long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let (payload, rest) = rest.split_at(if more == 0 { usize::from(*length) } else { long });
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        frames.push(match (head, payload) {
            (0x81, filler) if filler.len() == FILLER => "filler".to_owned(),
            (0x81, payload) => text(payload),
            (0x88, [high, low, ..]) => format!("close {}", u16::from_be_bytes([*high, *low])),
            (0x89, _) => "ping".to_owned(),
            (0x8A, payload) => format!("pong {}", text(payload)),
            _ => panic!("no frame of ours: {head:x} {payload:?}"),
        });
        bytes = rest;
    }
    assert!(bytes.is_empty(), "a frame that is cut off: {bytes:?}");
    frames
}

#[tokio::test]
async fn a_newer_view_takes_the_place_of_an_older_one_and_events_stay() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    outbox.push(view("update", "update 1"));
    outbox.push(event("event 1"));
    outbox.push(view("hand", "hand 1"));
    outbox.push(view("update", "update 2"));
    outbox.push(Frame::answer("answer"));
    outbox.push(view("update", "update 3"));
    let bytes = "event 1hand 1answerupdate 3".len();
    assert_eq!(outbox.lock().counted, (4, bytes), "what is replaced counts no more");
    let heard = client.hear_out(&outbox).await;
    assert_eq!(heard, ["filler", "event 1", "hand 1", "answer", "update 3"]);
}

#[tokio::test]
async fn a_newer_load_game_takes_the_place_of_every_view() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    outbox.push(view(LOAD_GAME, "game 1"));
    outbox.push(view("update", "update 1"));
    outbox.push(event("event 1"));
    outbox.push(view("hand", "hand 1"));
    outbox.push(view(LOAD_GAME, "game 2"));
    outbox.push(view("update", "update 2"));
    let heard = client.hear_out(&outbox).await;
    assert_eq!(heard, ["filler", "event 1", "game 2", "update 2"]);
}

#[tokio::test]
async fn views_that_the_socket_takes_are_all_sent() {
    let outbox = outbox();
    let client = Client::open(&outbox).await;
    for text in ["update 1", "update 2"] {
        outbox.push(view("update", text));
        assert_eq!(outbox.waiting(), 0);
    }
    assert_eq!(client.hear_out(&outbox).await, ["update 1", "update 2"]);
}

#[tokio::test]
async fn what_waits_is_sent_before_the_goodbye_and_nothing_after_it() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    outbox.push(event("event 1"));
    outbox.push(Frame::answer("answer"));
    outbox.close(Close::LEFT);
    outbox.close(Close::STOPPING);
    outbox.push(event("too late"));
    let mut round = Round::default();
    round.add(Told::new("too late", 2));
    outbox.push_round(&round, &Part::default());
    assert_eq!(outbox.send(), Next::Close(Close::LEFT));
    outbox.goodbye(&Close::LEFT);
    outbox.push(event("too late"));
    outbox.push_round(&round, &Part::default());
    outbox.ping();
    let heard = client.hear_out(&outbox).await;
    assert_eq!(heard, ["filler", "event 1", "answer", "close 1000"]);
}

#[tokio::test]
async fn a_slow_reader_is_given_up_after_a_time() {
    let slow_for = Duration::from_millis(20);
    let outbox = Outbox::new(Bounds { slow_for, ..BOUNDS }, false, Arc::default());
    let client = Client::open_full(&outbox).await;
    for _ in 0..4 {
        outbox.push(event("event"));
    }
    assert_eq!(outbox.send(), Next::Wait(None), "as much as may wait");
    let before = Instant::now();
    outbox.push(event("event"));
    let Next::Wait(Some(until)) = outbox.send() else { panic!("no time to wait until") };
    assert!((before + slow_for..=Instant::now() + slow_for).contains(&until));
    tokio::time::sleep_until(until.into()).await;
    assert_eq!(outbox.send(), Next::Close(Close::SLOW));
    outbox.goodbye(&Close::SLOW);
    assert_eq!(client.hear_out(&outbox).await, ["filler", "close 4008"]);
}

#[tokio::test]
async fn a_reader_that_catches_up_has_all_its_time_again() {
    let outbox = outbox();
    let mut client = Client::open_full(&outbox).await;
    outbox.push(event(&"x".repeat(1_001)));
    assert!(matches!(outbox.send(), Next::Wait(Some(_))));
    client.read_all(&outbox).await;
    assert_eq!(outbox.send(), Next::Nothing);
    assert_eq!(outbox.lock().over_since, None);
}

#[tokio::test]
async fn at_four_times_the_limit_a_reader_is_given_up_at_once() {
    for (count, length) in [(16, 1), (4, 1_000)] {
        let outbox = outbox();
        let client = Client::open_full(&outbox).await;
        for _ in 0..count {
            outbox.push(event(&"x".repeat(length)));
        }
        assert_eq!(outbox.closing(), None, "{count} of {length}");
        outbox.push(event("x"));
        assert_eq!(outbox.closing(), Some(Close::SLOW), "{count} of {length}");
        outbox.goodbye(&Close::SLOW);
        assert_eq!(client.hear_out(&outbox).await, ["filler", "close 4008"]);
    }
}

#[test]
fn four_times_the_limit_is_too_much_at_once_but_for_what_greets_one_who_comes() {
    let outbox = outbox();
    for _ in 0..100 {
        outbox.push(Frame::answer("x".repeat(100)).greets());
    }
    assert_eq!((outbox.closing(), outbox.waiting()), (None, 10_000));
    for _ in 0..16 {
        outbox.push(Frame::answer("x"));
    }
    assert_eq!(outbox.closing(), None);
    outbox.push(Frame::answer("x"));
    assert_eq!((outbox.closing(), outbox.waiting()), (Some(Close::SLOW), 0));
}

#[tokio::test]
async fn a_frame_that_was_sent_in_part_is_finished_before_anything_else() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    outbox.push(event("event"));
    outbox.pong(b"1");
    outbox.ping();
    outbox.goodbye(&Close::LEFT);
    let heard = client.hear_out(&outbox).await;
    assert_eq!(heard, ["filler", "pong 1", "event", "close 1000"]);
}

#[tokio::test]
async fn a_ping_is_sent_only_where_nothing_waits() {
    let outbox = outbox();
    let mut client = Client::open_full(&outbox).await;
    outbox.ping();
    client.read_all(&outbox).await;
    outbox.ping();
    outbox.pong(b"1");
    assert_eq!(client.hear_out(&outbox).await, ["filler", "ping", "pong 1"]);
}

#[tokio::test]
async fn only_the_last_ping_is_answered_of_those_before_the_socket_is_open() {
    let outbox = outbox();
    for payload in [b"1", b"2", b"3"] {
        outbox.pong(payload);
    }
    assert_eq!(Client::open(&outbox).await.hear_out(&outbox).await, ["pong 3"]);
}

#[tokio::test]
async fn only_the_last_ping_is_answered_while_the_socket_takes_nothing() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    for payload in ["1", "2", "3"] {
        outbox.pong(payload.as_bytes());
    }
    assert_eq!(client.hear_out(&outbox).await, ["filler", "pong 3"]);
}

#[tokio::test]
async fn nothing_is_said_after_a_goodbye_that_nobody_asked_this_outbox_for() {
    let outbox = outbox();
    let client = Client::open_full(&outbox).await;
    outbox.goodbye(&Close::SILENT);
    outbox.push(event("too late"));
    let mut round = Round::default();
    round.add(Told::new("too late", 2));
    outbox.push_round(&round, &Part::default());
    assert_eq!(client.hear_out(&outbox).await, ["filler", "close 1001"]);
}
