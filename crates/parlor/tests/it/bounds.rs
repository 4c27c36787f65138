//! What is kept in memory has a bound, and what fills it is counted: queues, and what others can make the site keep.

use crate::game::{Counter, site};
use parlor::prelude::*;
use parlor_test::{Database, Guest, Socket, TestSite};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// While the database can't be written to, a session goes no further than 64 records ahead, its mailbox fills, and then
/// those who send wait; what was sent is done in order when it can be written again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_to_a_session_waits_within_bounds_while_nothing_can_be_stored() {
    const SENT: usize = 400;
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut database = Database::open(&site.database()).await;
    database.change("BEGIN IMMEDIATE").await;
    for n in 0..SENT {
        ann.send_as(&n.to_string(), "announce", json!({ "text": n.to_string() })).await;
    }
    site.reached("records_ahead").await;
    site.reached("mailbox").await;
    // 64 are applied, 256 wait in the mailbox, and one with the connection; no more of it is read.
    assert_eq!(site.metric("parlor_records_total").await, 1 + 64, "with that of who sat down");
    database.change("ROLLBACK").await;
    for n in 0..SENT {
        assert_eq!(ann.find("announced").await["data"]["text"], n.to_string());
        ann.find("ack").await;
    }
    assert_eq!(site.metric("parlor_records_total").await, 1 + SENT as u64);
}

