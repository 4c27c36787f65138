//! Stopping gracefully, and going on where everything stood.

use crate::game::site;
use parlor_test::{Guest, Table, TestSite, http::Request, socket::Handshake};
use serde_json::{Value, json};
use std::time::Duration;

const MILLISECOND: Duration = Duration::from_millis(1);

/// The kinds of the session's records with their times.
async fn records(site: &TestSite, guest: &Guest, table: &Table) -> Vec<(String, i64)> {
    let journal = format!("/api/sessions/{}/journal", table.id);
    let rows = site.get(&journal).bearer(&guest.token).await.json();
    let row = |row: &Value| {
        let kind = row["input"]["type"].as_str().expect("a kind");
        (kind.to_owned(), row["at"].as_i64().expect("a time"))
    };
    rows.as_array().expect("records").iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_after_a_restart() {
    let first = TestSite::start(site()).await;
    let (host, other, watcher) = (first.guest().await, first.guest().await, first.guest().await);
    let table = first.table_with(&host, "counter", json!({"private": true})).await;
    let invited = format!("invite={}", table.invite.as_ref().unwrap());
    let mut ann = first.sit(&host, &table).await;
    let mut bob = first.socket(&table.socket(&invited)).bearer(&other.token).await;
    let spectating = format!("spectate=true&{invited}");
    let mut eve = first.socket(&table.socket(&spectating)).bearer(&watcher.token).await;
    ann.until(|frame| frame["data"]["spectating"] == json!([watcher.name])).await;
    ann.send("stake", json!({"bet": "250"})).await;
    ann.send("add", json!({"n": 7})).await;
    ann.catch_up("see you").await;
    let before = ann.view().await;
    let stopping = tokio::spawn(first.stop());
    for socket in [&mut ann, &mut bob, &mut eve] {
        assert_eq!(socket.close_code().await, 1001);
    }
    drop((ann, bob, eve));
    let folder = stopping.await.unwrap();

    let second = TestSite::start_again(site(), folder, |_| ()).await;
    let row = second.get(&table.row()).bearer(&other.token).await.json();
    assert_eq!((&row["players"], &row["spectators"]), (&json!(2), &json!(0)));
    assert_eq!(second.balance(&host).await, "750.00");
    second.expect_chips_conserved().await;
    let mut ann = second.socket(&table.socket("")).bearer(&host.token).await;
    let mut after = ann.expect("load_game").await["data"].take();
    assert_eq!(after["spectating"], json!([]), "a spectator has no seat to keep");
    after["spectating"] = before["spectating"].clone();
    assert_eq!(after, before);
    assert_eq!(ann.expect("chat_msg").await["data"], json!({"user": host.name, "msg": "see you"}));
    // The seated need no invitation, and others still do.
    let mut bob = second.sit(&other, &table).await;
    let stranger = second.guest().await;
    let refused = second.socket(&table.socket("")).bearer(&stranger.token).refusal().await;
    assert_eq!(refused.status(), 403);
    ann.send("take_back", json!({"bet": "250"})).await;
    ann.until(|frame| frame["data"]["staked"] == json!(["0.00", "0.00"])).await;
    bob.send("add", json!({"n": 1})).await;
    bob.until(|frame| frame["data"]["count"] == 8).await;
    // Theirs is another socket: what the one says may come before what the other said earlier.
    ann.catch_up("mine again").await;
    assert_eq!(second.balance(&host).await, "1000.00");
    second.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_was_stopped_does_nothing_more() {
    let first = TestSite::start(site()).await;
    let stopped = first.adjuster();
    let guest = first.guest().await;
    let table = first.table(&guest, "counter").await;
    drop(first.sit(&guest, &table).await);
    let folder = first.stop().await;
    // Every clock that the first site might have left is due.
    stopped.advance(Duration::from_secs(3_600));
    let second = TestSite::start_again(site(), folder, |_| ()).await;
    let mut ann = second.sit(&guest, &table).await;
    ann.send("ring", json!({"ms": 100})).await;
    ann.find("rang").await;
    ann.send("add", json!({"n": 1})).await;
    let load = ann.find("load_game").await;
    assert_eq!(
        load["data"]["players"],
        json!([guest.name]),
        "the seat is the second site's to keep"
    );
    let records = records(&second, &guest, &table).await;
    let kinds: Vec<_> = records.iter().map(|(kind, _)| &**kind).collect();
    assert_eq!(kinds, ["created", "joined", "resumed", "ring", "woke", "add"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_nobody_comes_back_to_is_given_up_after_a_restart() {
    let first = TestSite::start(site()).await;
    let (host, other) = (first.guest().await, first.guest().await);
    let table = first.table(&host, "counter").await;
    let mut ann = first.sit(&host, &table).await;
    let mut bob = first.sit(&other, &table).await;
    bob.send("stake", json!({"bet": "99.50"})).await;
    ann.until(|frame| frame["data"]["staked"] == json!(["0.00", "99.50"])).await;
    drop((ann, bob));
    let wall = first.wall();
    let second = TestSite::start_again_at(site(), first.stop().await, wall, |_| ()).await;
    let mut ann = second.sit(&host, &table).await;
    second.advance(Duration::from_secs(30) - MILLISECOND).await;
    assert_eq!(ann.view().await["players"], json!([host.name, other.name]));
    second.advance(MILLISECOND).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name])).await;
    second.expect_chips_conserved().await;
    drop(ann);
    // Nobody comes to it any more: it wakes up by itself. And a closed one stays closed.
    let third = TestSite::start_again_at(site(), second.stop().await, wall, |_| ()).await;
    third.advance(Duration::from_secs(15)).await;
    third.advance(Duration::from_secs(30)).await;
    third.advance(Duration::from_secs(60) - MILLISECOND).await;
    assert_eq!(third.get(&table.row()).await.json()["players"], 0);
    third.advance(MILLISECOND).await;
    assert_eq!(third.get(&table.row()).await.status(), 404);
    let fourth = TestSite::start_again(site(), third.stop().await, |_| ()).await;
    assert_eq!(fourth.get(&table.row()).await.status(), 404);
    assert_eq!(fourth.balance(&other).await, "1000.00", "what a closed session held went home");
    fourth.expect_chips_conserved().await;
}

/// An alarm after so many milliseconds, a restart at which the wall clock jumps by so many, and when it rings: after how many
/// since it was set, and since the session was taken up again.
async fn rings(ms: i64, jump: i64, until: Duration) -> (i64, i64) {
    let first = TestSite::start(site()).await;
    first.stand_still();
    let guest = first.guest().await;
    let table = first.table(&guest, "counter").await;
    let mut ann = first.sit(&guest, &table).await;
    ann.send("ring", json!({ "ms": ms })).await;
    ann.expect("load_game").await;
    drop(ann);
    let wall = first.wall() + jump;
    let second = TestSite::start_again_at(site(), first.stop().await, wall, |_| ()).await;
    let mut ann = second.sit(&guest, &table).await;
    second.advance(until - MILLISECOND).await;
    ann.view().await;
    second.advance(MILLISECOND).await;
    ann.expect("rang").await;
    let records = records(&second, &guest, &table).await;
    assert!(records.is_sorted_by_key(|(_, at)| *at), "time went back: {records:?}");
    let at = |kind: &str| records.iter().find(|(found, _)| found == kind).expect("a record").1;
    (at("woke") - at("ring"), at("woke") - at("resumed"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_rest_for_15_seconds_after_a_restart() {
    let seconds = Duration::from_secs;
    assert_eq!(rings(5_000, 0, seconds(15)).await, (15_000, 15_000));
    assert_eq!(rings(20_000, 0, seconds(20)).await, (20_000, 20_000));
    // The computer was off for an hour: the alarm is long due.
    assert_eq!(rings(20_000, 3_600_000, seconds(15)).await, (3_615_000, 15_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_clock_that_went_back_does_not_hold_a_session_up() {
    for back in [1, 3_600_000, 365 * 24 * 3_600_000] {
        assert_eq!(rings(20_000, -back, Duration::from_secs(20)).await, (20_000, 20_000), "{back}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_the_wall_clock_rings_nothing() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit(&guest, &table).await;
    for jump in [3_600_000, -7_200_000] {
        ann.send("ring", json!({"ms": 60_000})).await;
        ann.expect("load_game").await;
        site.jump_wall(jump);
        site.advance(Duration::from_secs(60) - MILLISECOND).await;
        ann.view().await;
        site.advance(MILLISECOND).await;
        ann.expect("rang").await;
        let records = records(&site, &guest, &table).await;
        let [.., (_, set), (_, rang)] = &records[..] else { panic!("{records:?}") };
        assert_eq!(rang - set, 60_000, "{jump}");
        assert!(records.is_sorted_by_key(|(_, at)| *at), "time went back: {records:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_stops_says_so_until_the_last_socket_is_closed() {
    let site = TestSite::start(site()).await;
    let (guest, address) = (site.guest().await, site.address());
    let table = site.table(&guest, "counter").await;
    let mut reads = site.sit(&guest, &table).await;
    // This one does not answer the goodbye, so that there is a last socket for a while.
    let dawdles = site.sit(&guest, &table).await;
    let stopping = tokio::spawn(site.stop());
    assert_eq!(reads.close_code().await, 1001);
    let get = |path: &str| Request::new(address, "GET", path);
    for request in [
        get("/api/games"),
        get("/"),
        get("/readyz"),
        get("/static/nothing.css"),
        Request::new(address, "POST", "/api/guest"),
        get(&table.socket("")).bearer(&guest.token),
    ] {
        let refused = request.await;
        assert_eq!((refused.status(), &*refused.code()), (503, "draining"));
    }
    assert_eq!(get("/healthz").await.status(), 200);
    let refused = Handshake::new(get(&table.socket(""))).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (503, "draining"));
    drop(dawdles);
    let stopped = tokio::time::timeout(parlor_test::http::DEADLINE, stopping).await;
    stopped.expect("stopped in time").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
