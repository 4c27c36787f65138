//! A site for one test: on a port of its own, with a database and a clock of its own, and scripted sockets.

use crate::{
    http::{DEADLINE, Request},
    socket::{Handshake, Socket},
};
use parlor::{
    Adjuster, Clock, Running, Site,
    settings::{Flags, Settings},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use tempfile::TempDir;
use tokio::time::Instant;

/// Limits that would be in the way of tests, which all come from one address. A test of a limit sets it anew.
const RAISED: &str = "guests_per_hour=100000, failed_handshakes=100000, handshakes_per_user=100000, \
    sign_ups_per_hour=100000, messages_per_second=100000, messages_burst=100000";

/// A site that is being served.
///
/// ```no_run
/// # async fn play(site: parlor::Site) {
/// use parlor_test::TestSite;
/// use serde_json::json;
/// let site = TestSite::start(site).await;
/// let ann = site.guest().await;
/// let table = site.table(&ann, "tic-tac-toe").await;
/// let mut socket = site.sit(&ann, &table).await;
/// socket.send("place", json!({"cell": 9})).await;
/// socket.refused("invalid_data").await;
/// # }
/// ```
#[derive(Debug)]
pub struct TestSite {
    running: Running,
    clock: Clock,
    adjuster: Adjuster,
    folder: Folder,
}

/// Where a site keeps its database; it is deleted when it is dropped.
#[derive(Debug)]
pub struct Folder(TempDir);

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The name that the others see.
    pub name: String,
    /// The bearer token.
    pub token: String,
}

/// A session of some game.
#[derive(Debug, Clone)]
pub struct Table {
    /// The game.
    pub game: String,
    /// The session's id.
    pub id: String,
    /// The invitation, where it is private.
    pub invite: Option<String>,
}

impl Table {
    /// The socket's address, with a query that may be empty.
    pub fn socket(&self, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/ws/{}/{}/{mark}{query}", self.game, self.id)
    }

    /// The page's address.
    pub fn page(&self) -> String {
        format!("/games/{}/session/{}", self.game, self.id)
    }

    /// The address of its row in the API.
    pub fn row(&self) -> String {
        format!("/api/games/{}/sessions/{}", self.game, self.id)
    }
}

/// Starting and stopping.
impl TestSite {
    /// Starts a site with a fresh database.
    pub async fn start(site: Site) -> Self {
        Self::start_with(site, |_| ()).await
    }

    /// Starts a site with a fresh database, and with these flags.
    pub async fn start_with(site: Site, set: impl FnOnce(&mut Flags)) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        Self::start_again(site, Folder(folder), set).await
    }

    /// Starts a site on the database of one that was stopped, with a clock of its own: it shows the system's time.
    ///
    /// # Panics
    /// Where the site does not start.
    pub async fn start_again(site: Site, folder: Folder, set: impl FnOnce(&mut Flags)) -> Self {
        Self::serve(site, folder, Clock::adjustable(), set).await
    }

    /// Starts a site on the database of one that was stopped, with a clock that [stands still](Self::stand_still), and whose
    /// wall clock shows that time, in milliseconds since 1970: it need not be after the last site's.
    ///
    /// # Panics
    /// Where the site does not start.
    pub async fn start_again_at(
        site: Site,
        folder: Folder,
        wall: i64,
        set: impl FnOnce(&mut Flags),
    ) -> Self {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        adjuster.set_wall(wall);
        Self::serve(site, folder, (clock, adjuster), set).await
    }

    async fn serve(
        site: Site,
        folder: Folder,
        (clock, adjuster): (Clock, Adjuster),
        set: impl FnOnce(&mut Flags),
    ) -> Self {
        let none = || Some(String::new());
        let mut flags = Flags {
            bind: Some("127.0.0.1:0".into()),
            database_url: Some(format!("sqlite://{}", folder.database().display())),
            // The environment of the tests is not the site's.
            redis_url: none(),
            public_url: none(),
            allowed_origins: none(),
            trusted_proxies: none(),
            limits: vec![RAISED.into()],
            ..Flags::default()
        };
        set(&mut flags);
        let settings = Settings::read(&flags).expect("settings that can be used");
        let starting = site.clock(clock.clone()).start(settings);
        let running = starting.await.expect("the site starts");
        Self { running, clock, adjuster, folder }
    }

    /// Stops the site gracefully, and keeps its database.
    pub async fn stop(self) -> Folder {
        self.running.stop().await;
        self.folder
    }

    /// The sum over all accounts is zero.
    ///
    /// # Panics
    /// Where chips came from nowhere, or went there.
    pub async fn expect_chips_conserved(&self) {
        let sum = self.running.sum_of_all_accounts().await.expect("the ledger answers");
        assert_eq!(sum, 0, "the sum over all accounts");
    }
}

/// Time. Without these the site's clock goes like the system's.
impl TestSite {
    /// Puts the site's clock forward, as if the computer had slept for so long, and returns once everything that was sent to
    /// a session before, and then everything that is due after it, has happened and is stored.
    ///
    /// What follows from it counts from then: two alarms of which the second is set when the first rings need two calls.
    /// A socket that was just dropped may not be gone yet: [`connections`](Self::connections).
    pub async fn advance(&self, by: Duration) {
        self.running.settled().await;
        self.adjuster.advance(by);
        self.running.settled().await;
    }

    /// From now on the site's time passes by [`advance`](Self::advance) alone, however long the test takes.
    pub fn stand_still(&self) {
        self.adjuster.stand_still();
    }

    /// What moves the site's clock, to do so while something else is awaited.
    pub fn adjuster(&self) -> Adjuster {
        self.adjuster.clone()
    }

    /// Moves the wall clock alone, by so many milliseconds, which may be negative.
    pub fn jump_wall(&self, by: i64) {
        self.adjuster.jump_wall(by);
    }

