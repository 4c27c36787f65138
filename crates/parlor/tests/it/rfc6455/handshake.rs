//! The opening handshake (RFC 6455 §4.2), as bytes.

use super::{
    Heard, Room, TEXT, announce, frame,
    raw::{Head, Raw},
};

/// What is changed in a handshake as it should be: a line, and what stands in its place.
type Change = (&'static str, &'static str);

const UPGRADE: &str = "Upgrade: websocket\r\n";
const CONNECTION: &str = "Connection: Upgrade\r\n";
const VERSION: &str = "Sec-WebSocket-Version: 13\r\n";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const END: &str = "\r\n\r\n";

impl Room {
    /// The answer to a handshake that is changed so.
    async fn answer(&self, changes: &[Change]) -> (Head, Raw) {
        let mut asking = self.asking();
        for (line, other) in changes {
            assert!(asking.contains(line), "{line:?} is no part of a handshake");
            asking = asking.replacen(line, other, 1);
        }
        let mut raw = Raw::connect(self.site.address()).await;
        raw.send(asking.as_bytes()).await;
        (raw.head().await, raw)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_answered_as_the_standard_says() {
    let room = Room::open().await;
    let rows: [(&str, &[Change]); 14] = [
        ("as it should be", &[]),
        ("names and tokens in other case", &[(UPGRADE, "UPGRADE: WebSocket\r\n")]),
        ("and so the other", &[(CONNECTION, "connection:upgrade\r\n")]),
        ("a list of tokens", &[(CONNECTION, "Connection: keep-alive, Upgrade\r\n")]),
        ("in two lines", &[(CONNECTION, "Connection: keep-alive\r\nConnection: Upgrade\r\n")]),
        ("a list of upgrades", &[(UPGRADE, "Upgrade: h2c, websocket\r\n")]),
        ("a body, of which nothing is a frame", &[(END, "\r\nContent-Length: 5\r\n\r\nhello")]),
        ("space around values", &[(VERSION, "Sec-WebSocket-Version:   13  \r\n")]),
        ("an extension", &[(END, "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")]),
        (
            "extensions with parameters",
            &[(
                END,
                "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x\r\n\
                 Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n\r\n",
            )],
        ),
        ("an unknown header", &[(END, "\r\nSec-WebSocket-Accept: x\r\nX-Y: z\r\n\r\n")]),
        ("an unknown protocol", &[(END, "\r\nSec-WebSocket-Protocol: chat, soap\r\n\r\n")]),
        ("a protocol in other case", &[(END, "\r\nSec-WebSocket-Protocol: PARLOR.V1\r\n\r\n")]),
        ("the origin of a program", &[(END, "\r\nOrigin: http://example.com\r\n\r\n")]),
    ];
    for (row, changes) in rows {
        let (head, mut raw) = room.answer(changes).await;
        assert_eq!(head.status, 101, "{row}");
        assert_eq!(head.header("upgrade").to_ascii_lowercase(), "websocket", "{row}");
        assert_eq!(head.header("connection").to_ascii_lowercase(), "upgrade", "{row}");
        assert_eq!(head.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "{row}");
        for none in ["extensions", "protocol", "version"] {
            assert_eq!(head.header(&format!("sec-websocket-{none}")), "", "{row}");
        }
        for body in ["content-length", "transfer-encoding"] {
            assert_eq!(head.header(body), "", "{row}: there is no body");
        }
        raw.until("load_game").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_accepted_for_what_it_is() {
    let room = Room::open().await;
    // Computed by another program.
    for (key, accepted) in [
        ("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
        ("Sec-WebSocket-Key: /////////////////////w==\r\n", "XXpj4jYzLM2yUE0C7TIgMwTQh2g="),
        ("Sec-WebSocket-Key: cGFybG9yLXJmYzY0NTUhIQ==\r\n", "9kBQEqcUmcdCAN8WXMn/W3Y0PuI="),
    ] {
        let (head, _) = room.answer(&[(KEY, key)]).await;
        assert_eq!(head.header("sec-websocket-accept"), accepted);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_protocol_is_chosen_from_those_that_are_offered() {
    let room = Room::open().await;
    for offer in [
        "\r\nSec-WebSocket-Protocol: parlor.v1\r\n\r\n",
        "\r\nSec-WebSocket-Protocol: chat, parlor.v1\r\n\r\n",
        "\r\nSec-WebSocket-Protocol: parlor.v1,chat\r\n\r\n",
        "\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: parlor.v1\r\n\r\n",
    ] {
        let (head, mut raw) = room.answer(&[(END, offer)]).await;
        assert_eq!((head.status, &*head.header("sec-websocket-protocol")), (101, "parlor.v1"));
        raw.until("welcome").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_is_told_which_one_is_spoken() {
    let room = Room::open().await;
    for (row, line) in [
        ("none", ""),
        ("empty", "Sec-WebSocket-Version:\r\n"),
        ("older", "Sec-WebSocket-Version: 8\r\n"),
        ("newer", "Sec-WebSocket-Version: 14\r\n"),
        ("no number", "Sec-WebSocket-Version: thirteen\r\n"),
        ("a longer number", "Sec-WebSocket-Version: 130\r\n"),
        ("a zero before it", "Sec-WebSocket-Version: 013\r\n"),
        ("a list", "Sec-WebSocket-Version: 8, 13\r\n"),
        ("two", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8\r\n"),
    ] {
        let (head, _) = room.answer(&[(VERSION, line)]).await;
        let told = (head.status, head.header("sec-websocket-version"));
        assert_eq!(told, (426, "13".into()), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_handshake_is_refused() {
    let room = Room::open().await;
    let rows: [(&str, &[Change], &[u16]); 20] = [
        ("no key", &[(KEY, "")], &[400]),
        ("an empty key", &[(KEY, "Sec-WebSocket-Key:\r\n")], &[400]),
        ("15 bytes", &[(KEY, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA\r\n")], &[400]),
        ("17 bytes", &[(KEY, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=\r\n")], &[400]),
        ("18 bytes", &[(KEY, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA\r\n")], &[400]),
        ("not in base64", &[(KEY, "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n")], &[400]),
        (
            "two keys",
            &[(
                KEY,
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
            )],
            &[400],
        ),
        ("no host", &[("Host: ", "X-Host: ")], &[400]),
        ("two hosts", &[("Host: ", "Host: example.com\r\nHost: ")], &[400]),
        ("no upgrade", &[(UPGRADE, "")], &[400, 426]),
        ("another upgrade", &[(UPGRADE, "Upgrade: h2c\r\n")], &[400, 426]),
        ("a longer token", &[(UPGRADE, "Upgrade: websockets\r\n")], &[400, 426]),
        ("no connection", &[(CONNECTION, "")], &[400, 426]),
        ("another connection", &[(CONNECTION, "Connection: keep-alive\r\n")], &[400, 426]),
        ("a longer connection", &[(CONNECTION, "Connection: Upgraded\r\n")], &[400, 426]),
        ("a header that is folded", &[(UPGRADE, "Upgrade:\r\n websocket\r\n")], &[400]),
        ("HTTP/1.0", &[("HTTP/1.1", "HTTP/1.0")], &[400, 426, 505]),
        (
            "HTTP/1.0 that stays",
            &[("HTTP/1.1", "HTTP/1.0"), (CONNECTION, "Connection: Upgrade, keep-alive\r\n")],
            &[400, 426, 505],
        ),
        ("another method", &[("GET", "POST")], &[405]),
        ("a method of one's own", &[("GET", "OPEN")], &[405]),
    ];
    for (row, changes, statuses) in rows {
        let (head, _) = room.answer(changes).await;
        assert!(statuses.contains(&head.status), "{row}: {}", head.status);
        assert_eq!(head.header("sec-websocket-accept"), "", "{row}");
    }
    let row = room.site.get(&room.table.row()).await.json();
    assert_eq!(row["players"], 0, "nobody has taken a seat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_may_come_a_byte_at_a_time_and_frames_right_after_it() {
    let room = Room::open().await;
    let sent = [room.asking().as_bytes(), &frame(TEXT, announce("at once"))].concat();
    for at_a_time in [sent.len(), 1] {
        let mut raw = Raw::connect(room.site.address()).await;
        for some in sent.chunks(at_a_time) {
            raw.send(some).await;
        }
        let head = raw.head().await;
        assert_eq!(head.status, 101, "{at_a_time} bytes at a time");
        assert_eq!(raw.heard().await, Heard::Announced("at once".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_protocol_of_the_web_is_not_spoken() {
    let room = Room::open().await;
    let mut raw = Raw::connect(room.site.address()).await;
    // How a connection begins in HTTP/2 (RFC 9113 §3.4), with its first frame.
    raw.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    let answer = raw.rest().await;
    let refused = answer.is_empty() || answer.starts_with(b"HTTP/1.1 4");
    assert!(refused, "{answer:?}");
}
