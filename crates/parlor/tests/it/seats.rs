//! Seats outlive sockets: only leaving, and the grace time, give one up.

use crate::{game::site, people::rush};
use parlor_test::{Guest, Table, TestSite};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a seat is kept.
const GRACE: Duration = Duration::from_secs(30);

/// How long a session without players stays open.
const EMPTY_AFTER: Duration = Duration::from_secs(60);

const MILLISECOND: Duration = Duration::from_millis(1);

/// A site whose clock goes by `advance` alone.
async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_within_the_grace_time_keeps_the_seat() {
    let (site, first, table) = start().await;
    let second = site.guest().await;
    let mut ann = site.sit(&first, &table).await;
    let mut bob = site.sit(&second, &table).await;
    let both = json!([first.name, second.name]);
    ann.until(|frame| frame["data"]["players"] == both).await;
    ann.send("stake", json!({"bet": "100"})).await;
    bob.until(|frame| frame["data"]["staked"] == json!(["100.00", "0.00"])).await;
    // By a goodbye, by none, and by a broken frame: the seat stays whatever code it was.
    ann.close().await;
    let mut broken = site.sit(&first, &table).await;
    broken.send_bytes(b"\x83\x82\0\0\0\0hi").await;
    broken.close_code().await;
    drop(site.sit(&first, &table).await);
    let view = bob.view().await;
    assert_eq!((&view["players"], &view["staked"]), (&both, &json!(["100.00", "0.00"])));
    let mut ann = site.sit(&first, &table).await;
    let view = ann.view().await;
    assert_eq!((&view["players"], &view["you"]), (&both, &json!(first.name)));
    ann.send("take_back", json!({"bet": "100"})).await;
    ann.expect("load_game").await;
    assert_eq!(site.balance(&first).await, "1000.00");
    assert_eq!(site.get(&table.row()).await.json()["players"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_grace_time_the_seat_is_given_up() {
    let (site, first, table) = start().await;
    let second = site.guest().await;
    let mut ann = site.sit(&first, &table).await;
    drop(site.sit(&second, &table).await);
    site.connections(1).await;
    ann.expect("load_game").await;
    site.advance(GRACE - MILLISECOND).await;
    assert_eq!(ann.view().await["players"], json!([first.name, second.name]));
    // One who is back in time has the whole of it again.
    drop(site.sit(&second, &table).await);
    site.connections(1).await;
    site.advance(GRACE - MILLISECOND).await;
    assert_eq!(ann.view().await["players"], json!([first.name, second.name]));
    site.advance(MILLISECOND).await;
    assert_eq!(ann.expect("load_game").await["data"]["players"], json!([first.name]));
    assert_eq!(site.get(&table.row()).await.json()["players"], 1);
    // The seat is free for anyone again, for one who was away too.
    let mut bob = site.sit(&second, &table).await;
    assert_eq!(bob.view().await["players"], json!([first.name, second.name]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_seat_is_given_once() {
    let (site, first, table) = start().await;
    let mut ann = site.sit(&first, &table).await;
    let sockets = rush(&site, &table, 12).await;
    assert_eq!(sockets.len(), 2);
    ann.catch_up("everyone has come").await;
    assert_eq!(ann.view().await["players"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_sockets_is_not_the_last() {
    let (site, first, table) = start().await;
    let second = site.guest().await;
    let mut ann = site.sit(&first, &table).await;
    let gone = site.sit(&second, &table).await;
    let stays = site.sit(&second, &table).await;
    ann.expect("load_game").await;
    drop(gone);
    site.connections(2).await;
    site.advance(GRACE * 2).await;
    assert_eq!(ann.view().await["players"], json!([first.name, second.name]));
    drop(stays);
    site.connections(1).await;
    site.advance(GRACE).await;
    assert_eq!(ann.expect("load_game").await["data"]["players"], json!([first.name]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_closes_all_of_a_players_sockets_in_the_session() {
    let (site, first, table) = start().await;
    let second = site.guest().await;
    let elsewhere = site.table(&second, "counter").await;
    let mut ann = site.sit(&first, &table).await;
    let mut bobs = vec![site.sit(&second, &table).await, site.sit(&second, &table).await];
    let mut other_table = site.sit(&second, &elsewhere).await;
    bobs[0].send("stake", json!({"bet": "250.50"})).await;
    bobs[1].find("load_game").await;
    bobs[1].send_text(r#"{"type":"leave","data":{"any":"thing"}}"#).await;
    for bob in &mut bobs {
        assert_eq!(bob.close_code().await, 1000);
    }
    ann.until(|frame| frame["data"]["players"] == json!([first.name])).await;
    assert_eq!(other_table.view().await["players"], json!([second.name]));
    let mut again = site.sit(&second, &table).await;
    let view = again.view().await;
    assert_eq!(view["players"], json!([first.name, second.name]), "and may come back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_session_closes_and_is_not_found_any_more() {
    let (site, guest, table) = start().await;
    let watcher = site.guest().await;
    let mut watching = site.watch(&watcher, &table).await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send("stake", json!({"bet": "10"})).await;
    socket.expect("load_game").await;
    drop(socket);
    site.connections(1).await;
    site.advance(GRACE).await;
    // A session with spectators only is empty.
    site.advance(EMPTY_AFTER - MILLISECOND).await;
    assert_eq!(site.get(&table.row()).await.json()["players"], 0);
    site.advance(MILLISECOND).await;
    assert_eq!(watching.close_code().await, 4040);
    for path in [table.row(), table.socket("")] {
        let answer = site.get(&path).bearer(&guest.token).await;
        assert_eq!((answer.status(), &*answer.code()), (404, "no_such_session"), "{path}");
    }
    let refused = site.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (404, "no_such_session"));
    let page = site.get(&table.page()).bearer(&guest.token).as_page().await;
    assert_eq!((page.status(), page.location()), (303, "/games/counter/"));
    let rows = site.get("/api/games/counter/sessions").await.json();
    assert_eq!(rows, json!([]));
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_that_ends_closes_its_sockets_and_returns_the_stakes() {
    let (site, guest, table) = start().await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send("stake", json!({"bet": "999.99"})).await;
    socket.expect("load_game").await;
    assert_eq!(site.balance(&guest).await, "0.01");
    socket.send("finish", Value::Null).await;
    socket.expect("load_game").await;
    assert_eq!(socket.close_code().await, 4040);
    assert_eq!(site.balance(&guest).await, "1000.00");
    site.expect_chips_conserved().await;
}
