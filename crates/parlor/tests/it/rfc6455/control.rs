//! Pings and pongs (RFC 6455 §5.5.2, §5.5.3).

use super::{
    CLOSE, CONTINUATION, Heard, MORE, PING, PONG, Room, TEXT, announce, both_ways, closes, frame,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_is_answered_with_what_it_carries() {
    let room = Room::open().await;
    for (row, payload) in [
        ("2.1 nothing", vec![]),
        ("2.2 text", b"Hello, world!".to_vec()),
        ("2.3 bytes", vec![0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF]),
        ("2.4 as much as it can", vec![0xFE; 125]),
    ] {
        both_ways(&room, row, &[frame(PING, &payload)], &[Heard::Pong(payload)]).await;
    }
    for (row, first) in [("2.5 a ping", PING), ("a pong", PONG), ("a goodbye", CLOSE)] {
        let row = format!("{row} with more than it can carry");
        closes(&room, &row, &[frame(first, [0x03; 126])], 1002).await;
    }
    let within = [frame(TEXT & MORE, "{"), frame(PING, [0xFE; 126])];
    closes(&room, "within a message", &within, 1002).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ping_is_answered_in_order() {
    let room = Room::open().await;
    let payloads: Vec<Vec<u8>> = (0..10).map(|n| format!("payload-{n}").into()).collect();
    let pings: Vec<Vec<u8>> = payloads.iter().map(|payload| frame(PING, payload)).collect();
    let pongs: Vec<Heard> = payloads.into_iter().map(Heard::Pong).collect();
    both_ways(&room, "2.10, 2.11 ten pings", &pings, &pongs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pong_that_nobody_asked_for_is_ignored() {
    let room = Room::open().await;
    for (row, payload) in [("2.7 nothing", ""), ("2.8 text", "unsolicited pong payload")] {
        let sent = [frame(PONG, payload), frame(PING, "and now a ping")];
        both_ways(&room, row, &sent, &[Heard::Pong("and now a ping".into())]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_are_answered_within_messages_and_between_them() {
    let room = Room::open().await;
    let message = announce("5.20");
    let (first, rest) = message.split_at(10);
    let (second, last) = rest.split_at(10);
    let sent = [
        frame(TEXT & MORE, first),
        frame(CONTINUATION & MORE, second),
        frame(PING, "1"),
        frame(CONTINUATION & MORE, ""),
        frame(PING, "2"),
        frame(CONTINUATION, last),
        frame(PING, "3"),
    ];
    let mut raw = room.sit().await;
    raw.send(&sent.concat()).await;
    let mut heard =
        vec![raw.heard().await, raw.heard().await, raw.heard().await, raw.heard().await];
    // The announcement waits for its record, the third pong for nothing.
    let announced = heard.iter().position(|heard| matches!(heard, Heard::Announced(_)));
    assert_eq!(heard.remove(announced.expect("5.20")), Heard::Announced("5.20".into()));
    assert_eq!(heard, ["1", "2", "3"].map(|payload| Heard::Pong(payload.into())));
}
