//! Sessions that leave memory, and come back as if they had never been away.

use axum::{extract::Path, routing::post};
use parlor::prelude::*;
use parlor_test::{Guest, Socket, Table as TestTable, TestSite, http::DEADLINE};
use serde_json::{Value, json};
use std::time::Instant;

/// How long a seat is kept in this game: longer than it takes to fall asleep.
const GRACE: Duration = Duration::from_secs(600);

/// How long nobody is connected before a session leaves memory, and before one without players closes.
const EMPTY_AFTER: Duration = Duration::from_secs(60);

const MILLISECOND: Duration = Duration::from_millis(1);

/// A game whose players may be away for a while.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Patient {
    count: u32,
}

#[message]
enum Action {
    Add,
    Stake { bet: Chips },
    Ring { ms: u64 },
}

#[message]
enum Event {
    Rang,
    Shouted { text: String },
}

#[view]
struct Seen {
    count: u32,
    players: Vec<String>,
}

impl Game for Patient {
    const NAME: &'static str = "patient";
    const GRACE: Option<Duration> = Some(GRACE);
    type Action = Action;
    type Event = Event;
    type View = Seen;

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        match action {
            Action::Add => self.count += 1,
            Action::Stake { bet } => turn.stake(turn.player().id, bet)?,
            Action::Ring { ms } => turn.wake_in(Duration::from_millis(ms), &"ring"),
        }
        turn.refresh();
        Ok(None)
    }

    fn wake(&mut self, _alarm: Alarm, _table: &mut Table<Self>) -> Outcome<Event> {
        self.count += 100;
        Ok(Some(Event::Rang))
    }

    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> Seen {
        let players = table.players().iter().map(|(_, player)| player.name.clone()).collect();
        Seen { count: self.count, players }
    }
}

/// A site with this game, whose routes shout into a session and close it.
fn site() -> Site {
    let manager = SessionManager::<Patient>::new();
    let (shouting, closing) = (manager.clone(), manager.clone());
    let shout = move |Path(id): Path<SessionId>, text: String| async move {
        shouting.group_send(id, Event::Shouted { text }).await;
    };
    let close = move |Path(id): Path<SessionId>| async move { closing.close(id).await };
    let routes =
        axum::Router::new().route("/shout/{id}", post(shout)).route("/close/{id}", post(close));
    Site::new("Patience").game(manager).routes(routes)
}

/// A site whose clock goes by `advance` alone.
async fn start() -> (TestSite, Guest, TestTable) {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let guest = site.guest().await;
    let table = site.table(&guest, "patient").await;
    (site, guest, table)
}

/// Lets the last socket go, and time pass until the session has left memory, and no sooner.
async fn falls_asleep(site: &TestSite, socket: Socket) {
    drop(socket);
    site.connections(0).await;
    site.advance(EMPTY_AFTER - MILLISECOND).await;
    assert_eq!(site.metric("parlor_sessions").await, 1);
    site.advance(MILLISECOND).await;
    site.awake(0).await;
}

