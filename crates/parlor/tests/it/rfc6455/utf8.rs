//! Text is UTF-8 (RFC 6455 §8.1), however it is cut.

use super::{
    BINARY, CONTINUATION, Heard, MORE, Room, TEXT, announce, both_ways, closes, frame, raw::head,
};

/// One of each kind of what is not UTF-8 (RFC 3629).
const WRONG: [(&str, &[u8]); 16] = [
    ("6.8 five bytes", b"\xf8\x88\x80\x80\x80"),
    ("6.8 six bytes", b"\xfc\x84\x80\x80\x80\x80"),
    ("6.11 after U+10FFFF", b"\xf4\x90\x80\x80"),
    ("6.12 a continuation", b"\x80"),
    ("6.12 two continuations", b"\x80\xbf"),
    ("6.13 a lonely start", b"\xc3\x20"),
    ("6.14 a last byte is missing", b"\xe2\x82 "),
    ("6.14 two last bytes are missing", b"\xf0\x90 "),
    ("6.16 never a byte of UTF-8", b"\xfe"),
    ("6.16 nor this", b"\xff"),
    ("6.17 a slash in two bytes", b"\xc0\xaf"),
    ("6.17 a slash in three bytes", b"\xe0\x80\xaf"),
    ("6.18 the longest of them", b"\xf0\x8f\xbf\xbf"),
    ("6.19 zero in two bytes", b"\xc0\x80"),
    ("6.20 half of a pair", b"\xed\xa0\x80"),
    ("6.21 a pair", b"\xed\xa0\x80\xed\xb0\x80"),
];

/// The message around a text that need not be one.
fn around(text: &[u8]) -> Vec<u8> {
    let message = announce("|");
    let (before, after) = message.split_once('|').expect("a place for it");
    [before.as_bytes(), text, after.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_utf_8_is_refused_however_it_is_cut() {
    let room = Room::open().await;
    for (row, wrong) in WRONG {
        closes(&room, row, &[frame(TEXT, around(wrong))], 1007).await;
        let bytes = around(wrong).into_iter().map(|byte| frame(CONTINUATION & MORE, [byte]));
        let parts: Vec<_> = [frame(TEXT & MORE, "")].into_iter().chain(bytes).collect();
        closes(&room, &format!("{row}, a byte a frame"), &parts, 1007).await;
    }
    // What is no text may be anything.
    let sent = [frame(BINARY, b"\xff\xfe"), frame(TEXT, announce("on"))];
    let expected = [Heard::Refused("malformed".into()), Heard::Announced("on".into())];
    both_ways(&room, "bytes", &sent, &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_ends_with_a_whole_character() {
    let room = Room::open().await;
    for (row, text) in [("6.6 a frame", &b"\xce\xba\xe1\xbd"[..]), ("all of it", b"\xf0\x9f\x83")] {
        closes(&room, row, &[frame(TEXT, text)], 1007).await;
        let parts = [frame(TEXT & MORE, text), frame(CONTINUATION, "")];
        closes(&room, &format!("{row}, in parts"), &parts, 1007).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_can_not_be_mended_is_refused_at_once() {
    let room = Room::open().await;
    // Nothing follows in these: neither the rest of the message nor of the frame.
    closes(&room, "6.4.1 in a part", &[frame(TEXT & MORE, b"\xf4\x90")], 1007).await;
    let parts = [frame(TEXT & MORE, b"\xf4"), frame(CONTINUATION & MORE, b"\x90")];
    closes(&room, "6.4.2 in the next part", &parts, 1007).await;
    let whole = frame(TEXT, b"\xf4\x90 and so on");
    let cut = whole.len() - " and so on".len();
    closes(&room, "6.4.3, 6.4.4 in a frame", &[whole[..cut].to_vec()], 1007).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_character_arrives_however_it_is_cut() {
    let room = Room::open().await;
    let text = "Hello-µ@ßöäüàá-UTF-8!! κόσμε \u{7f}\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{fffd}\u{fffe}\
                \u{ffff}\u{10000}\u{1fffe}\u{10ffff}";
    let message = around(text.as_bytes());
    let expected = [Heard::Announced(text.into())];
    both_ways(&room, "6.2.1 whole", &[frame(TEXT, &message)], &expected).await;
    let bytes = message.iter().map(|byte| frame(CONTINUATION & MORE, [*byte]));
    let parts: Vec<_> = [frame(TEXT & MORE, "")]
        .into_iter()
        .chain(bytes)
        .chain([frame(CONTINUATION, "")])
        .collect();
    both_ways(&room, "6.2.3 a byte a frame", &parts, &expected).await;
    let mut raw = room.sit().await;
    for cut in 0..=message.len() {
        let (first, last) = message.split_at(cut);
        raw.send(&[frame(TEXT & MORE, first), frame(CONTINUATION, last)].concat()).await;
        assert_eq!(raw.heard().await, expected[0], "6.2.2 cut after {cut} bytes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_alone_says_nothing_of_the_text() {
    let room = Room::open().await;
    let message = around(b"late");
    let mut raw = room.sit().await;
    raw.send(&head(TEXT, message.len() as u64)).await;
    // A frame that was begun must be finished: what would be a ping elsewhere is a part of it, and no text.
    raw.send(&frame(0x89, [0xFF; 20])).await;
    assert_eq!(raw.heard().await, Heard::Close(Some(1007)));
    raw.ends("after a head").await;
}
