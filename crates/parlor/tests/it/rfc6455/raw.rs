//! A client that does what it is told to, right or wrong, and is strict with the server.

use parlor_test::http::DEADLINE;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

/// The key that clients mask with here.
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// What a server says, but for messages of the table that nobody asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// The text that was announced.
    Announced(String),
    /// The code of a refusal.
    Refused(String),
    Pong(Vec<u8>),
    /// A goodbye, with its code, where it has one.
    Close(Option<u16>),
    /// The connection ended.
    End,
}

/// The head of an answer to a handshake.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// All headers of this name, joined as one.
    pub(super) fn header(&self, name: &str) -> String {
        let of_name = self.headers.iter().filter(|(key, _)| key == name);
        of_name.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A connection.
pub(super) struct Raw(BufReader<TcpStream>);

impl Raw {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("small pieces are sent as such");
        Self(BufReader::new(stream))
    }

    /// Sends bytes. Those that arrive nowhere any more are not missed here, but where an answer is expected.
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.get_mut().write_all(bytes).await;
    }

    /// Ends this side's half of the connection.
    pub(super) async fn hang_up(&mut self) {
        let _ = self.0.get_mut().shutdown().await;
    }

    /// Reads the head of an answer.
    pub(super) async fn head(&mut self) -> Head {
        let mut lines = vec![];
        loop {
            let line = self.line().await;
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok());
        let headers = lines[1..].iter().map(|line| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        });
        Head { status: status.expect("a status"), headers: headers.collect() }
    }

    /// All that comes until the connection ends.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = vec![];
        let _ = timeout(DEADLINE, self.0.read_to_end(&mut rest)).await.expect("an end in time");
        rest
    }

    async fn line(&mut self) -> String {
        let mut line = vec![];
        while !line.ends_with(b"\r\n") {
            let byte = timeout(DEADLINE, self.0.read_u8()).await.expect("an answer in time");
            line.push(byte.expect("an answer, and not the end of the connection"));
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).expect("text")
    }

    /// The next thing that is no view of the table and no chat.
    pub(super) async fn heard(&mut self) -> Heard {
        loop {
            let Some((opcode, payload)) = self.frame().await else { return Heard::End };
            let code = payload.split_first_chunk().map(|(code, _)| u16::from_be_bytes(*code));
            return match opcode {
                0x1 => match said(&payload) {
                    Some(heard) => heard,
                    None => continue,
                },
                0x8 => {
                    assert_ne!(payload.len(), 1, "half a code");
                    assert!(str::from_utf8(payload.get(2..).unwrap_or_default()).is_ok());
                    Heard::Close(code)
                }
                0x9 => continue,
                0xA => Heard::Pong(payload),
                opcode => panic!("the server sent a frame of kind {opcode}"),
            };
        }
    }

    /// Passes over everything up to a text of this type.
    pub(super) async fn until(&mut self, kind: &str) {
        loop {
            let (opcode, payload) = self.frame().await.expect("a frame");
            if opcode == 1 && json(&payload)["type"] == kind {
                return;
            }
        }
    }

    /// The connection ends, without another byte.
    pub(super) async fn ends(&mut self, row: &str) {
        let heard = self.frame().await;
        assert_eq!(heard, None, "{row}: after the goodbye");
    }

    /// The next frame, if it is one that a server may send: whole, unmasked, without reserved bits, in as few bytes as can
    /// be. Nothing at the end of the connection.
    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(DEADLINE, self.read_frame()).await.expect("a frame, or the end, in time")
    }

    async fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await.ok()?;
        let second = self.0.read_u8().await.expect("all of a frame");
        assert_eq!(first & 0xF0, 0x80, "a whole frame without reserved bits: {first:#x}");
        let (length, least) = match second {
            0x80.. => panic!("a server masks nothing"),
            126 => (self.0.read_u16().await.expect("a length").into(), 126),
            127 => (self.0.read_u64().await.expect("a length"), 1 << 16),
            length => (length.into(), 0),
        };
        assert!(length >= least, "{length} in too many bytes");
        let opcode = first & 0x0F;
        assert!(opcode < 8 || length <= 125, "a control frame of {length}");
        let mut payload = vec![0; usize::try_from(length).expect("a length")];
        self.0.read_exact(&mut payload).await.expect("all of a frame");
        Some((opcode, payload))
    }
}

fn json(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).unwrap_or_else(|why| panic!("{why} in {payload:?}"))
}

fn said(payload: &[u8]) -> Option<Heard> {
    let frame = json(payload);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    match frame["type"].as_str() {
        Some("announced") => Some(Heard::Announced(text(&frame["data"]["text"]))),
        Some("error") => Some(Heard::Refused(text(&frame["data"]["code"]))),
        _ => None,
    }
}

/// A client's frame: its first byte, and what it carries.
pub(super) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut frame = head(first, payload.len() as u64);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// What comes before a payload of that length, in as few bytes as can be.
pub(super) fn head(first: u8, length: u64) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => [&[first, 0x80 | length][..], &MASK].concat(),
        (_, Ok(length)) => head_of(first, 126, &length.to_be_bytes()),
        _ => head_of(first, 127, &length.to_be_bytes()),
    }
}

/// The same, with the length as it is written.
pub(super) fn head_of(first: u8, kind: u8, length: &[u8]) -> Vec<u8> {
    [&[first, 0x80 | kind], length, &MASK].concat()
}

/// A frame that is not masked.
pub(super) fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, u8::try_from(payload.len()).expect("a short one")], payload].concat()
}