/// The kinds of the session's records with their times, as anybody may read them.
async fn records(site: &TestSite, guest: &Guest, table: &TestTable) -> Vec<(String, i64)> {
    let journal = format!("/api/sessions/{}/journal", table.id);
    let rows = site.get(&journal).bearer(&guest.token).await.json();
    let row = |row: &Value| {
        let kind = row["input"]["type"].as_str().expect("a kind");
        (kind.to_owned(), row["at"].as_i64().expect("a time"))
    };
    rows.as_array().expect("records").iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_leaves_memory_and_comes_back_for_a_socket() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for n in 0..3 {
        ann.send_as(&n.to_string(), "add", json!(null)).await;
    }
    ann.send_as("said", "chat_msg", json!({"msg": "good night"})).await;
    let (_, last) = ann.acked("said").await;
    let row = site.get(&table.row()).await.json();
    for _ in 0..3 {
        falls_asleep(&site, ann).await;
        assert_eq!(site.get(&table.row()).await.json(), row, "the list knows it as it was");
        let path = table.socket("");
        ann = site.socket(&path).bearer(&guest.token).v1().after(last).await;
        site.awake(1).await;
        let (welcome, load) = ann.welcomed().await;
        assert_eq!(welcome["data"]["resumed"], true);
        assert_eq!((&welcome["seq"], &load["seq"]), (&json!(last), &json!(last)));
        assert_eq!(load["data"], json!({"count": 3, "players": [guest.name]}));
        ann.send_as("0", "add", json!(null)).await;
        assert!(ann.acked("0").await.0.is_empty(), "ids are remembered");
        let mut late = site.socket(&path).bearer(&guest.token).await;
        late.expect("load_game").await;
        assert_eq!(late.expect("chat_msg").await["data"]["msg"], "good night");
        drop(late);
    }
    let kinds: Vec<String> =
        records(&site, &guest, &table).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["created", "joined", "add", "add", "add", "said"], "sleep leaves no record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_and_routes_wake_it_and_its_journal_does_not() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    ann.send_as("stake", "stake", json!({"bet": "30"})).await;
    let (_, last) = ann.acked("stake").await;
    falls_asleep(&site, ann).await;
    assert_eq!(records(&site, &guest, &table).await.len(), 3);
    assert_eq!(site.metric("parlor_sessions").await, 0, "a journal is read where it lies");
    assert_eq!(site.balance(&guest).await, "970.00");
    let shouted = site.post(&format!("/shout/{}", table.id)).body("wake up").await;
    assert_eq!(shouted.status(), 200);
    let mut ann = site.socket(&table.socket("")).bearer(&guest.token).v1().after(last).await;
    ann.expect("welcome").await;
    assert_eq!(ann.expect("shouted").await["data"]["text"], "wake up");
    ann.expect("load_game").await;
    falls_asleep(&site, ann).await;
    site.post(&format!("/close/{}", table.id)).await;
    assert_eq!(site.get(&table.row()).await.status(), 404);
    assert_eq!(site.balance(&guest).await, "1000.00", "stakes go home");
    site.expect_chips_conserved().await;
    site.awake(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_alarms_ring_on_time() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    ann.send_as("ring", "ring", json!({"ms": 300_000})).await;
    let (_, last) = ann.acked("ring").await;
    falls_asleep(&site, ann).await;
    site.advance(Duration::from_secs(240) - MILLISECOND).await;
    assert_eq!(records(&site, &guest, &table).await.last().unwrap().0, "ring");
    assert_eq!(site.metric("parlor_sessions").await, 0);
    site.advance(MILLISECOND).await;
    let rows = records(&site, &guest, &table).await;
    let [.., (_, set), (last_kind, rang)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&**last_kind, rang - set), ("woke", 300_000));
    let mut ann = site.socket(&table.socket("")).bearer(&guest.token).v1().after(last).await;
    ann.expect("welcome").await;
    ann.expect("rang").await;
    assert_eq!(ann.expect("load_game").await["data"]["count"], 100);
}

/// Its time goes on while it is away, and the wall clock's jumps are not its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_the_wall_clock_while_it_sleeps_rings_nothing() {
    for jump in [3_600_000, -3_600_000] {
        let (site, guest, table) = start().await;
        let mut ann = site.sit_v1(&guest, &table).await;
        ann.send_as("ring", "ring", json!({"ms": 300_000})).await;
        ann.acked("ring").await;
        falls_asleep(&site, ann).await;
        site.jump_wall(jump);
        // It is awake from here on.
        let mut ann = site.sit_v1(&guest, &table).await;
        site.advance(Duration::from_secs(240) - MILLISECOND).await;
        assert_eq!(ann.view().await["count"], 0, "{jump}");
        site.advance(MILLISECOND).await;
        ann.expect("rang").await;
        let rows = records(&site, &guest, &table).await;
        let [.., (_, set), (kind, rang)] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((&**kind, rang - set), ("woke", 300_000), "{jump}");
    }
}

