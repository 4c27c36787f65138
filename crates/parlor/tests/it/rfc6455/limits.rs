//! How long a message may be: over `message_bytes` it is refused, over `close_bytes` the socket is closed with 1009.

use super::{
    BINARY, CONTINUATION, Heard, MORE, PING, Room, TEXT, announce, announce_of, both_ways, closes,
    frame, raw::head,
};

/// The two limits, as they are where nobody set them.
const MESSAGE: usize = 16 << 10;
const CLOSE: usize = 64 << 10;

async fn hears(room: &Room, row: &str, frames: &[Vec<u8>], expected: Heard) {
    let mut raw = room.sit().await;
    raw.send(&frames.concat()).await;
    let heard = raw.heard().await;
    assert!(heard == expected, "{row}: {heard:.80?}");
    match expected {
        Heard::Close(_) => raw.ends(row).await,
        // And the connection goes on.
        _ => {
            raw.send(&frame(TEXT, announce("on"))).await;
            assert_eq!(raw.heard().await, Heard::Announced("on".into()), "{row}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_as_long_as_it_may_be_and_one_byte_more() {
    let room = Room::open().await;
    let refused = || Heard::Refused("too_large".into());
    let malformed = || Heard::Refused("malformed".into());
    let closed = || Heard::Close(Some(1009));
    let (message, text) = announce_of(MESSAGE);
    hears(&room, "just right", &[frame(TEXT, message)], Heard::Announced(text)).await;
    for (row, length, expected) in [
        ("one more", MESSAGE + 1, refused()),
        ("almost far too long", CLOSE, refused()),
        ("far too long", CLOSE + 1, closed()),
    ] {
        let (message, _) = announce_of(length);
        hears(&room, row, &[frame(TEXT, &message)], expected.clone()).await;
        let (first, last) = message.split_at(length / 2);
        let two = [frame(TEXT & MORE, first), frame(CONTINUATION, last)];
        hears(&room, &format!("{row}, in two"), &two, expected).await;
    }
    for (row, length, expected) in [
        ("bytes", MESSAGE, malformed()),
        ("one byte more", MESSAGE + 1, refused()),
        ("bytes, far too many", CLOSE + 1, closed()),
    ] {
        hears(&room, row, &[frame(BINARY, vec![0; length])], expected).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_only_announced_is_refused_before_it_comes() {
    let room = Room::open().await;
    for (row, length) in [
        ("one byte too long", CLOSE as u64 + 1),
        ("four gigabytes", 1 << 32),
        ("as long as can be written", (1 << 63) - 1),
    ] {
        closes(&room, row, &[head(TEXT, length)], 1009).await;
        closes(&room, row, &[head(BINARY & MORE, length)], 1009).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_parts_of_a_message_count_together() {
    let room = Room::with("message_bytes=500, close_bytes=1000").await;
    let half = "x".repeat(500);
    let announced =
        [frame(TEXT & MORE, &half), frame(CONTINUATION & MORE, &half), head(CONTINUATION, 1)];
    closes(&room, "the third is one too many", &announced, 1009).await;
    let wide = [frame(TEXT & MORE, "x"), head(CONTINUATION, u64::MAX >> 1)];
    closes(&room, "a sum that is no number any more", &wide, 1009).await;
    let small: Vec<_> = std::iter::once(frame(TEXT & MORE, ""))
        .chain((0..1001).map(|_| frame(CONTINUATION & MORE, "x")))
        .collect();
    let mut raw = room.sit().await;
    raw.send(&small.concat()).await;
    assert_eq!(raw.heard().await, Heard::Close(Some(1009)), "a byte a frame");
    raw.ends("a byte a frame").await;
    // Control frames are no part of it, and each message is counted anew.
    let ping = frame(PING, [b'x'; 125]);
    let between = [
        frame(TEXT & MORE, &half),
        [&ping[..]; 8].concat(),
        frame(CONTINUATION, &half),
        frame(TEXT & MORE, &half),
        frame(CONTINUATION, &half),
    ];
    let pongs = std::iter::repeat_n(Heard::Pong(vec![b'x'; 125]), 8);
    let refused = std::iter::repeat_n(Heard::Refused("too_large".into()), 2);
    let expected: Vec<_> = pongs.chain(refused).collect();
    both_ways(&room, "pings between", &between, &expected).await;
}