    /// What the wall clock shows, in milliseconds since 1970.
    pub fn wall(&self) -> i64 {
        self.clock.wall()
    }

    /// Waits until so many sockets are open, and their sessions know that the others are gone.
    ///
    /// # Panics
    /// Where it never is that many.
    pub async fn connections(&self, count: u64) {
        self.until_metric("parlor_connections", count).await;
        self.running.settled().await;
    }

    /// The same, where it may take so long: connections that are cut off have some seconds for their goodbye.
    ///
    /// # Panics
    /// Where it takes longer.
    pub async fn connections_within(&self, long: Duration, count: u64) {
        self.until_metric_within(long, "parlor_connections", count).await;
        self.running.settled().await;
    }

    /// Waits until so many sessions are in memory.
    ///
    /// # Panics
    /// Where it never is that many.
    pub async fn awake(&self, count: u64) {
        self.until_metric("parlor_sessions", count).await;
    }

    async fn until_metric(&self, name: &str, count: u64) {
        self.until_metric_within(DEADLINE, name, count).await;
    }

    async fn until_metric_within(&self, long: Duration, name: &str, count: u64) {
        let started = Instant::now();
        loop {
            let is = self.metric(name).await;
            if is == count {
                return;
            }
            assert!(started.elapsed() < long, "{name} is {is}, and never {count}");
        }
    }
}

impl Folder {
    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.0.path().join("parlor.db")
    }
}

/// Asking.
impl TestSite {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The origin of its own pages.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.database()
    }

    /// A GET of this path.
    pub fn get(&self, path: &str) -> Request {
        Request::new(self.address(), "GET", path)
    }

    /// A POST to this path.
    pub fn post(&self, path: &str) -> Request {
        Request::new(self.address(), "POST", path)
    }

    /// A PUT to this path.
    pub fn put(&self, path: &str) -> Request {
        Request::new(self.address(), "PUT", path)
    }

    /// A DELETE of this path.
    pub fn delete(&self, path: &str) -> Request {
        Request::new(self.address(), "DELETE", path)
    }

    /// A handshake with this path.
    pub fn socket(&self, path: &str) -> Handshake {
        Handshake::new(self.get(path))
    }
}

/// Playing.
impl TestSite {
    /// A guest.
    ///
    /// # Panics
    /// Where there can be no more guests.
    pub async fn guest(&self) -> Guest {
        let answer = self.post("/api/guest").await;
        assert_eq!(answer.status(), 201, "{}", answer.text());
        let signed_in = answer.json();
        let text = |name: &str| signed_in[name].as_str().expect("a text").to_owned();
        Guest { name: text("username"), token: text("token") }
    }

    /// A public table, opened by this guest.
    pub async fn table(&self, host: &Guest, game: &str) -> Table {
        self.table_with(host, game, json!({})).await
    }

    /// A table as this body asks for.
    ///
    /// # Panics
    /// Where there can be none.
    pub async fn table_with(&self, host: &Guest, game: &str, body: Value) -> Table {
        let path = format!("/api/games/{game}/sessions");
        let answer = self.post(&path).bearer(&host.token).json(body).await;
        assert_eq!(answer.status(), 201, "{}", answer.text());
        let created = answer.json();
        let text = |name: &str| created[name].as_str().map(ToOwned::to_owned);
        let id = text("id").expect("the session's id");
        Table { game: game.to_owned(), id, invite: text("invite") }
    }

    /// Takes a seat, and reads the first `load_game`.
    pub async fn sit(&self, guest: &Guest, table: &Table) -> Socket {
        let mut socket = self.socket(&table.socket("")).bearer(&guest.token).await;
        socket.expect("load_game").await;
        socket
    }

    /// Watches, and reads the first `load_game`.
    pub async fn watch(&self, guest: &Guest, table: &Table) -> Socket {
        let mut socket = self.socket(&table.socket("spectate=true")).bearer(&guest.token).await;
        socket.expect("load_game").await;
        socket
    }

    /// Takes a seat as one who speaks `parlor.v1`, and reads `welcome` and the first `load_game`.
    pub async fn sit_v1(&self, guest: &Guest, table: &Table) -> Socket {
        let mut socket = self.socket(&table.socket("")).bearer(&guest.token).v1().await;
        socket.welcomed().await;
        socket
    }

    /// A number of the site's metrics.
    ///
    /// # Panics
    /// Where there is none of this name.
    pub async fn metric(&self, name: &str) -> u64 {
        let all = self.get("/metrics").await.text();
        let value = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in {all}"))
    }

    /// How often a limit was reached, by its name.
    pub async fn hits(&self, limit: &str) -> u64 {
        self.metric(&format!("parlor_limit_hits_total{{limit=\"{limit}\"}}")).await
    }

    /// Waits until a limit is reached for the first time.
    ///
    /// # Panics
    /// Where it never is.
    pub async fn reached(&self, limit: &str) {
        let started = Instant::now();
        while self.hits(limit).await == 0 {
            assert!(started.elapsed() < DEADLINE, "{limit} is never reached");
        }
    }

    /// Waits until so many sockets were closed with this code.
    ///
    /// # Panics
    /// Where it never is that many.
    pub async fn closes(&self, code: u16, count: u64) {
        self.until_metric(&format!("parlor_closes_total{{code=\"{code}\"}}"), count).await;
    }

    /// What this guest can spend.
    ///
    /// # Panics
    /// Where the site does not say.
    pub async fn balance(&self, guest: &Guest) -> String {
        let me = self.get("/api/me").bearer(&guest.token).await.json();
        me["balance"].as_str().unwrap_or_else(|| panic!("no balance in {me}")).to_owned()
    }
}
