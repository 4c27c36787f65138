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
