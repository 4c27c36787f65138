//! `parlor.v1`: the welcome, and a number in every frame.

use crate::game::site;
use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::{Value, json};

pub(crate) async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

pub(crate) fn seq(frame: &Value) -> u64 {
    frame["seq"].as_u64().unwrap_or_else(|| panic!("no number in {frame}"))
}

pub(crate) fn kind(frame: &Value) -> &str {
    frame["type"].as_str().expect("a type")
}

/// The error for this id, which must come next.
pub(crate) async fn refused(socket: &mut Socket, id: &str, code: &str) {
    let error = socket.expect("error").await;
    assert_eq!((&error["data"]["id"], &error["data"]["code"]), (&json!(id), &json!(code)));
    assert!(error["data"]["message"].is_string() && error["seq"].is_u64(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_welcomed_then_shown_the_game() {
    let (site, guest, table) = start().await;
    let watcher = site.guest().await;
    for (who, query, role) in [(&guest, "", "player"), (&watcher, "spectate=true", "spectator")] {
        let mut socket = site.socket(&table.socket(query)).bearer(&who.token).v1().await;
        let (welcome, load) = socket.welcomed().await;
        let data = json!({"user": who.name, "role": role, "session": table.id, "resumed": false});
        assert_eq!(welcome["data"], data);
        assert_eq!(welcome.as_object().unwrap().len(), 3, "{welcome}");
        assert_eq!((seq(&load), &load["user"]), (seq(&welcome), &json!(who.name)));
        assert_eq!(load.as_object().unwrap().len(), 4, "{load}");
        // History follows with the number of the game that was shown.
        socket.send("chat_msg", json!({"msg": role})).await;
        let said = socket.until(|frame| frame["data"]["msg"] == role).await;
        assert!(seq(&said) > seq(&load));
        let mut late = site.socket(&table.socket(query)).bearer(&who.token).v1().await;
        let (_, load) = late.welcomed().await;
        let line = late.until(|frame| frame["data"]["msg"] == role).await;
        assert_eq!((&line["data"], seq(&line)), (&said["data"], seq(&load)));
        assert_eq!(seq(&load), seq(&said));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_connection_sees_none_of_it() {
    let (site, guest, table) = start().await;
    let other = site.guest().await;
    let mut plain = site.socket(&table.socket("after=0")).bearer(&guest.token).await;
    let first = plain.expect("load_game").await;
    assert_eq!(first.as_object().unwrap().len(), 3, "{first}");
    let mut numbered = site.sit_v1(&other, &table).await;
    plain.send_text(r#"{"type":"add","data":{"n":1},"id":"a"}"#).await;
    plain.send_text(r#"{"type":"add","data":{"n":1},"id":7}"#).await;
    plain.send_text(r#"{"type":"add","data":{"n":10},"id":"b"}"#).await;
    let error = plain.find("error").await;
    assert_eq!(error["data"]["code"], "illegal_move", "an id means nothing here");
    assert_eq!(error["data"].as_object().unwrap().len(), 2, "{error}");
    plain.catch_up("done").await;
    plain.send_text(r#"{"type":"load_game"}"#).await;
    let view = plain.expect("load_game").await;
    assert_eq!((&view["data"]["count"], view.get("seq")), (&json!(2), None));
    numbered.until(|frame| frame["data"]["msg"] == "done" && frame["seq"].is_u64()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_the_same_for_all_and_count_what_happened() {
    let (site, guest, table) = start().await;
    let (other, watcher) = (site.guest().await, site.guest().await);
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut bob = site.sit_v1(&other, &table).await;
    let path = table.socket("spectate=true");
    let mut eve = site.socket(&path).bearer(&watcher.token).v1().await;
    let (welcome, _) = eve.welcomed().await;
    let mut next = seq(&welcome) + 1;
    // Each is heard before the next is sent, so that no view is replaced by a newer one.
    for (sent, told) in [
        (json!({"type": "add", "data": {"n": 1}}), &["load_game"][..]),
        (json!({"type": "announce", "data": {"text": "x"}}), &["announced"]),
        (json!({"type": "chat_msg", "data": {"msg": "x"}}), &["chat_msg"]),
        (json!({"type": "each"}), &["seen", "load_game"]),
        (json!({"type": "whisper", "data": {"text": "x"}}), &["whispered", "load_game"]),
        (json!({"type": "roll"}), &["rolled"]),
    ] {
        // Before the first of them the two players heard of each other, and of her who watches.
        ann.until_number(next - 1).await;
        bob.until_number(next - 1).await;
        ann.send_text(&sent.to_string()).await;
        for (told, number) in told.iter().zip(next..) {
            let mine = ann.expect(told).await;
            assert_eq!(seq(&mine), number, "{mine}");
            for socket in [&mut bob, &mut eve] {
                if *told != "whispered" {
                    let theirs = socket.expect(told).await;
                    assert_eq!(seq(&theirs), number, "{theirs}");
                }
            }
        }
        next += told.len() as u64;
    }
    // A refusal, an answer and what is told by nobody take no number.
    bob.send("add", json!({"n": 10})).await;
    assert_eq!(seq(&bob.expect("error").await), next - 1);
    bob.send("balance", json!(null)).await;
    assert_eq!(seq(&bob.expect("balance").await), next - 1);
    ann.send("roll", json!(null)).await;
    for socket in [&mut ann, &mut bob, &mut eve] {
        assert_eq!(seq(&socket.expect("rolled").await), next);
    }
}

/// Reading on.
trait UntilNumber {
    async fn until_number(&mut self, number: u64);
}

impl UntilNumber for Socket {
    /// Passes over everything up to that number: asks for the game, whose answer carries the number last sent.
    async fn until_number(&mut self, number: u64) {
        loop {
            self.send_as("where", "load_game", json!(null)).await;
            if self.acked("where").await.1 >= number {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_carry_the_number_last_sent() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut last = 0;
    for n in 0..200 {
        let id = format!("m{n}");
        match n % 5 {
            0 => ann.send_as(&id, "announce", json!({"text": "x"})).await,
            1 => ann.send_as(&id, "add", json!({"n": 99})).await,
            2 => ann.send_as(&id, "load_game", json!(null)).await,
            3 => ann.send_as(&id, "add", json!({"n": 1})).await,
            _ => ann.send_text("no form").await,
        }
    }
    let mut answers = 0;
    while answers < 200 + 40 {
        let frame = ann.next_frame().await;
        let number = seq(&frame);
        match kind(&frame) {
            "ack" | "error" => {
                assert_eq!(number, last, "{frame}");
                answers += 1;
            }
            // Asked for, or since the counter changed.
            "load_game" => {
                answers += u32::from(number == last);
                assert!(number >= last, "{frame}");
            }
            _ => assert!(number > last, "{frame}"),
        }
        last = number.max(last);
    }
    assert_eq!(ann.view().await["count"], 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ack_comes_after_what_the_message_caused() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for (n, (sent, told)) in [
        (json!({"type": "announce", "data": {"text": "x"}}), &["announced"][..]),
        (json!({"type": "add", "data": {"n": 2}}), &["load_game"]),
        (json!({"type": "whisper", "data": {"text": "x"}}), &["whispered", "load_game"]),
        (json!({"type": "each"}), &["seen", "load_game"]),
        (json!({"type": "chat_msg", "data": {"msg": "x"}}), &["chat_msg"]),
        (json!({"type": "stake", "data": {"bet": "10"}}), &["load_game"]),
        (json!({"type": "load_game"}), &["load_game"]),
        (json!({"type": "balance"}), &["balance"]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut sent = sent;
        sent["id"] = json!(format!("id {n}"));
        ann.send_text(&sent.to_string()).await;
        let (before, number) = ann.acked(&format!("id {n}")).await;
        assert_eq!(before.iter().map(kind).collect::<Vec<_>>(), told, "{sent}");
        assert_eq!(number, seq(before.last().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leave_is_acknowledged_before_the_close() {
    let (site, guest, table) = start().await;
    let host = site.guest().await;
    let mut stays = site.sit_v1(&host, &table).await;
    for query in ["", "spectate=true"] {
        let mut socket = site.socket(&table.socket(query)).bearer(&guest.token).v1().await;
        socket.welcomed().await;
        stays.find("load_game").await;
        // An id that was applied is not applied again, also where it is a leave.
        let id = format!("bye {query}");
        socket.send_as(&id, "leave", json!(null)).await;
        let (before, _) = socket.acked(&id).await;
        assert!(before.is_empty(), "{before:?}");
        assert_eq!(socket.heard().await.unwrap_err(), 1000);
        stays.find("load_game").await;
    }
}
