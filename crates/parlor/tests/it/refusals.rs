//! What is refused over a socket: answered to its sender alone, with its code; nothing changes, and the socket stays.

use crate::game::site;
use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::{Value, json};

/// Two at a table, the second of whom neither has the turn nor may hear of the first one's refusals; and a spectator.
struct Round {
    site: TestSite,
    first: Guest,
    ann: Socket,
    bob: Socket,
    eve: Socket,
}

impl Round {
    async fn new() -> Self {
        let site = TestSite::start(site()).await;
        let [first, second, third] = [site.guest().await, site.guest().await, site.guest().await];
        let table = site.table(&first, "counter").await;
        let mut ann = site.sit(&first, &table).await;
        let mut bob = site.sit(&second, &table).await;
        let eve = site.watch(&third, &table).await;
        ann.until(|frame| frame["data"]["spectating"] == json!([third.name])).await;
        bob.expect("load_game").await;
        Self { site, first, ann, bob, eve }
    }
}

/// Sends a text, and expects that it is refused with this code, and that the game is as it was.
async fn refused(socket: &mut Socket, text: &str, code: &str) -> String {
    let before = socket.view().await;
    socket.send_text(text).await;
    let error = socket.expect("error").await;
    assert_eq!(error["data"]["code"], code, "{text}: {error}");
    let keys: Vec<_> = error["data"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["code", "message"], "{error}");
    assert_eq!(socket.view().await, before, "{text}");
    error["data"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_form_is_malformed() {
    let mut round = Round::new().await;
    for text in [
        "",
        " ",
        "hello",
        "null",
        "1",
        "\"load_game\"",
        "[]",
        r#"["load_game"]"#,
        r#"["add",{"n":1}]"#,
        "{}",
        r#"{"type":1}"#,
        r#"{"type":null,"data":{}}"#,
        r#"{"data":{"n":1}}"#,
        r#"{"type":"add","data":{"n":1}"#,
        r#"{"type":"load_game"}{"type":"load_game"}"#,
        r#"{"type":"add","type":"add","data":{"n":1}}"#,
        r#"{"type":"\ud800"}"#,
        "{\"type\":\"add\",\"data\":{\"n\":1},}",
    ] {
        refused(&mut round.ann, text, "malformed").await;
    }
    let before = round.ann.view().await;
    let message = br#"{"type":"add","data":{"n":1}}"#;
    round.ann.send_binary(message).await;
    round.ann.refused("malformed").await;
    assert_eq!(round.ann.view().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_is_answered_to_its_sender_alone_and_changes_nothing() {
    let mut round = Round::new().await;
    let (ann, bob, eve) = (&mut round.ann, &mut round.bob, &mut round.eve);
    let large = format!(r#"{{"type":"announce","data":{{"text":"{}"}}}}"#, "x".repeat(16 << 10));
    for (text, code) in [
        (r#"{"type":"jump"}"#, "unknown_type"),
        (r#"{"type":"Add","data":{"n":1}}"#, "unknown_type"),
        (r#"{"type":"add","data":{"n":-1}}"#, "invalid_data"),
        (r#"{"type":"add","data":[1]}"#, "invalid_data"),
        (r#"{"type":"add"}"#, "invalid_data"),
        (r#"{"type":"add","data":{"n":0}}"#, "invalid_data"),
        (r#"{"type":"chat_msg","data":{"msg":7}}"#, "invalid_data"),
        (r#"{"type":"chat_msg","data":["hello"]}"#, "invalid_data"),
        (r#"{"type":"chat_msg"}"#, "invalid_data"),
        (r#"{"type":"add","data":{"n":10}}"#, "illegal_move"),
        (r#"{"type":"stake","data":{"bet":"1000.01"}}"#, "insufficient_funds"),
        (r#"{"type":"stake","data":{"bet":90071992547409.91}}"#, "insufficient_funds"),
        (r#"{"type":"crash"}"#, "internal"),
        (r#"{"type":"cheat"}"#, "internal"),
        (r#"{"type":"take_back","data":{"bet":"1"}}"#, "internal"),
        (&large, "too_large"),
    ] {
        refused(ann, text, code).await;
    }
    refused(bob, r#"{"type":"first"}"#, "not_your_turn").await;
    refused(eve, r#"{"type":"add","data":{"n":1}}"#, "spectator").await;
    ann.send("stop", json!({"stopped": true})).await;
    for socket in [&mut *ann, bob, eve] {
        socket.expect("load_game").await;
    }
    refused(ann, r#"{"type":"add","data":{"n":1}}"#, "wrong_stage").await;
    // Nobody was told of another's refusals, and the chips are where they were.
    assert_eq!(bob.view().await["count"], 0);
    assert_eq!(eve.view().await["count"], 0);
    assert_eq!(round.site.balance(&round.first).await, "1000.00");
    round.site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_data_names_the_path() {
    let mut round = Round::new().await;
    for (text, starts) in [
        (r#"{"type":"add","data":{"n":"x"}}"#, "data.n: "),
        (r#"{"type":"add","data":{}}"#, "data: missing field `n`"),
        (r#"{"type":"stake","data":{"bet":"-5"}}"#, "data.bet: "),
        (r#"{"type":"chat_msg","data":{"msg":null}}"#, "data.msg: "),
    ] {
        let message = refused(&mut round.ann, text, "invalid_data").await;
        assert!(message.starts_with(starts), "{text}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_judged_in_the_order_of_the_contract() {
    let mut round = Round::new().await;
    let (ann, eve) = (&mut round.ann, &mut round.eve);
    let large = "x".repeat(17 << 10);
    refused(ann, &large, "too_large").await;
    ann.send_binary(large.as_bytes()).await;
    ann.refused("too_large").await;
    refused(eve, r#"{"type":"jump"}"#, "unknown_type").await;
    refused(eve, r#"{"type":"add","data":{"n":"x"}}"#, "spectator").await;
    ann.send("stop", json!({"stopped": true})).await;
    ann.expect("load_game").await;
    refused(ann, r#"{"type":"add","data":{"n":"x"}}"#, "invalid_data").await;
    refused(ann, r#"{"type":"add","data":{"n":0}}"#, "invalid_data").await;
    refused(ann, r#"{"type":"add","data":{"n":99}}"#, "wrong_stage").await;
    refused(ann, r#"{"type":"stake","data":{"bet":"5000"}}"#, "wrong_stage").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_waits_for_the_next_round_has_no_move_yet() {
    let site = TestSite::start(site()).await;
    let (first, second) = (site.guest().await, site.guest().await);
    let table: Table =
        site.table_with(&first, "counter", json!({"options": {"waits": true}})).await;
    let mut ann = site.sit(&first, &table).await;
    let mut bob = site.sit(&second, &table).await;
    let view = bob.view().await;
    assert_eq!((&view["players"], &view["waiting"]), (&json!([first.name]), &json!([second.name])));
    refused(&mut bob, r#"{"type":"add","data":{"n":1}}"#, "not_seated").await;
    refused(&mut bob, r#"{"type":"add","data":{"n":"x"}}"#, "not_seated").await;
    refused(&mut bob, r#"{"type":"jump"}"#, "unknown_type").await;
    let row = site.get(&table.row()).await.json();
    assert_eq!(row["players"], 2, "who waits is counted in the lobby");
    bob.send("balance", Value::Null).await;
    assert_eq!(bob.expect("balance").await["data"]["balance"], "1000.00");
    ann.send("deal", Value::Null).await;
    bob.until(|frame| frame["data"]["waiting"] == json!([])).await;
    bob.send("add", json!({"n": 1})).await;
    assert_eq!(bob.expect("load_game").await["data"]["count"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_order_is_free_and_data_may_be_left_out() {
    let mut round = Round::new().await;
    let ann = &mut round.ann;
    ann.send_text(r#"{"more":[1,{"a":2}],"data":{"also":1,"n":2},"type":"add"}"#).await;
    assert_eq!(ann.expect("load_game").await["data"]["count"], 2);
    for text in
        [r#"{"type":"roll"}"#, r#"{"type":"roll","data":null}"#, r#"{"data":[],"type":"roll"}"#]
    {
        ann.send_text(text).await;
        let die = ann.expect("rolled").await["data"]["die"].as_u64().unwrap();
        assert!((1..=6).contains(&die));
    }
    for _ in 0..3 {
        round.bob.find("rolled").await;
    }
    assert_eq!(round.bob.view().await["count"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_that_fails_voids_the_session_and_its_neighbours_go_on() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let (table, other) = (site.table(&guest, "counter").await, site.table(&guest, "counter").await);
    let (mut ann, mut elsewhere) = (site.sit(&guest, &table).await, site.sit(&guest, &other).await);
    ann.send("stake", json!({"bet": "400"})).await;
    ann.expect("load_game").await;
    ann.send("ring", json!({"ms": 1})).await;
    ann.find("rang").await;
    ann.send("bomb", json!({"ms": 1})).await;
    assert_eq!(ann.close_code().await, 4040);
    assert_eq!(site.balance(&guest).await, "1000.00", "stakes go back");
    assert_eq!(site.socket(&table.socket("")).bearer(&guest.token).refusal().await.status(), 404);
    elsewhere.send("add", json!({"n": 1})).await;
    assert_eq!(elsewhere.expect("load_game").await["data"]["count"], 1);
    site.expect_chips_conserved().await;
}
