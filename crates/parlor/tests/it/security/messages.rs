//! What can be sent over an open socket.

use crate::game::site;
use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

async fn start(limits: &str) -> (TestSite, Guest, Table) {
    let site = TestSite::start_with(site(), |flags| flags.limits.push(limits.into())).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn per_message_authorization() {
    let (site, guest, table) = start("").await;
    let other = site.guest().await;
    let mut seated = site.sit(&guest, &table).await;
    let mut watching = site.watch(&other, &table).await;
    for (kind, data) in [
        ("add", json!({"n": 1})),
        ("first", Value::Null),
        ("stop", json!({"stopped": true})),
        ("stake", json!({"bet": "1"})),
        ("announce", json!({"text": "I am the house"})),
        ("roll", Value::Null),
        ("deal", Value::Null),
        ("finish", Value::Null),
    ] {
        watching.send(kind, data).await;
        watching.refused("spectator").await;
    }
    let view = seated.view().await;
    assert_eq!((&view["count"], &view["staked"]), (&json!(0), &json!(["0.00"])));
    // One who gave up the seat has no say over any socket.
    let mut second = site.sit(&guest, &table).await;
    second.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(second.close_code().await, 1000);
    assert_eq!(seated.close_code().await, 1000);
    assert_eq!(watching.view().await["players"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flooding() {
    let (site, guest, table) =
        start("messages_per_second=5, messages_burst=10, flood_for=1s").await;
    let other = site.guest().await;
    let mut quiet = site.sit(&other, &table).await;
    let mut flooding = site.sit(&guest, &table).await;
    let code = loop {
        for _ in 0..20 {
            flooding.send("add", json!({"n": 1})).await;
        }
        // Far over five a second, and never a second's pause.
        if let Ok(Err(code)) = timeout(Duration::from_millis(50), flooding.heard()).await {
            break code;
        }
    };
    assert_eq!(code, 4029);
    let counted = quiet.view_after_others().await["count"].as_u64().unwrap();
    assert!((10..=60).contains(&counted), "{counted} were let through");
}

trait After {
    /// The game as it stands, whatever else is told before.
    async fn view_after_others(&mut self) -> Value;
}

impl After for Socket {
    async fn view_after_others(&mut self) -> Value {
        self.catch_up("here").await;
        self.view().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oversized_and_fragmented_frames() {
    let (site, guest, table) = start("").await;
    let other = site.guest().await;
    let mut quiet = site.sit(&other, &table).await;
    // A frame that says it is as long as a frame can be is not waited for.
    for head in [
        &b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"[..],
        b"\x82\xff\0\0\0\0\0\x01\0\x01\0\0\0\0",
    ] {
        let mut socket = site.sit(&guest, &table).await;
        socket.send_bytes(head).await;
        assert_eq!(socket.close_code().await, 1009, "{head:?}");
    }
    // A message that comes in pieces without end is as long as its pieces.
    let mut socket = site.sit(&guest, &table).await;
    let mut pieces = vec![0x01, 0xfe, 0x03, 0xe8, 0, 0, 0, 0];
    pieces.extend([b'x'; 1_000]);
    socket.send_bytes(&pieces).await;
    pieces[0] = 0x00;
    for _ in 0..80 {
        socket.send_bytes(&pieces).await;
    }
    assert_eq!(socket.close_code().await, 1009);
    quiet.view_after_others().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decompression_bomb() {
    let (site, guest, table) = start("").await;
    for offer in [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits=15",
        "x-webkit-deflate-frame",
    ] {
        let answer = site
            .get(&table.socket(""))
            .bearer(&guest.token)
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-extensions", offer)
            .await;
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.header("sec-websocket-extensions"), "", "{offer}");
        let mut socket = site.socket(&table.socket("")).bearer(&guest.token);
        socket = socket.header("sec-websocket-extensions", offer);
        let mut socket = socket.await;
        socket.expect("load_game").await;
        // A frame that says it is compressed is no frame here.
        socket.send_bytes(b"\xc1\x87\0\0\0\0\xaa\x56\x4a\xce\x4f\x01\0").await;
        assert_eq!(socket.close_code().await, 1002, "{offer}");
    }
    // Neither are bodies of requests.
    let body = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let packed = site.post("/api/signup").header("content-encoding", "gzip").body(&body[..]).await;
    assert_eq!((packed.status(), &*packed.code()), (400, "malformed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_depth_and_type_confusion() {
    let (site, guest, table) = start("").await;
    let mut socket = site.sit(&guest, &table).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [17, 100, 127, 128, 129, 1_000, 2_500] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for text in [
                deep.clone(),
                format!("{{\"type\":\"add\",\"data\":{deep}}}"),
                format!("{{\"type\":\"add\",\"data\":{{\"n\":{deep}}}}}"),
                format!("{{\"type\":{deep}}}"),
                format!("{{\"type\":\"chat_msg\",\"data\":{{\"msg\":{deep}}}}}"),
            ] {
                socket.send_text(&text).await;
                let error = socket.find("error").await;
                let code = error["data"]["code"].as_str().unwrap_or_default().to_owned();
                assert!(["malformed", "invalid_data"].contains(&&*code), "{depth}: {error}");
            }
        }
    }
    for n in [
        "-1",
        "1.5",
        "1e3",
        "4294967296",
        "18446744073709551616",
        "\"1\"",
        "true",
        "null",
        "[1]",
        "NaN",
        "Infinity",
        "0x1",
        "01",
    ] {
        socket.send_text(&format!("{{\"type\":\"add\",\"data\":{{\"n\":{n}}}}}")).await;
        let error = socket.find("error").await;
        let code = error["data"]["code"].as_str().unwrap_or_default().to_owned();
        assert!(["malformed", "invalid_data"].contains(&&*code), "{n}: {error}");
    }
    for named in ["__proto__", "constructor", "toString", "hasOwnProperty", "Add", "add\0", " add"]
    {
        socket.send(named, json!({"n": 1})).await;
        socket.refused("unknown_type").await;
    }
    assert_eq!(socket.view().await["count"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panic_in_game_code() {
    let (site, guest, table) = start("").await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send("add", json!({"n": 3})).await;
    socket.expect("load_game").await;
    let (before, balance) = (socket.view().await, site.balance(&guest).await);
    for _ in 0..3 {
        socket.send("crash", Value::Null).await;
        socket.refused("internal").await;
        assert_eq!(socket.view().await, before);
        assert_eq!(site.balance(&guest).await, balance, "what it had staked is back");
    }
    socket.send("add", json!({"n": 1})).await;
    assert_eq!(socket.expect("load_game").await["data"]["count"], 4);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replayed_or_duplicated_moves() {
    let (site, guest, table) = start("").await;
    let mut added = 0;
    for round in 1..=5_u64 {
        let id = format!("move-{round}");
        // One to five copies, over sockets that come and go.
        for copy in 0..round {
            let mut socket = site.sit_v1(&guest, &table).await;
            socket.send_as(&id, "add", json!({"n": 1})).await;
            if copy % 2 == 0 {
                socket.acked(&id).await;
            }
            drop(socket);
        }
        added += 1;
    }
    let mut socket = site.sit_v1(&guest, &table).await;
    for round in 1..=5 {
        let id = format!("move-{round}");
        socket.send_as(&id, "add", json!({"n": 9})).await;
        socket.acked(&id).await;
    }
    assert_eq!(socket.view().await["count"], added);
}
