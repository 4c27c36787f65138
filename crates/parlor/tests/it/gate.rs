//! Nothing is sent before its record is stored: what a client hears is read back from the file with a connection of its own.

use crate::game::site;
use parlor_test::{Database, Guest, Socket, Table, TestSite};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;

async fn read(database: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    SqliteConnection::connect_with(&options).await.expect("a connection of the test's own")
}

async fn number(database: &mut SqliteConnection, sql: &'static str, of: &str) -> i64 {
    let (number,): (i64,) = sqlx::query_as(sql).bind(of).fetch_one(database).await.unwrap();
    number
}

/// The bodies of the table's records.
async fn bodies(database: &mut Database, table: &Table) -> Vec<String> {
    let records = database.records().await.into_iter().filter(|it| it.session == table.id);
    records.map(|it| it.body).collect()
}

async fn records(database: &mut Database, table: &Table) -> i64 {
    bodies(database, table).await.len().try_into().expect("a number")
}

async fn start() -> (TestSite, Guest, Table, Socket) {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let socket = site.sit(&guest, &table).await;
    (site, guest, table, socket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_heard_is_stored() {
    let (site, guest, table, mut ann) = start().await;
    let mut database = read(&site.database()).await;
    let mut journal = Database::open(&site.database()).await;
    assert_eq!(records(&mut journal, &table).await, 2, "created and joined");
    let watcher = site.guest().await;
    let mut eve = site.watch(&watcher, &table).await;
    assert_eq!(records(&mut journal, &table).await, 3);
    ann.find("load_game").await;
    // One at a time, and all at once: the frame that shows n additions comes after n additions are in the file.
    for n in 1..=50 {
        ann.send("add", json!({"n": 1})).await;
        assert_eq!(ann.expect("load_game").await["data"]["count"], n);
        assert!(records(&mut journal, &table).await >= 3 + n);
    }
    for _ in 0..300 {
        ann.send("add", json!({"n": 1})).await;
    }
    loop {
        let load = eve.find("load_game").await;
        let count = load["data"]["count"].as_i64().unwrap();
        assert!(records(&mut journal, &table).await >= 3 + count);
        if count == 350 {
            break;
        }
    }
    ann.until(|frame| frame["data"]["count"] == 350).await;
    ann.catch_up("stored before it is heard").await;
    let sql = "SELECT COUNT(*) FROM chat WHERE text = $1";
    assert_eq!(number(&mut database, sql, "stored before it is heard").await, 1);
    // Money: the escrow that is shown is in the ledger.
    ann.send("stake", json!({"bet": "12.34"})).await;
    assert_eq!(ann.find("load_game").await["data"]["staked"], json!(["12.34"]));
    let sql = "SELECT amount FROM balances WHERE account LIKE 'escrow:' || $1 || ':%'";
    assert_eq!(number(&mut database, sql, &table.id).await, 1234);
    ann.send_text(r#"{"type":"roll"}"#).await;
    ann.expect("rolled").await;
    let rolled = r#""input":{"type":"acted","data":{"type":"roll"}}"#;
    let journal = bodies(&mut journal, &table).await;
    assert_eq!(journal.iter().filter(|body| body.contains(rolled)).count(), 1);
    assert_eq!(site.balance(&guest).await, "987.66");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_won_and_what_is_asked_are_told_in_order() {
    let (_site, _, _, mut ann) = start().await;
    for n in 1..=20 {
        // All are on their way before any is answered.
        for _ in 0..20 {
            ann.send("win", json!({"chips": "1"})).await;
        }
        ann.send("balance", Value::Null).await;
        let told = ann.find("balance").await;
        let expected = format!("{}.00", 1000 + n * 20);
        assert_eq!(told["data"]["balance"], expected, "after all of them were told");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_leaves_no_record() {
    let (site, _, table, mut ann) = start().await;
    let mut database = Database::open(&site.database()).await;
    let before = records(&mut database, &table).await;
    for text in [
        "no form",
        r#"{"type":"jump"}"#,
        r#"{"type":"add","data":{"n":"x"}}"#,
        r#"{"type":"add","data":{"n":99}}"#,
        r#"{"type":"stake","data":{"bet":"2000"}}"#,
        r#"{"type":"crash"}"#,
        r#"{"type":"cheat"}"#,
    ] {
        ann.send_text(text).await;
        ann.find("error").await;
    }
    ann.send("balance", Value::Null).await;
    ann.expect("balance").await;
    ann.view().await;
    assert_eq!(records(&mut database, &table).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_is_a_chain_and_a_broken_one_is_not_taken_up() {
    let (first, guest, table, mut ann) = start().await;
    let intact = first.table(&guest, "counter").await;
    first.sit(&guest, &intact).await.close().await;
    for _ in 0..20 {
        ann.send("add", json!({"n": 1})).await;
        ann.send("roll", Value::Null).await;
    }
    ann.catch_up("the end").await;
    drop(ann);
    let folder = first.stop().await;
    let mut database = read(&folder.database()).await;
    let sql = "SELECT first, last, bodies, hash FROM records WHERE session = $1 ORDER BY first";
    let runs: Vec<(i64, i64, String, Vec<u8>)> =
        sqlx::query_as(sql).bind(&table.id).fetch_all(&mut database).await.unwrap();
    let mut link = Sha256::digest(bytes(&table.id.replace('-', ""))).to_vec();
    let mut next = 1;
    for (first, last, bodies, hash) in &runs {
        assert_eq!(*first, next, "without a gap");
        for body in bodies.lines() {
            link = Sha256::new().chain_update(&link).chain_update(body).finalize().to_vec();
            let record: Value = serde_json::from_str(body).unwrap();
            assert_eq!(record["seq"], next);
            next += 1;
        }
        assert_eq!((*last, hash), (next - 1, &link), "each with its link");
    }
    assert_eq!(next - 1, 2 + 40 + 1);
    database.close().await.unwrap();

    let mut tampering =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(folder.database()))
            .await
            .unwrap();
    // A snapshot would be a way around the damage.
    let sql = "DELETE FROM snapshots WHERE session = $1";
    let dropped = sqlx::query(sql).bind(&table.id).execute(&mut tampering).await.unwrap();
    assert_eq!(dropped.rows_affected(), 1, "one is kept when the site stops");
    let sql = "UPDATE records SET bodies = replace(bodies, '\"n\":1', '\"n\":9') WHERE session = $1 AND first = 2";
    let changed = sqlx::query(sql).bind(&table.id).execute(&mut tampering).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    tampering.close().await.unwrap();
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    let refused = again.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (500, "internal"));
    again.sit(&guest, &intact).await.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_snapshot_is_passed_over_and_the_journal_wins() {
    let (first, guest, table, mut ann) = start().await;
    // More than one snapshot's worth of records.
    for _ in 0..300 {
        ann.send("add", json!({"n": 1})).await;
        ann.expect("load_game").await;
    }
    let before = ann.view().await;
    drop(ann);
    let folder = first.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut tampering = SqliteConnection::connect_with(&options).await.unwrap();
    let sql = "UPDATE snapshots SET body = replace(body, '300', '301') WHERE session = $1 \
               AND seq = (SELECT MAX(seq) FROM snapshots)";
    let changed = sqlx::query(sql).bind(&table.id).execute(&mut tampering).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let sql = "SELECT COUNT(*) FROM snapshots WHERE session = $1";
    let (kept,): (i64,) =
        sqlx::query_as(sql).bind(&table.id).fetch_one(&mut tampering).await.unwrap();
    assert_eq!(kept, 2, "one every 256 records, and one when the site stops");
    tampering.close().await.unwrap();
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    let mut ann = again.sit(&guest, &table).await;
    assert_eq!(ann.view().await["count"], before["count"]);
}

/// Should a game have been changed without a new version of its rules, its records may lead elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_players_saw_last_wins_over_records_that_lead_elsewhere() {
    let (first, guest, table, mut ann) = start().await;
    for _ in 0..300 {
        ann.send("add", json!({"n": 1})).await;
        ann.expect("load_game").await;
    }
    drop(ann);
    let folder = first.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut changing = SqliteConnection::connect_with(&options).await.unwrap();
    let sql = "SELECT seq, body, link FROM snapshots ORDER BY seq DESC LIMIT 1";
    let (seq, body, link): (i64, String, Vec<u8>) =
        sqlx::query_as(sql).fetch_one(&mut changing).await.unwrap();
    assert_eq!(body.matches("\"count\":300").count(), 1, "{body}");
    let body = body.replace("\"count\":300", "\"count\":400");
    let hash = Sha256::new().chain_update(&link).chain_update(&body).finalize().to_vec();
    let sql = "UPDATE snapshots SET body = $1, hash = $2 WHERE seq = $3";
    let changed = sqlx::query(sql).bind(&body).bind(hash).bind(seq).execute(&mut changing);
    assert_eq!(changed.await.unwrap().rows_affected(), 1);
    changing.close().await.unwrap();
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    assert_eq!(again.sit(&guest, &table).await.view().await["count"], 400);
}

/// The bytes of a session's id.
fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
