//! Everyone is cut off at once, and comes back at once: by a network that fails, and by a program that is killed.

use crate::program::{Program, folder};
use futures_util::future::join_all;
use parlor_test::{Socket, http::Request, socket::Handshake};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How many sit at one table.
const PLAYERS: usize = 5;

/// How many lines are missed by those who come back.
const MISSED: usize = 3;

/// How long it may take until everyone is back.
const BACK: Duration = Duration::from_secs(15);

/// How long it may take from the open socket to the game, for 99 of 100.
const SHOWN: Duration = Duration::from_secs(1);

const SETTINGS: [&str; 8] = [
    "--database-url",
    "sqlite://storms.db",
    "--seat-grace",
    "3600s",
    "--turn-time",
    "3600s",
    "--limit",
    "guests_per_hour=1000000,handshakes_per_user=1000000,messages_per_second=1000000",
];

/// How many clients there are: `PARLOR_CLIENTS`, or 500.
fn clients() -> usize {
    std::env::var("PARLOR_CLIENTS").map_or(500, |count| count.parse().expect("a number of clients"))
}

/// One at a table, with the number heard last and the game as it was shown last.
struct Client {
    token: String,
    session: String,
    last: u64,
    view: Value,
}

/// One who has come back: the lines heard on the way, and how long it took from the open socket to the game.
struct Back {
    socket: Socket,
    lines: Vec<String>,
    took: Duration,
}

impl Client {
    async fn guest(address: SocketAddr) -> Self {
        let guest = Request::new(address, "POST", "/api/guest").await.json();
        let token = guest["token"].as_str().expect("a token").to_owned();
        Self { token, session: String::new(), last: 0, view: Value::Null }
    }

    async fn open_table(&self, address: SocketAddr) -> String {
        let created = Request::new(address, "POST", "/api/games/blackjack/sessions");
        let created = created.bearer(&self.token).json(json!({})).await.json();
        created["id"].as_str().expect("an id").to_owned()
    }

    fn handshake(&self, address: SocketAddr) -> Handshake {
        let path = format!("/ws/blackjack/{}/", self.session);
        Handshake::new(Request::new(address, "GET", &path)).bearer(&self.token).v1()
    }

    /// Takes the seat, bets, and hears all there is to hear until `heard` is said.
    async fn sit(&mut self, address: SocketAddr) -> Socket {
        let mut socket = self.handshake(address).await;
        socket.welcomed().await;
        socket.send_as("bet", "place_bet", json!({"bet": "5"})).await;
        socket.acked("bet").await;
        socket
    }

    /// Hears everything that is on its way, up to the answer to a question.
    async fn settle(&mut self, socket: &mut Socket) {
        socket.send_as("look", "load_game", json!(null)).await;
        let (mut frames, last) = socket.acked("look").await;
        self.last = last;
        self.view = frames.pop().expect("the game")["data"].take();
    }

    /// Comes back to what is missed, all of it, in order and once.
    async fn back(&self, address: SocketAddr) -> Back {
        let mut socket = self.handshake(address).after(self.last).await;
        let opened = Instant::now();
        let welcome = socket.expect("welcome").await;
        assert_eq!(welcome["data"]["resumed"], true, "{welcome}");
        assert_eq!(welcome["seq"], self.last, "{welcome}");
        let (mut seq, mut lines) = (self.last, Vec::new());
        loop {
            let frame = socket.next_frame().await;
            let number = frame["seq"].as_u64().expect("a number");
            assert!(number >= seq, "{number} comes after {seq}");
            if frame["type"] == "load_game" {
                assert_eq!(frame["data"], self.view, "the game as it stood");
                return Back { socket, lines, took: opened.elapsed() };
            }
            assert!(number > seq && frame["type"] == "chat_msg", "{frame}");
            seq = number;
            lines.push(frame["data"]["msg"].as_str().expect("a line").to_owned());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_back_at_once_and_has_missed_nothing() {
    let folder = folder();
    let mut program = Program::start(folder.path(), &SETTINGS, &[]);
    let mut address = program.address();
    let mut clients: Vec<Client> = join_all((0..clients()).map(|_| Client::guest(address))).await;
    for table in clients.chunks_mut(PLAYERS) {
        let session = table[0].open_table(address).await;
        table.iter_mut().for_each(|client| client.session.clone_from(&session));
    }
    let mut sockets = join_all(clients.iter_mut().map(|client| client.sit(address))).await;
    settle(&mut clients, &mut sockets).await;
    let tables = clients.len().div_ceil(PLAYERS);
    let replays = async |program: &Program| {
        let metrics = program.ask("GET", "/metrics").await.text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("parlor_replays_total "));
        line.expect("the metric").parse::<usize>().expect("a number")
    };

    for cause in ["the network fails", "the program is killed"] {
        let cut = Instant::now();
        drop(sockets);
        if cause == "the program is killed" {
            tokio::task::block_in_place(|| {
                program.kill();
                program = Program::start(folder.path(), &SETTINGS, &[]);
            });
            address = program.address();
        }
        let before = replays(&program).await;
        // One of each table is back first, and says something that the others miss.
        let first: Vec<&Client> = clients.iter().step_by(PLAYERS).collect();
        let first = join_all(first.into_iter().map(|client| async move {
            let mut back = client.back(address).await;
            assert!(back.lines.is_empty());
            for n in 0..MISSED {
                back.socket.catch_up(&format!("{cause} {n}")).await;
            }
            back
        }));
        let mut first = first.await.into_iter();
        let rest = clients.iter().enumerate().filter(|(n, _)| n % PLAYERS > 0);
        let rest = join_all(rest.map(|(_, client)| client.back(address))).await;
        let lasted = cut.elapsed();
        let missed: Vec<String> = (0..MISSED).map(|n| format!("{cause} {n}")).collect();
        assert!(rest.iter().all(|back| back.lines == missed), "everyone hears what was missed");
        let mut took: Vec<Duration> = rest.iter().map(|back| back.took).collect();
        took.sort();
        let p99 = took[took.len() * 99 / 100];
        eprintln!(
            "{cause}: {} clients at {tables} tables back {lasted:.1?} after the cut, 0 gaps; \
             99 of 100 have the game {p99:.1?} after their socket opened",
            clients.len()
        );
        assert!(lasted < BACK, "everyone is back after {lasted:?}");
        assert!(p99 < SHOWN, "99 of 100 have the game after {p99:?}");
        let woken = replays(&program).await - before;
        assert!(woken <= tables, "{tables} tables were read {woken} times");
        let mut rest = rest.into_iter();
        sockets = (0..clients.len())
            .map(|n| if n % PLAYERS == 0 { first.next() } else { rest.next() })
            .map(|back| back.expect("one for each").socket)
            .collect();
        settle(&mut clients, &mut sockets).await;
    }
}

/// Everyone hears everything that is on its way.
async fn settle(clients: &mut [Client], sockets: &mut [Socket]) {
    let settling = clients.iter_mut().zip(sockets).map(|(client, socket)| client.settle(socket));
    join_all(settling).await;
}
