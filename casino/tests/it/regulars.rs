//! Those who come to the casino day after day: each sits down somewhere, plays and talks for a while, goes elsewhere, and
//! comes back to where it was when it is cut off.

use parlor_test::{Socket, http::Request, socket::Handshake};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// The games that are played, and how many sit at one table.
const GAMES: [(&str, usize); 2] = [("blackjack", 5), ("tic-tac-toe", 2)];

/// How long one thinks before each message, in milliseconds. One who waits longer than five seconds for a frame is heard of, so a
/// second is left for everything else.
const THINKS: std::ops::Range<u64> = 3_500..4_000;

/// For how many messages one stays at a table, on average.
const STAYS: u32 = 20;

/// Who is cut off by a storm: one of so many.
pub(crate) type Storm = u32;

/// The house, as those who come know it.
#[derive(Debug)]
pub(crate) struct House {
    address: SocketAddr,
    /// Chairs that somebody may take, by game.
    chairs: Mutex<BTreeMap<&'static str, Vec<String>>>,
    pub(crate) open: AtomicBool,
    pub(crate) counts: Counts,
    /// How much faster one thinks, where there is little time.
    hurry: u64,
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) sent: AtomicU64,
    pub(crate) acked: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) resumed: AtomicU64,
    pub(crate) anew: AtomicU64,
    pub(crate) tables: AtomicU64,
    pub(crate) guests: AtomicU64,
    pub(crate) closed: AtomicU64,
}

impl House {
    pub(crate) fn new(address: SocketAddr, hurry: u64) -> Self {
        let (chairs, open, counts) = (Mutex::default(), AtomicBool::new(true), Counts::default());
        Self { address, chairs, open, counts, hurry }
    }

    /// A chair at a table of this game, which is opened where there is none.
    async fn chair(&self, game: &'static str, seats: usize, token: &str) -> Option<String> {
        let free = self.chairs().entry(game).or_default().pop();
        if free.is_some() {
            return free;
        }
        let path = format!("/api/games/{game}/sessions");
        let opened = Request::new(self.address, "POST", &path).bearer(token).json(json!({})).await;
        // One who has a part in ten tables already goes to those of others.
        let id =
            (opened.status() == 201).then(|| opened.json()["id"].as_str().map(str::to_owned))??;
        self.counts.tables.fetch_add(1, Relaxed);
        self.chairs().entry(game).or_default().extend(vec![id.clone(); seats - 1]);
        Some(id)
    }

