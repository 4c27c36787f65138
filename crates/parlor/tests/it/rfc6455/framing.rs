//! Frames: lengths, masks, reserved bits, opcodes, fragments (RFC 6455 §5.1 to §5.6).

use super::{
    BINARY, CLOSE, CONTINUATION, Heard, MORE, PING, PONG, Room, TEXT, announce, announce_of,
    both_ways, closes, frame,
    raw::{head, head_of, unmasked},
};

/// What a row is called, the frames that are sent, and what must be heard.
type Row<'a> = (&'a str, Vec<Vec<u8>>, Vec<Heard>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_length_is_read_and_written() {
    let room = Room::with("message_bytes=200KiB, close_bytes=300KiB").await;
    // What comes back is one byte longer: each kind of a length is met at its bounds, on the way in and on the way out.
    for length in [60, 124, 125, 126, 127, 65_534, 65_535, 65_536, 140_000] {
        let (message, text) = announce_of(length);
        let sent = frame(TEXT, message);
        for at_a_time in [sent.len(), 997] {
            let mut raw = room.sit().await;
            for some in sent.chunks(at_a_time) {
                raw.send(some).await;
            }
            let heard = raw.heard().await;
            assert!(heard == Heard::Announced(text.clone()), "1.1: {length} bytes: {heard:.80?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_may_come_a_byte_at_a_time() {
    let room = Room::open().await;
    let (message, text) = announce_of(300);
    let expected = [Heard::Announced(text)];
    both_ways(&room, "one frame", &[frame(TEXT, &message)], &expected).await;
    let [first, last] = [&message[..100], &message[100..]];
    let two = [frame(TEXT & MORE, first), frame(CONTINUATION, last)];
    both_ways(&room, "5.3 two frames", &two, &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_are_no_message_and_close_nothing() {
    let room = Room::open().await;
    let expected = [Heard::Refused("malformed".into()), Heard::Announced("on".into())];
    for (row, bytes) in [
        ("1.2.1 none", vec![]),
        ("1.2.2 some", vec![0xFE; 125]),
        ("1.2.3 more", vec![0xFF; 126]),
        ("a message that is not sent as text", announce("no").into()),
    ] {
        let sent = [frame(BINARY, &bytes), frame(TEXT, announce("on"))];
        both_ways(&room, row, &sent, &expected).await;
    }
    let parts =
        [frame(BINARY & MORE, [0xFE]), frame(CONTINUATION, [0xFF]), frame(TEXT, announce("on"))];
    both_ways(&room, "in parts", &parts, &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_length_is_written_in_as_few_bytes_as_it_takes_and_in_63_bits() {
    let room = Room::open().await;
    for (row, head) in [
        ("0 in 16 bits", head_of(TEXT, 126, &[0, 0])),
        ("125 in 16 bits", head_of(TEXT, 126, &[0, 125])),
        ("125 in 64 bits", head_of(TEXT, 127, &125_u64.to_be_bytes())),
        ("65535 in 64 bits", head_of(TEXT, 127, &65_535_u64.to_be_bytes())),
        ("a ping's in 16 bits", head_of(PING, 126, &[0, 5])),
        ("the highest bit", head_of(TEXT, 127, &(1_u64 << 63).to_be_bytes())),
        ("all bits", head_of(TEXT, 127, &u64::MAX.to_be_bytes())),
    ] {
        closes(&room, row, &[head], 1002).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_masked_is_refused() {
    let room = Room::open().await;
    for (row, frames) in [
        ("a text", vec![unmasked(TEXT, announce("x").as_bytes())]),
        ("an empty text", vec![unmasked(TEXT, b"")]),
        ("bytes", vec![unmasked(BINARY, b"x")]),
        ("a ping", vec![unmasked(PING, b"")]),
        ("a pong", vec![unmasked(PONG, b"")]),
        ("a goodbye", vec![unmasked(CLOSE, b"\x03\xE8")]),
        ("the second part", vec![frame(TEXT & MORE, "{"), unmasked(CONTINUATION, b"}")]),
    ] {
        closes(&room, row, &frames, 1002).await;
    }
    // A mask of zeros is one.
    let message = announce("plain");
    let mut plain = head(TEXT, message.len() as u64);
    plain.splice(2.., [0; 4].into_iter().chain(message.bytes()));
    both_ways(&room, "zeros", &[plain], &[Heard::Announced("plain".into())]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reserved_bits_and_opcodes_are_refused() {
    let room = Room::open().await;
    for bits in 1..8 {
        let row = format!("3.{bits} reserved bits");
        closes(&room, &row, &[frame(TEXT | bits << 4, announce("x"))], 1002).await;
    }
    for (row, first) in [("ping", PING), ("pong", PONG), ("goodbye", CLOSE), ("bytes", BINARY)] {
        closes(&room, row, &[frame(first | 0x40, "")], 1002).await;
    }
    let second = [frame(TEXT & MORE, "{"), frame(CONTINUATION | 0x40, "}")];
    closes(&room, "the second part", &second, 1002).await;
    for opcode in (0x3..=0x7).chain(0xB..=0xF) {
        for payload in ["", "reserved opcode payload"] {
            let row = format!("4.1, 4.2 opcode {opcode}, {} bytes", payload.len());
            closes(&room, &row, &[frame(0x80 | opcode, payload)], 1002).await;
        }
    }
    // What was said before stands.
    let mut raw = room.sit().await;
    raw.send(&[frame(PING, "before"), frame(0xC1, announce("after"))].concat()).await;
    assert_eq!(raw.heard().await, Heard::Pong("before".into()));
    assert_eq!(raw.heard().await, Heard::Close(Some(1002)), "3.2 after a frame");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_may_come_in_any_parts_with_control_frames_between() {
    let room = Room::open().await;
    let message = announce("in parts");
    let (first, last) = message.split_at(20);
    let whole = Heard::Announced("in parts".into());
    let pong = |payload: &str| Heard::Pong(payload.into());
    let rows: [Row<'_>; 5] = [
        (
            "5.6 a ping between",
            vec![frame(TEXT & MORE, first), frame(PING, "now"), frame(CONTINUATION, last)],
            vec![pong("now"), whole.clone()],
        ),
        (
            "a pong between",
            vec![frame(TEXT & MORE, first), frame(PONG, "now"), frame(CONTINUATION, last)],
            vec![whole.clone()],
        ),
        (
            "6.1.2 empty parts",
            vec![
                frame(TEXT & MORE, ""),
                frame(CONTINUATION & MORE, message.as_bytes()),
                frame(CONTINUATION, ""),
            ],
            vec![whole.clone()],
        ),
        (
            "6.1.1 nothing but empty parts",
            vec![frame(TEXT & MORE, ""), frame(CONTINUATION & MORE, ""), frame(CONTINUATION, "")],
            vec![Heard::Refused("malformed".into())],
        ),
        (
            "a byte a frame",
            std::iter::once(frame(TEXT & MORE, ""))
                .chain(message.bytes().map(|byte| frame(CONTINUATION & MORE, [byte])))
                .chain([frame(CONTINUATION, "")])
                .collect(),
            vec![whole.clone()],
        ),
    ];
    for (row, frames, expected) in rows {
        both_ways(&room, row, &frames, &expected).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_do_not_belong_together_are_refused() {
    let room = Room::open().await;
    let (open, more, last) =
        (frame(TEXT & MORE, "{"), frame(CONTINUATION & MORE, ""), frame(CONTINUATION, "}"));
    for (row, frames) in [
        ("5.9 a last part of nothing", vec![last.clone()]),
        ("5.10 a part of nothing", vec![more.clone()]),
        ("5.18 a text within a text", vec![open.clone(), frame(TEXT, announce("x"))]),
        ("a part of a text within a text", vec![open.clone(), open.clone()]),
        ("bytes within a text", vec![open.clone(), frame(BINARY, "x")]),
        ("a text within bytes", vec![frame(BINARY & MORE, "x"), frame(TEXT, announce("x"))]),
        ("5.1 a ping in parts", vec![frame(PING & MORE, "fragment1"), last.clone()]),
        ("5.2 a pong in parts", vec![frame(PONG & MORE, "fragment1"), last.clone()]),
        ("a goodbye in parts", vec![frame(CLOSE & MORE, "\x03\u{e8}"), last.clone()]),
        ("a part of a ping", vec![open, frame(PING & MORE, ""), last.clone()]),
    ] {
        closes(&room, row, &frames, 1002).await;
    }
    let mut raw = room.sit().await;
    raw.send(&frame(TEXT, announce("done"))).await;
    assert_eq!(raw.heard().await, Heard::Announced("done".into()));
    raw.send(&last).await;
    assert_eq!(raw.heard().await, Heard::Close(Some(1002)), "5.15 a part of what is done");
}
