//! Chat: built into every game, kept for those who come later.

use crate::game::site;
use parlor_test::{Guest, Table, TestSite};
use serde_json::{Value, json};

async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

fn line(user: &str, text: &str) -> Value {
    json!({"type": "chat_msg", "data": {"user": user, "msg": text}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_hears_what_anyone_says() {
    let (site, first, table) = start().await;
    let (second, third) = (site.guest().await, site.guest().await);
    let mut ann = site.sit(&first, &table).await;
    let mut eve = site.watch(&second, &table).await;
    eve.send("chat_msg", json!({"msg": "  </script> \"quoted\" \u{1f0a1}\t"})).await;
    let said = line(&second.name, "</script> \"quoted\" \u{1f0a1}");
    assert_eq!(eve.expect("chat_msg").await, said);
    assert_eq!(ann.find("chat_msg").await, said);
    let mut late = site.sit(&third, &table).await;
    assert_eq!(late.next_frame().await, said, "history comes after the first load_game");
    let elsewhere = site.table(&first, "counter").await;
    let mut alone = site.sit(&first, &elsewhere).await;
    alone.catch_up("a table of its own").await;
    ann.catch_up("only here").await;
    late.until(|frame| frame["data"]["msg"] == "only here").await;
    alone.view().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_has_1_to_150_characters_once_the_space_around_it_is_gone() {
    let (site, guest, table) = start().await;
    let mut socket = site.sit(&guest, &table).await;
    for long in ["é".repeat(150), "\u{1f468}\u{200d}\u{1f469}".repeat(50), "x".repeat(150)] {
        socket.send("chat_msg", json!({"msg": format!(" \u{2003}\n{long}\u{a0} ")})).await;
        assert_eq!(socket.expect("chat_msg").await, line(&guest.name, &long));
    }
    for bad in [
        json!({"msg": ""}),
        json!({"msg": " \t\n\u{2003}"}),
        json!({"msg": "x".repeat(151)}),
        json!({"msg": "\u{1f468}\u{200d}\u{1f469}".repeat(51)}),
        json!({"msg": null}),
        json!({"text": "x"}),
        json!("x"),
        json!(null),
    ] {
        socket.send("chat_msg", bad.clone()).await;
        let error = socket.expect("error").await;
        assert_eq!(error["data"]["code"], "invalid_data", "{bad}");
    }
    socket.send("chat_msg", json!({"msg": "after all", "more": 1})).await;
    assert_eq!(socket.expect("chat_msg").await, line(&guest.name, "after all"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_gets_the_last_50_lines() {
    let (site, guest, table) = start().await;
    let mut socket = site.sit(&guest, &table).await;
    for n in 0..60 {
        socket.send("chat_msg", json!({"msg": format!("line {n}")})).await;
    }
    socket.until(|frame| frame["data"]["msg"] == "line 59").await;
    assert_eq!(site.hits("chat_history").await, 10);
    for query in ["", "spectate=true"] {
        let mut late = site.socket(&table.socket(query)).bearer(&guest.token).await;
        late.expect("load_game").await;
        for n in 10..60 {
            assert_eq!(late.next_frame().await, line(&guest.name, &format!("line {n}")));
        }
    }
}