/// The kit wakes those that are due as the site does; here the site does it alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_woken_at_once_when_it_is_due() {
    let (site, guest, table) = start().await;
    let tables = [table, site.table(&guest, "patient").await];
    for (table, ms) in tables.iter().zip([400_000, 300_000]) {
        let mut ann = site.sit_v1(&guest, table).await;
        ann.send_as("ring", "ring", json!({ "ms": ms })).await;
        ann.acked("ring").await;
    }
    site.connections(0).await;
    site.advance(EMPTY_AFTER).await;
    site.awake(0).await;
    let adjuster = site.adjuster();
    // The one that is due first fell asleep last, or first: the next is the next either way.
    adjuster.advance(Duration::from_secs(240));
    site.awake(1).await;
    site.advance(Duration::ZERO).await;
    let last = |rows: Vec<(String, i64)>| rows.last().expect("a record").0.clone();
    assert_eq!(last(records(&site, &guest, &tables[1]).await), "woke");
    assert_eq!(last(records(&site, &guest, &tables[0]).await), "ring");
    adjuster.advance(Duration::from_secs(100));
    site.awake(1).await;
    let started = Instant::now();
    while last(records(&site, &guest, &tables[0]).await) != "woke" {
        assert!(started.elapsed() < DEADLINE, "the second never wakes up");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_is_kept_for_its_grace_and_no_longer() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    ann.send_as("stake", "stake", json!({"bet": "30"})).await;
    ann.acked("stake").await;
    falls_asleep(&site, ann).await;
    site.advance(GRACE - EMPTY_AFTER - MILLISECOND).await;
    assert_eq!(site.get(&table.row()).await.json()["players"], 1);
    site.advance(MILLISECOND).await;
    assert_eq!(site.get(&table.row()).await.json()["players"], 0);
    site.advance(EMPTY_AFTER - MILLISECOND).await;
    assert_eq!(records(&site, &guest, &table).await.last().unwrap().0, "left");
    site.advance(MILLISECOND).await;
    assert_eq!(site.get(&table.row()).await.status(), 404);
    assert_eq!(site.balance(&guest).await, "1000.00");
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_starts_without_replaying_its_sessions() {
    let first = TestSite::start_with(site(), |flags| {
        flags.limits.push("sessions_per_user=100".into());
    })
    .await;
    let guest = first.guest().await;
    let mut tables = Vec::new();
    for _ in 0..30 {
        let table = first.table(&guest, "patient").await;
        let mut ann = first.sit_v1(&guest, &table).await;
        ann.send_as("a", "add", json!(null)).await;
        ann.acked("a").await;
        tables.push(table);
    }
    let before = first.get("/api/games/patient/sessions").await.json();
    let wall = first.wall();
    let folder = first.stop().await;
    let second = TestSite::start_again_at(site(), folder, wall, |_| ()).await;
    assert_eq!(second.metric("parlor_sessions").await, 0);
    assert_eq!(second.get("/api/games/patient/sessions").await.json(), before);
    assert_eq!(second.metric("parlor_sessions").await, 0);
    let mut ann = second.sit_v1(&guest, &tables[7]).await;
    assert_eq!(ann.view().await["count"], 1);
    assert_eq!(second.metric("parlor_sessions").await, 1, "the others sleep on");
    // They wake up by themselves: nobody comes back to the other tables, and the seats there are given up.
    second.advance(Duration::from_secs(15) - MILLISECOND).await;
    assert_eq!(second.metric("parlor_sessions").await, 1, "the others sleep on");
    second.advance(MILLISECOND).await;
    assert_eq!(second.metric("parlor_sessions").await, 30);
    second.advance(GRACE).await;
    assert_eq!(records(&second, &guest, &tables[8]).await.last().unwrap().0, "left");
    second.advance(EMPTY_AFTER).await;
    assert_eq!(records(&second, &guest, &tables[8]).await.last().unwrap().0, "closed");
    assert_eq!(second.metric("parlor_sessions").await, 1);
    assert_eq!(ann.view().await["count"], 1);
}