    fn chairs(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Vec<String>>> {
        self.chairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn guest(&self) -> (String, String) {
        let guest = Request::new(self.address, "POST", "/api/guest").await;
        assert_eq!(guest.status(), 201, "{}", guest.text());
        self.counts.guests.fetch_add(1, Relaxed);
        let guest = guest.json();
        let text = |name: &str| guest[name].as_str().expect("a text").to_owned();
        (text("username"), text("token"))
    }
}

/// Why somebody is no longer at a table.
#[derive(Debug, PartialEq, Eq)]
enum Gone {
    /// Cut off: the way back is open.
    Cut,
    /// By choice, or since the table is closed.
    Away,
}

/// One who comes.
#[derive(Debug)]
pub(crate) struct Regular {
    name: String,
    token: String,
    random: fastrand::Rng,
    view: Value,
    last: Option<u64>,
    ids: u64,
}

impl Regular {
    /// Somebody new.
    pub(crate) async fn new(house: &House, seed: u64) -> Self {
        let (name, token) = house.guest().await;
        let random = fastrand::Rng::with_seed(seed);
        Self { name, token, random, view: Value::Null, last: None, ids: 0 }
    }

    /// Comes and goes until the house closes.
    pub(crate) async fn live(mut self, house: &House, mut storms: watch::Receiver<Storm>) {
        while house.open.load(Relaxed) {
            let (game, seats) = GAMES[self.random.usize(..GAMES.len())];
            if let Some(id) = house.chair(game, seats, &self.token).await {
                (self.last, self.view) = (None, Value::Null);
                // However long one has been there, it is as likely to go: those who have come at the same time do not all
                // go at the same time, and the house is as full at any time.
                let mut stays = 0;
                while self.random.u32(..STAYS) != 0 {
                    stays += 1;
                }
                let path = format!("/ws/{game}/{id}/");
                while house.open.load(Relaxed)
                    && let Some(socket) = self.sit_down(house, &path).await
                    && self.stay(house, socket, &mut storms, &mut stays).await == Gone::Cut
                {
                }
            }
            if self.random.u8(..20) == 0 {
                // Somebody else comes instead.
                (self.name, self.token) = house.guest().await;
            }
        }
    }

    /// The way to a chair; nothing where the table is full or closed.
    async fn sit_down(&mut self, house: &House, path: &str) -> Option<Socket> {
        let handshake = Handshake::new(Request::new(house.address, "GET", path));
        let handshake = handshake.bearer(&self.token).v1();
        let handshake = match self.last {
            Some(seq) => handshake.after(seq),
            None => handshake,
        };
        let mut socket = handshake.open().await.ok()?;
        let welcome = socket.heard().await.ok()?;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        if self.last.is_some() {
            let resumed = welcome["data"]["resumed"] == true;
            let counts = &house.counts;
            let count = if resumed { &counts.resumed } else { &counts.anew };
            count.fetch_add(1, Relaxed);
        }
        self.last = welcome["seq"].as_u64();
        Some(socket)
    }

    /// Plays and talks, until it goes or is cut off.
    async fn stay(
        &mut self,
        house: &House,
        mut socket: Socket,
        storms: &mut watch::Receiver<Storm>,
        stays: &mut u32,
    ) -> Gone {
        let mut speaks = self.next(house);
        storms.mark_unchanged();
        while house.open.load(Relaxed) {
            tokio::select! {
                frame = socket.heard() => match frame {
                    Ok(frame) => self.hear(&frame, &house.counts),
                    Err(1006) => return Gone::Cut,
                    Err(code) => {
                        assert!([1000, 4040].contains(&code), "closed with {code}");
                        house.counts.closed.fetch_add(1, Relaxed);
                        return Gone::Away;
                    }
                },
                () = sleep_until(speaks) => {
                    speaks = self.next(house);
                    let (kind, data) = match stays.checked_sub(1) {
                        Some(left) => {
                            *stays = left;
                            self.choose()
                        }
                        None => ("leave", Value::Null),
                    };
                    self.ids += 1;
                    house.counts.sent.fetch_add(1, Relaxed);
                    socket.send_as(&self.ids.to_string(), kind, data).await;
                }
                storm = storms.changed() => {
                    if storm.is_ok() && self.random.u32(..*storms.borrow()) == 0 {
                        return Gone::Cut;
                    }
                }
            }
        }
        Gone::Away
    }

    fn next(&mut self, house: &House) -> Instant {
        Instant::now() + Duration::from_millis(self.random.u64(THINKS) / house.hurry)
    }

    fn hear(&mut self, frame: &Value, counts: &Counts) {
        let seq = frame["seq"].as_u64().expect("a number");
        assert!(self.last.is_some_and(|last| last <= seq), "{seq} after {:?}", self.last);
        self.last = Some(seq);
        match frame["type"].as_str() {
            Some("ack") => drop(counts.acked.fetch_add(1, Relaxed)),
            Some("error") => {
                let code = frame["data"]["code"].as_str().unwrap_or_default();
                assert!(!["internal", "rate_limited", "malformed"].contains(&code), "{frame}");
                counts.refused.fetch_add(1, Relaxed);
            }
            Some("load_game") => self.view = frame["data"].clone(),
            Some("update") if frame["data"]["to_update"] != "balance" => {
                self.view = frame["data"].clone();
            }
            _ => {}
        }
    }

    /// Something to send: what the game waits for, as far as it is known here, and a word now and then.
    fn choose(&mut self) -> (&'static str, Value) {
        let line = |random: &mut fastrand::Rng| {
            ("chat_msg", json!({ "msg": format!("{:x}", random.u128(..)) }))
        };
        if self.random.u8(..10) == 0 {
            return line(&mut self.random);
        }
        if let Some(cells) = self.view["cells"].as_array() {
            let free: Vec<usize> = (0..9).filter(|&cell| cells[cell].is_null()).collect();
            let turn = self.view["turn"].as_u64().and_then(|turn| usize::try_from(turn).ok());
            let mine = turn.is_some_and(|turn| self.view["players"][turn] == self.name.as_str());
            return match self.random.choice(&free) {
                Some(&cell) if mine && self.view["winner"].is_null() => {
                    ("place", json!({ "cell": cell }))
                }
                _ => line(&mut self.random),
            };
        }
        let legal = self.view["legal"].as_array().and_then(|legal| self.random.choice(legal));
        match (self.view["stage"].as_str(), legal) {
            (Some("dealing"), Some(legal)) => ("action", json!({ "move": legal })),
            (Some("betting"), _) if self.random.bool() => {
                ("place_bet", json!({"bet": self.random.u32(1..=5)}))
            }
            _ => ("ready_up", json!({"ready": true})),
        }
    }
}
