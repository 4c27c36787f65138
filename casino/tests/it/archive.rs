//! Tables that are over: their journals go into the archive, and after their time for good.

use crate::{
    blackjack::{Seat, deal, finish, next_round},
    commands::run,
};
use parlor::settings::Flags;
use parlor_test::{Database, Guest, Table, TestSite, http::DEADLINE, site::Folder};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Two tables at which a round was played. One is over; at the other the round goes on.
async fn played() -> (Folder, Guest, Table, Table) {
    let soon = |flags: &mut Flags| flags.empty_after = Some("200ms".into());
    let site = TestSite::start_with(casino::site(), soon).await;
    let guest = site.guest().await;
    let mut tables = Vec::new();
    for goes_on in [false, true] {
        let table = site.table(&guest, "blackjack").await;
        let mut seats = [Seat::take(&site, &guest, &table).await];
        deal(&mut seats, "20").await;
        seats[0].socket.catch_up("good luck").await;
        if !goes_on {
            finish(&mut seats).await;
            next_round(&mut seats).await;
            seats[0].socket.send("leave", json!(null)).await;
            seats[0].socket.close_code().await;
        }
        tables.push(table);
    }
    let started = Instant::now();
    while site.get(&tables[0].row()).await.status() != 404 {
        assert!(started.elapsed() < DEADLINE, "the empty table does not close");
    }
    let open = tables.pop().expect("two tables");
    (site.stop().await, guest, tables.remove(0), open)
}

/// Asks until so many sessions are at this stage of the way into the archive.
async fn archived(database: &Path, stage: u8, count: u64) {
    let started = Instant::now();
    let mut database = Database::open(database).await;
    let counted = format!("SELECT json_array(count(*)) FROM sessions WHERE archived = {stage}");
    while database.rows(&counted).await[0][0] != count {
        assert!(started.elapsed() < DEADLINE, "never {count} sessions at {stage}");
    }
    database.close().await;
}

async fn journal(site: &TestSite, guest: &Guest, table: &Table) -> Value {
    site.get(&format!("/api/sessions/{}/journal", table.id)).bearer(&guest.token).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_of_a_table_that_is_over_is_packed_and_reads_as_before() {
    let (folder, guest, over, open) = played().await;
    let ids = [&*over.id, &*open.id];
    let before = ids.map(|id| run(&["replay", id], &folder.database()));
    assert!(before.iter().all(|(status, _)| *status == 0), "{before:?}");
    let site = TestSite::start_again(casino::site(), folder, |_| ()).await;
    archived(&site.database(), 2, 1).await;
    let rows = journal(&site, &guest, &over).await;
    assert_eq!(rows[0]["input"]["type"], "created");
    let rows = rows.as_array().expect("records");
    assert_eq!(rows.last().expect("records")["input"]["type"], "closed");
    assert!(journal(&site, &guest, &open).await[1].is_object());
    let folder = site.stop().await;
    let mut database = Database::open(&folder.database()).await;
    for (left, count) in [("records", 0), ("snapshots", 0), ("archives", 1), ("chat", 1)] {
        let left = format!("SELECT json_array(count(*)) FROM {left} WHERE session = '{}'", over.id);
        assert_eq!(database.rows(&left).await[0][0], count, "{left}");
    }
    database.close().await;
    assert_eq!(run(&["replay", &over.id], &folder.database()), before[0]);
    assert_eq!(run(&["verify"], &folder.database()).0, 0);
    // What is changed in the archive is found.
    let changes = [
        "UPDATE archives SET body = CAST(substr(body, 1, length(body) - 9) AS BLOB)",
        "UPDATE archives SET body = CAST(x'00' || substr(body, 2) AS BLOB)",
        "UPDATE archives SET link = x'00'",
        "UPDATE archives SET body = NULL",
        "UPDATE archives SET records = records - 1",
    ];
    for change in changes {
        let copies = tempfile::tempdir().expect("a folder");
        let copy = copies.path().join("copy.db");
        assert_eq!(run(&["backup", copy.to_str().expect("a name")], &folder.database()).0, 0);
        let mut database = Database::open(&copy).await;
        assert_eq!(database.change(change).await, 1);
        database.close().await;
        let (status, told) = run(&["verify"], &copy);
        assert_eq!(status, 1, "{change}: {told}");
        assert!(told.contains(&format!("session {}: record", over.id)), "{change}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_go_for_good_after_their_time_and_the_ledger_stays() {
    let (folder, guest, over, open) = played().await;
    let at_once = |flags: &mut Flags| flags.keep_records = Some("0s".into());
    let site = TestSite::start_again(casino::site(), folder, at_once).await;
    archived(&site.database(), 2, 1).await;
    // Not at once: the clock might be wrong at a start.
    site.advance(Duration::from_secs(3599)).await;
    archived(&site.database(), 2, 1).await;
    site.advance(Duration::from_secs(60)).await;
    archived(&site.database(), 3, 1).await;
    let gone = site.get(&format!("/api/sessions/{}/journal", over.id)).bearer(&guest.token).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_session"));
    assert!(journal(&site, &guest, &open).await[1].is_object());
    site.expect_chips_conserved().await;
    let folder = site.stop().await;
    let (status, told) = run(&["replay", &over.id], &folder.database());
    assert_eq!(status, 1);
    assert!(told.contains("records are no longer kept"), "{told}");
    let (status, told) = run(&["verify"], &folder.database());
    assert_eq!((status, &*told), (0, "2 sessions looked at, 0 faults\n"));
    let mut database = Database::open(&folder.database()).await;
    let transfers =
        format!("SELECT json_array(count(*)) FROM transfers WHERE source = '{}'", over.id);
    assert_ne!(database.rows(&transfers).await[0][0], 0);
    for of in ["chat", "speakers"] {
        let said = format!("SELECT json_array(count(*)) FROM {of} WHERE session = '{}'", over.id);
        assert_eq!(database.rows(&said).await[0][0], 0, "{of}");
    }
    // An escrow that holds something is a fault also where there are no records.
    let escrow =
        format!("UPDATE balances SET amount = 5 WHERE account LIKE 'escrow:{}:%'", over.id);
    assert_eq!(database.change(&escrow).await, 1);
    database.close().await;
    let (status, told) = run(&["verify"], &folder.database());
    assert_eq!(status, 1);
    assert!(told.contains(&format!("session {}: it is over", over.id)), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_does_not_end_with_the_end_is_left_as_it_is() {
    let (folder, _, over, _) = played().await;
    let mut database = Database::open(&folder.database()).await;
    database.split_runs().await;
    let last =
        format!("DELETE FROM records WHERE session = '{}' AND bodies LIKE '%\"closed\"%'", over.id);
    assert_eq!(database.change(&last).await, 1);
    database.close().await;
    let site = TestSite::start_again(casino::site(), folder, |_| ()).await;
    // The other wakes up, its player does not come back, it is empty, and over.
    for seconds in [16, 31] {
        site.advance(Duration::from_secs(seconds)).await;
    }
    // Both are looked at once a minute; nobody waits for a look before time goes on.
    let mut database = Database::open(&site.database()).await;
    let started = Instant::now();
    while database.rows("SELECT json_array(count(*)) FROM sessions WHERE archived = 2").await[0][0]
        != 1
    {
        assert!(started.elapsed() < DEADLINE, "the other is never archived");
        site.advance(Duration::from_secs(61)).await;
    }
    let stage = format!("SELECT json_array(archived) FROM sessions WHERE id = '{}'", over.id);
    assert_eq!(database.rows(&stage).await[0][0], 0);
    database.close().await;
}
