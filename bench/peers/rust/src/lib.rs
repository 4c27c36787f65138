//! What the servers share: what a table counts, and the frames that are told of it.

use serde::{Deserialize, Serialize};
use std::{env, io, sync::LazyLock};
use tokio::net::TcpListener;

/// The state in every update: with its quotes, 406 bytes.
static STATE: LazyLock<String> = LazyLock::new(|| "s".repeat(404));

/// What a table counts.
#[derive(Debug, Default)]
pub struct Count {
    moves: u64,
    seats: u64,
}

impl Count {
    /// Takes the next seat.
    pub fn sit(&mut self) -> u64 {
        self.seats += 1;
        self.seats - 1
    }

    /// The game as it stands.
    pub fn game(&self) -> Game {
        Game { players: self.seats, moves: self.moves }
    }

    /// Counts a move.
    pub fn count(&mut self, Move { n, t }: Move, by: u64) -> Update {
        self.moves += 1;
        Update { n, t, seq: self.moves, by, state: &STATE }
    }
}

/// What a player sends.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Move {
    n: u64,
    t: u64,
}

/// What everyone at the table is told.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Update {
    n: u64,
    t: u64,
    seq: u64,
    by: u64,
    state: &'static str,
}

/// What one who comes in is told.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Game {
    players: u64,
    moves: u64,
}

/// A frame of a plain socket, as it comes in.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Ask {
    Move(Move),
    LoadGame,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Tell {
    Update(Update),
    LoadGame(Game),
}

impl Ask {
    /// What a frame asks for, if it is well-formed.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The frame of a move, which is counted.
pub fn update(count: &mut Count, made: Move, by: u64) -> String {
    serde_json::to_string(&Tell::Update(count.count(made, by))).unwrap_or_default()
}

/// The frame of the game as it stands.
pub fn load_game(count: &Count) -> String {
    serde_json::to_string(&Tell::LoadGame(count.game())).unwrap_or_default()
}

/// Listens on the port that the command line names.
pub async fn listener() -> io::Result<TcpListener> {
    let port = env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0_u16);
    TcpListener::bind(("127.0.0.1", port)).await
}
