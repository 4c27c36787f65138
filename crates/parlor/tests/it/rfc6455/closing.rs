//! The closing handshake (RFC 6455 §5.5.1, §7).

use super::{
    CLOSE, CONTINUATION, Heard, MORE, PING, Room, TEXT, announce, both_ways, closes, frame,
};

/// What a goodbye carries.
fn goodbye(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(CLOSE, [&code.to_be_bytes(), reason].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goodbye_is_answered_and_the_server_hangs_up() {
    let room = Room::open().await;
    let codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    for code in codes {
        closes(&room, &format!("7.7 {code}"), &[goodbye(code, b"")], code).await;
    }
    closes(&room, "7.3.4 with a reason", &[goodbye(1000, b"Hello World!")], 1000).await;
    closes(&room, "7.3.5 with the longest", &[goodbye(1000, &[b'*'; 123])], 1000).await;
    closes(&room, "not in ASCII", &[goodbye(1000, "κόσμε".as_bytes())], 1000).await;
    let expected = [Heard::Close(None)];
    both_ways(&room, "7.3.1 without a code", &[frame(CLOSE, "")], &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goodbye_that_is_none_is_refused() {
    let room = Room::open().await;
    closes(&room, "7.3.2 half a code", &[frame(CLOSE, [0x03])], 1002).await;
    closes(&room, "7.3.6 too long", &[goodbye(1000, &[b'*'; 124])], 1002).await;
    closes(&room, "7.5.1 not UTF-8", &[goodbye(1000, b"\xce\xba\xed\xa0\x80edited")], 1007).await;
    closes(&room, "half a character", &[goodbye(1000, b"\xce")], 1007).await;
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        closes(&room, &format!("7.9, 7.13 {code}"), &[goodbye(code, b"")], 1002).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_after_a_goodbye_is_heard() {
    let room = Room::open().await;
    let watcher = room.site.guest().await;
    let mut watching = room.site.watch(&watcher, &room.table).await;
    let bye = goodbye(1000, b"");
    for (row, frames) in [
        ("7.1.2 another goodbye", vec![bye.clone(), bye.clone()]),
        ("7.1.3 a ping", vec![bye.clone(), frame(PING, "are you there")]),
        ("7.1.4 a message", vec![bye.clone(), frame(TEXT, announce("late"))]),
        (
            "7.1.5 within a message",
            vec![frame(TEXT & MORE, announce("late")), bye.clone(), frame(CONTINUATION, "")],
        ),
        ("no frame at all", vec![bye, vec![0xFF; 20]]),
    ] {
        closes(&room, row, &frames, 1000).await;
    }
    watching.send_text(r#"{"type":"chat_msg","data":{"msg":"and?"}}"#).await;
    let heard = watching.until(|frame| frame["type"] == "chat_msg" || frame["type"] == "announced");
    assert_eq!(heard.await["type"], "chat_msg", "what came after a goodbye was played");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_before_a_goodbye_counts() {
    let room = Room::open().await;
    let watcher = room.site.guest().await;
    let mut watching = room.site.watch(&watcher, &room.table).await;
    let mut raw = room.sit().await;
    raw.send(&[frame(TEXT, announce("last words")), goodbye(1000, b"")].concat()).await;
    let heard = watching.find("announced").await;
    assert_eq!(heard["data"]["text"], "last words");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_without_a_goodbye_is_gone() {
    let room = Room::open().await;
    for (row, said) in [
        ("nothing", vec![]),
        ("half a head", vec![TEXT]),
        ("half a frame", frame(TEXT, announce("half"))[..20].to_vec()),
        ("half a message", frame(TEXT & MORE, "{")),
    ] {
        let mut raw = room.sit().await;
        raw.send(&said).await;
        raw.hang_up().await;
        room.site.connections(0).await;
        let heard = raw.heard().await;
        assert!(matches!(heard, Heard::End | Heard::Close(_)), "{row}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goodbye_of_the_servers_waits_for_the_clients() {
    let room = Room::open().await;
    let mut raw = room.sit().await;
    raw.send(&frame(TEXT, r#"{"type":"leave"}"#)).await;
    assert_eq!(raw.heard().await, Heard::Close(Some(1000)));
    raw.send(&goodbye(1000, b"left")).await;
    raw.ends("a goodbye that was answered").await;
}