/// Questions leave no record, and their answers wait for what was recorded before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_read_while_nothing_can_be_stored_and_nothing_is_lost() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("outbox_frames=100000, messages_per_second=1000000".into());
    })
    .await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit(&guest, &table).await;
    let mut database = Database::open(&site.database()).await;
    database.change("BEGIN IMMEDIATE").await;
    ann.send("add", json!({"n": 1})).await;
    for _ in 0..4_000 {
        ann.send_text(r#"{"type":"balance"}"#).await;
    }
    site.reached("commit_time").await;
    database.change("ROLLBACK").await;
    ann.expect("load_game").await;
    for _ in 0..4_000 {
        ann.expect("balance").await;
    }
    assert_eq!(site.hits("deliveries").await, 0, "most of it has waited at its sender");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_the_store_is_nobodys_silence() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push(
            "ping=100ms, silence=400ms, messages_per_second=1000, messages_burst=1000".into(),
        );
    })
    .await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut database = Database::open(&site.database()).await;
    database.change("BEGIN IMMEDIATE").await;
    ann.send_as("kept", "add", json!({"n": 1})).await;
    while site.hits("commit_time").await == 0 {
        ann.send_text(r#"{"type":"balance"}"#).await;
    }
    // Nothing is read of her for longer than she may be silent.
    tokio::time::sleep(Duration::from_millis(900)).await;
    database.change("ROLLBACK").await;
    ann.acked("kept").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_has_so_many_sockets_and_tables_and_no_more() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("sockets=2, sessions=3".into());
    })
    .await;
    let (first, second) = (site.guest().await, site.guest().await);
    let table = site.table(&first, "counter").await;
    for _ in 0..2 {
        site.table(&second, "counter").await;
    }
    let fourth = site.post("/api/games/counter/sessions").bearer(&first.token).await;
    assert_eq!((fourth.status(), &*fourth.code()), (503, "busy"));
    let mut sockets = vec![site.sit(&first, &table).await, site.watch(&second, &table).await];
    let third = site.socket(&table.socket("spectate=true")).bearer(&first.token);
    for refused in [third.clone().refusal().await, third.clone().plain().await] {
        assert_eq!((refused.status(), &*refused.code()), (503, "busy"));
        assert!(!refused.header("retry-after").is_empty());
    }
    assert_eq!((site.hits("sockets").await, site.hits("sessions").await), (2, 1));
    assert_eq!(site.metric("parlor_kept{what=\"sockets\"}").await, 2);
    assert_eq!(site.metric("parlor_kept{what=\"sessions\"}").await, 3);
    sockets.pop().unwrap().close().await;
    site.connections(1).await;
    third.await.expect("load_game").await;
    // Who was refused has no part in the table that was not opened.
    assert_eq!(site.metric("parlor_kept{what=\"seats\"}").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_64_kib_and_no_more() {
    let site = TestSite::start(site()).await;
    let body = |length: usize| site.post("/api/login").body("x".repeat(length));
    assert_eq!(body(64 << 10).await.status(), 400);
    assert_eq!(site.hits("body_bytes").await, 0);
    let form = format!("username={}", "x".repeat(64 << 10));
    for large in [body((64 << 10) + 1), site.post("/login/").form(&form)] {
        let large = large.await;
        assert_eq!((large.status(), &*large.code()), (413, "too_large"));
    }
    assert_eq!(site.hits("body_bytes").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_passwords_wait_to_be_hashed() {
    let site = TestSite::start(site()).await;
    let tries = (0..90).map(|n| {
        let body = json!({"username": format!("nobody{n}"), "password": "wrong horse"});
        site.post("/api/login").json(body).into_future()
    });
    let answers = futures_util::future::join_all(tries).await;
    let busy = answers.iter().filter(|answer| answer.status() == 503);
    assert!(busy.clone().all(|answer| answer.code() == "busy"));
    let busy = busy.count() as u64;
    assert!(busy > 0, "90 at once, and none is told to wait");
    assert!(answers.iter().filter(|answer| answer.status() == 401).count() >= 66);
    assert_eq!(site.hits("passwords_waiting").await, busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_holds_20_tickets_and_the_oldest_goes_first() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut tickets = Vec::new();
    for _ in 0..22 {
        // Two of one time have no order.
        site.advance(Duration::from_millis(1)).await;
        let body = json!({ "session": table.id });
        let answer = site.post("/api/ws-ticket").bearer(&guest.token).json(body).await.json();
        tickets.push(answer["ticket"].as_str().unwrap().to_owned());
    }
    assert_eq!(site.hits("tickets_per_player").await, 2);
    assert_eq!(site.metric("parlor_kept{what=\"tickets\"}").await, 20);
    for (n, ticket) in tickets.iter().enumerate() {
        let plain = site.socket(&table.socket(&format!("ticket={ticket}"))).plain().await;
        assert_eq!(plain.status(), if n < 2 { 401 } else { 426 }, "{n}");
    }
}

/// What is kept of those who passed by is gone when they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_kept_of_those_who_are_gone() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("handshakes_per_user=100000".into());
    })
    .await;
    let host = site.guest().await;
    let mut guests: Vec<Guest> = Vec::new();
    for _ in 0..3 {
        guests.push(site.guest().await);
    }
    let table = site.table(&host, "counter").await;
    let kept = async || {
        let mut kept = Vec::new();
        for what in ["sessions", "sockets", "seats", "purses", "tickets"] {
            kept.push(site.metric(&format!("parlor_kept{{what=\"{what}\"}}")).await);
        }
        kept
    };
    let mut sockets: Vec<Socket> = Vec::new();
    for guest in &guests {
        let body = json!({ "session": table.id });
        assert_eq!(site.post("/api/ws-ticket").bearer(&guest.token).json(body).await.status(), 201);
        sockets.push(site.sit(guest, &table).await);
    }
    assert_eq!(kept().await, [1, 3, 4, 3, 3]);
    drop(sockets);
    site.connections(0).await;
    // Longer than the seats are kept, a ticket is good for, and a table without players stays open.
    site.advance(Duration::from_secs(31)).await;
    site.advance(Duration::from_secs(61)).await;
    site.awake(0).await;
    assert_eq!(kept().await, [0, 0, 0, 0, 0]);
    assert_eq!(site.metric("parlor_outbox_bytes").await, 0);
}

/// A connection that joins too many groups, in a hook that then never ends.
struct Endless(UnboundedSender<Value>);

impl Consumer for Endless {
    type Game = Counter;

    async fn connect(&mut self, connection: &Connection<Counter>) {
        for n in 0..70 {
            connection.group_add(&format!("group-{n}")).await;
            // Again, which takes no more room; and out of the first few, which makes some.
            connection.group_add(&format!("group-{n}")).await;
            if n < 3 {
                connection.group_discard(&format!("group-{n}")).await;
            }
        }
        let _ = self.0.send(json!("in"));
        std::future::pending::<()>().await;
    }
}

/// It takes the ten seconds that a hook has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_has_ten_seconds_and_a_connection_64_groups() {
    let (heard, mut hears) = unbounded_channel();
    let manager = SessionManager::<Counter>::new().consumer(move || Endless(heard.clone()));
    let site = TestSite::start(Site::new("Endless").game(manager)).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    hears.recv().await;
    // 67 groups, of which 64 have room; the others were asked for twice each.
    assert_eq!(site.hits("groups_per_connection").await, 6);
    assert_eq!(site.hits("hook_time").await, 0);
    socket.send("add", json!({"n": 1})).await;
    let added = tokio::time::timeout(Duration::from_secs(15), async {
        while site.hits("hook_time").await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        socket.expect("load_game").await
    });
    assert_eq!(added.await.expect("the hook is given up")["data"]["count"], 1);
}
