//! Databases that are not as they should be: the site stops where it must, and goes on where it can.

use crate::game::site;
use parlor_test::{Database, TestSite};
use serde_json::{Value, json};

/// A record that the database refuses takes those after it along: a journal has no gap.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_not_stored_ends_the_session_and_leaves_no_gap() {
    let first = TestSite::start(site()).await;
    let (guest, other) = (first.guest().await, first.guest().await);
    let (table, next) =
        (first.table(&guest, "counter").await, first.table(&other, "counter").await);
    let mut ann = first.sit_v1(&guest, &table).await;
    let mut bob = first.sit_v1(&other, &next).await;
    ann.send_as("kept", "add", json!({"n": 1})).await;
    ann.acked("kept").await;
    // The site believes in a balance that is not there: the database's own guard must hold.
    let mut database = Database::open(&first.database()).await;
    let account = "(SELECT 'player:' || id FROM accounts WHERE name = '";
    let broke = format!("UPDATE balances SET amount = 0 WHERE account = {account}{}')", guest.name);
    assert_eq!(database.change(&broke).await, 1);
    ann.send_as("lost", "stake", json!({"bet": "10"})).await;
    for n in 0..300 {
        ann.send_as(&n.to_string(), "add", json!({"n": 1})).await;
    }
    let code = loop {
        match ann.heard().await {
            Ok(frame) => assert_eq!(frame["type"], "welcome", "told before it was stored: {frame}"),
            Err(code) => break code,
        }
    };
    assert_eq!(code, 1011);
    // Its neighbours go on.
    bob.send_as("on", "add", json!({"n": 1})).await;
    bob.acked("on").await;
    drop(bob);
    let folder = first.stop().await;
    let records = database.records().await.into_iter();
    let numbers: Vec<u64> = records.filter(|it| it.session == table.id).map(|it| it.seq).collect();
    let gapless: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, gapless);
    let back = broke.replace("amount = 0", "amount = 100000");
    assert_eq!(database.change(&back).await, 1);
    database.close().await;
    let second = TestSite::start_again(site(), folder, |_| ()).await;
    let mut ann = second.sit_v1(&guest, &table).await;
    assert_eq!(ann.view().await["count"], 1);
    ann.send_as("lost", "stake", json!({"bet": "10"})).await;
    ann.acked("lost").await;
    assert_eq!(second.balance(&guest).await, "990.00");
    second.expect_chips_conserved().await;
}

/// A game ends with one record and its session with the next; a crash between them must not leave stakes behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_game_has_ended_is_closed_when_it_is_taken_up_again() {
    let first = TestSite::start(site()).await;
    let (guest, watcher) = (first.guest().await, first.guest().await);
    let table = first.table(&guest, "counter").await;
    let mut ann = first.sit(&guest, &table).await;
    let mut eve = first.watch(&watcher, &table).await;
    ann.send("add", json!({"n": 1})).await;
    ann.send("finish", json!(null)).await;
    assert_eq!(ann.close_code().await, 4040);
    assert_eq!(eve.close_code().await, 4040);
    let folder = first.stop().await;
    let mut database = Database::open(&folder.database()).await;
    database.split_runs().await;
    let closed = "DELETE FROM records WHERE json_extract(bodies, '$.input.type') = 'closed'";
    assert_eq!(database.change(closed).await, 1);
    assert_eq!(database.change("UPDATE sessions SET closed = NULL").await, 1);
    let second = TestSite::start_again(site(), folder, |_| ()).await;
    // Whoever touches it finds that it has ended.
    second.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    while second.get(&table.row()).await.status() != 404 {}
    let last = database.records().await.pop().expect("records");
    let last: Value = serde_json::from_str(&last.body).expect("a record");
    assert_eq!(last["input"]["type"], "closed", "{last}");
    let open = "SELECT json_array(count(*)) FROM sessions WHERE closed IS NULL";
    assert_eq!(database.rows(open).await, [json!([0])]);
}

/// Wherever a game fails, it fails for the one who asked, and no other table hears of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_that_fails_anywhere_hurts_no_other_table() {
    let site = TestSite::start(site()).await;
    let (guest, other) = (site.guest().await, site.guest().await);
    let next = site.table(&other, "counter").await;
    let mut bob = site.sit_v1(&other, &next).await;
    let mut sent = 0;
    let mut goes_on = async || {
        bob.send_as(&sent.to_string(), "add", json!({"n": 1})).await;
        bob.acked(&sent.to_string()).await;
        sent += 1;
    };
    let failing = |panics: &str| json!({"options": {"panics": panics}});
    // In `new`: there is no table, and none is counted as the guest's.
    for _ in 0..12 {
        let path = "/api/games/counter/sessions";
        let none = site.post(path).bearer(&guest.token).json(failing("new")).await;
        assert_eq!((none.status(), &*none.code()), (500, "internal"));
    }
    assert_eq!(site.metric("parlor_kept{what=\"seats\"}").await, 1);
    goes_on().await;
    // When somebody sits down, or is shown the game then: nobody does, and the chair is free.
    for panics in ["join", "view"] {
        let table = site.table_with(&guest, "counter", failing(panics)).await;
        for _ in 0..3 {
            let none = site.socket(&table.socket("")).bearer(&guest.token).refusal().await;
            assert_eq!((none.status(), &*none.code()), (500, "internal"), "{panics}");
        }
        let row = site.get(&table.row()).await.json();
        assert_eq!(row["players"], 0, "{panics}");
        goes_on().await;
    }
    // In a question.
    let table = site.table_with(&guest, "counter", failing("question")).await;
    let mut ann = site.sit_v1(&guest, &table).await;
    ann.send_as("why", "balance", json!(null)).await;
    crate::v1::refused(&mut ann, "why", "internal").await;
    ann.send_as("on", "add", json!({"n": 1})).await;
    ann.acked("on").await;
    goes_on().await;
    // Where the lobby asks for its stage, or how many play: the game goes on, and the lobby shows less of it.
    for panics in ["stage", "length"] {
        let table = site.table_with(&guest, "counter", failing(panics)).await;
        let mut ann = site.sit_v1(&guest, &table).await;
        for n in 0..5 {
            ann.send_as(&n.to_string(), "add", json!({"n": 1})).await;
            ann.acked(&n.to_string()).await;
        }
        let row = site.get(&table.row()).await.json();
        assert_eq!((&row["players"], &row["stage"]), (&json!(1), &json!("")), "{panics}");
        goes_on().await;
    }
    // On every move, and when an alarm rings: the moves are refused, and the session is void.
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for n in 0..20 {
        ann.send_as(&n.to_string(), "crash", json!(null)).await;
        crate::v1::refused(&mut ann, &n.to_string(), "internal").await;
    }
    ann.send_as("bomb", "bomb", json!({"ms": 1})).await;
    assert_eq!(ann.close_code().await, 4040);
    goes_on().await;
    // When somebody leaves: the session is void, and stakes go back.
    let table = site.table_with(&guest, "counter", failing("leave")).await;
    let mut ann = site.sit_v1(&guest, &table).await;
    ann.send_as("stake", "stake", json!({"bet": "10"})).await;
    ann.acked("stake").await;
    ann.send_as("bye", "leave", json!(null)).await;
    assert!([1000, 4040].contains(&ann.close_code().await));
    goes_on().await;
    site.awake(5 + 1).await;
    assert_eq!(site.balance(&guest).await, "1000.00");
    site.expect_chips_conserved().await;
}
