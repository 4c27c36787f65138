//! `parlor.v1`: a message with an id is applied once, whatever happens on the way.

use crate::{
    game::site,
    v1::{refused, start},
};
use parlor_test::{Socket, TestSite};
use serde_json::{Value, json};

async fn add(socket: &mut Socket, id: &str) {
    socket.send_as(id, "add", json!({"n": 1})).await;
    socket.acked(id).await;
}

async fn count(socket: &mut Socket) -> Value {
    socket.send_as("look", "load_game", json!(null)).await;
    let (mut before, _) = socket.acked("look").await;
    before.pop().expect("the game")["data"]["count"].take()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_a_string_of_1_to_64_characters() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let at_most = "\u{1f0a1}".repeat(64);
    for id in ["a", " ", "\"\\\u{0}</script>", &at_most] {
        add(&mut ann, id).await;
    }
    ann.send_text(r#"{"type":"add","data":{"n":1},"id":null}"#).await;
    ann.expect("load_game").await;
    for bad in [json!(7), json!(""), json!("x".repeat(65)), json!(true), json!(["a"]), json!({})] {
        let message = json!({"type": "add", "data": {"n": 1}, "id": bad});
        ann.send_text(&message.to_string()).await;
        let error = ann.expect("error").await;
        assert_eq!(error["data"]["code"], "malformed", "{bad}");
        assert_eq!(error["data"].as_object().unwrap().len(), 2, "without id: {error}");
    }
    ann.send_text(r#"{"type":"add","data":{"n":1},"id":"a","id":"b"}"#).await;
    assert_eq!(ann.expect("error").await["data"]["code"], "malformed");
    ann.send_text(r#"{"type":"add","data":{"n":1},"id":"\ud800"}"#).await;
    assert_eq!(ann.expect("error").await["data"]["code"], "malformed");
    assert_eq!(count(&mut ann).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_the_id_and_the_id_is_judged_anew() {
    let (site, guest, table) = start().await;
    let watcher = site.guest().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for (sent, code) in [
        (json!({"type": "jump"}), "unknown_type"),
        (json!({"type": "add"}), "invalid_data"),
        (json!({"type": "add", "data": {"n": 0}}), "invalid_data"),
        (json!({"type": "add", "data": {"n": 10}}), "illegal_move"),
        (json!({"type": "stake", "data": {"bet": "1000.01"}}), "insufficient_funds"),
        (json!({"type": "crash"}), "internal"),
        (json!({"type": "chat_msg", "data": {"msg": ""}}), "invalid_data"),
        (json!({"type": "add", "data": {"n": 1, "long": "x".repeat(17_000)}}), "too_large"),
    ] {
        let mut sent = sent;
        sent["id"] = json!("again");
        ann.send_text(&sent.to_string()).await;
        refused(&mut ann, "again", code).await;
    }
    let path = table.socket("spectate=true");
    let mut eve = site.socket(&path).bearer(&watcher.token).v1().await;
    eve.welcomed().await;
    eve.send_as("again", "add", json!({"n": 1})).await;
    refused(&mut eve, "again", "spectator").await;
    add(&mut ann, "again").await;
    ann.send_as("again", "add", json!({"n": 10})).await;
    assert!(ann.acked("again").await.0.is_empty(), "applied before, whatever it says now");
    assert_eq!(count(&mut ann).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_over_the_rate_was_not_judged() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("messages_per_second=1, messages_burst=2".into());
    })
    .await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    add(&mut ann, "a").await;
    add(&mut ann, "b").await;
    ann.send_as("c", "add", json!({"n": 1})).await;
    refused(&mut ann, "c", "rate_limited").await;
    // On another connection, whose rate is its own.
    let mut other = site.sit_v1(&guest, &table).await;
    add(&mut other, "c").await;
    assert_eq!(count(&mut other).await, 3);
}

/// Passes over what is on its way: views, and history.
async fn settle(socket: &mut Socket) {
    socket.send_as("settled?", "balance", json!(null)).await;
    socket.acked("settled?").await;
    socket.send_as("settled now?", "balance", json!(null)).await;
    socket.acked("settled now?").await;
}

/// The first one's acknowledgement, with nothing else before it.
async fn known(socket: &mut Socket, id: &str) {
    for sent in [
        json!({"type": "add", "data": {"n": 1}}),
        json!({"type": "add", "data": {"n": 99}}),
        json!({"type": "add"}),
        json!({"type": "jump"}),
        json!({"type": "announce", "data": {"text": "x"}}),
        json!({"type": "chat_msg", "data": {"msg": "x"}}),
        json!({"type": "chat_msg", "data": {"msg": ""}}),
        json!({"type": "load_game"}),
        json!({"type": "balance"}),
        json!({"type": "leave"}),
    ] {
        let mut sent = sent;
        sent["id"] = json!(id);
        socket.send_text(&sent.to_string()).await;
        let (before, _) = socket.acked(id).await;
        assert!(before.is_empty(), "{sent}: {before:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_was_applied_is_acknowledged_and_applied_no_more() {
    let (first, guest, table) = start().await;
    let (host, watcher) = (first.guest().await, first.guest().await);
    let mut stays = first.sit_v1(&host, &table).await;
    let mut ann = first.sit_v1(&guest, &table).await;
    add(&mut ann, "a").await;
    known(&mut ann, "a").await;
    ann.send_as("said", "chat_msg", json!({"msg": "once"})).await;
    ann.acked("said").await;
    known(&mut ann, "said").await;
    // On another connection, as one who plays and as one who watches.
    let mut other = first.sit_v1(&guest, &table).await;
    settle(&mut other).await;
    known(&mut other, "a").await;
    let path = table.socket("spectate=true");
    let mut watches = first.socket(&path).bearer(&guest.token).v1().await;
    watches.welcomed().await;
    watches.send_as("a", "add", json!({"n": 1})).await;
    watches.acked("a").await;
    // Ids are a player's own.
    add(&mut stays, "a").await;
    let mut eve = first.socket(&path).bearer(&watcher.token).v1().await;
    eve.welcomed().await;
    settle(&mut eve).await;
    eve.send_as("a", "add", json!({"n": 1})).await;
    refused(&mut eve, "a", "spectator").await;
    // After leaving and coming back.
    ann.send_as("bye", "leave", json!(null)).await;
    ann.acked("bye").await;
    assert_eq!(ann.close_code().await, 1000);
    let mut ann = first.sit_v1(&guest, &table).await;
    for id in ["a", "said", "bye"] {
        settle(&mut ann).await;
        known(&mut ann, id).await;
    }
    assert_eq!(count(&mut ann).await, 2);
    // After the site was started again.
    let folder = first.stop().await;
    let second = TestSite::start_again(site(), folder, |_| ()).await;
    let mut ann = second.sit_v1(&guest, &table).await;
    for id in ["a", "said", "bye"] {
        settle(&mut ann).await;
        known(&mut ann, id).await;
    }
    assert_eq!(count(&mut ann).await, 2);
    add(&mut ann, "b").await;
    let journal = format!("/api/sessions/{}/journal", table.id);
    let records = second.get(&journal).bearer(&guest.token).await.json();
    let added = |row: &&Value| row["input"]["type"] == "add" && row["who"] == json!(guest.name);
    assert_eq!(records.as_array().unwrap().iter().filter(added).count(), 2, "{records}");
}

/// Copies that are on their way at once, over several sockets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_in_flight_are_applied_once() {
    let (site, guest, table) = start().await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(site.sit_v1(&guest, &table).await);
    }
    let sending = sockets.into_iter().map(|mut socket| {
        tokio::spawn(async move {
            for n in 0..100 {
                for _ in 0..2 {
                    socket.send_as(&n.to_string(), "add", json!({"n": 1})).await;
                }
            }
            let (mut acked, mut last) = (0, 0);
            while acked < 200 {
                let frame = socket.next_frame().await;
                assert_ne!(frame["type"], "error", "{frame}");
                acked += u32::from(frame["type"] == "ack");
                assert!(crate::v1::seq(&frame) >= last, "{frame}");
                last = crate::v1::seq(&frame);
            }
            count(&mut socket).await
        })
    });
    for counted in futures_util::future::join_all(sending).await {
        assert_eq!(counted.unwrap(), 100);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oldest_ids_are_forgotten() {
    let site = TestSite::start_with(site(), |flags| flags.limits.push("ids_kept=3".into())).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for id in ["a", "b", "c", "d", "b"] {
        add(&mut ann, id).await;
    }
    assert_eq!((count(&mut ann).await, site.hits("ids_kept").await), (json!(4), 1));
    add(&mut ann, "a").await;
    assert_eq!(count(&mut ann).await, 5, "older than those kept: applied again");
    // Questions and refusals push nothing out.
    for n in 0..5 {
        ann.send_as(&format!("q{n}"), "balance", json!(null)).await;
        ann.acked(&format!("q{n}")).await;
        ann.send_as(&format!("r{n}"), "add", json!({"n": 10})).await;
        refused(&mut ann, &format!("r{n}"), "illegal_move").await;
    }
    add(&mut ann, "c").await;
    assert_eq!(count(&mut ann).await, 5);
}
