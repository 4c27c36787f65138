//! Blackjack players that know all they have been told.

use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::{Value, json};

/// One at a table, with the last view heard.
pub(crate) struct Seat {
    pub(crate) guest: Guest,
    pub(crate) socket: Socket,
    pub(crate) view: Value,
}

impl Seat {
    /// Takes a seat.
    pub(crate) async fn take(site: &TestSite, guest: &Guest, table: &Table) -> Self {
        Self::at(site, guest, &table.socket("")).await
    }

    /// Opens the socket of this address.
    pub(crate) async fn at(site: &TestSite, guest: &Guest, path: &str) -> Self {
        let mut socket = site.socket(path).bearer(&guest.token).await;
        let view = socket.expect("load_game").await["data"].take();
        Self { guest: guest.clone(), socket, view }
    }

    /// Hears everything that is on its way, and returns the code of the last refusal among it, and the balance.
    async fn catch_up(&mut self) -> (Option<String>, String) {
        self.socket.send_text(r#"{"type":"request_user_balance"}"#).await;
        let mut refused = None;
        loop {
            let mut frame = self.socket.next_frame().await;
            match (frame["type"].as_str(), frame["data"]["to_update"].as_str()) {
                (Some("error"), _) => {
                    refused = frame["data"]["code"].as_str().map(ToOwned::to_owned);
                }
                (Some("update"), Some("balance")) => {
                    let balance = frame["data"]["balance"].as_str().expect("a balance");
                    return (refused, balance.to_owned());
                }
                (Some("load_game" | "update"), _) => self.view = frame["data"].take(),
                _ => {}
            }
        }
    }

    /// The game as it stands.
    pub(crate) async fn look(&mut self) -> &Value {
        let (refused, _) = self.catch_up().await;
        assert_eq!(refused, None, "nothing was refused");
        &self.view
    }

    /// What can be spent.
    pub(crate) async fn balance(&mut self) -> String {
        self.catch_up().await.1
    }

    /// Sends a message that must be accepted.
    pub(crate) async fn play(&mut self, kind: &str, data: Value) {
        let tried = self.attempt(kind, data.clone()).await;
        assert_eq!(tried, None, "{kind} {data} in {}", self.view);
    }

    /// Sends a message, and returns the code where it is refused.
    pub(crate) async fn attempt(&mut self, kind: &str, data: Value) -> Option<String> {
        self.socket.send(kind, data).await;
        self.catch_up().await.0
    }

    /// Sends a message that must be refused with this code, and must change nothing.
    pub(crate) async fn refused(&mut self, kind: &str, data: Value, code: &str) {
        let before = self.look().await.clone();
        let tried = self.attempt(kind, data.clone()).await;
        assert_eq!(tried.as_deref(), Some(code), "{kind} {data} in {before}");
        assert_eq!(self.look().await, &before, "{kind} {data}");
    }

    /// The stage of the round.
    pub(crate) fn stage(&self) -> &str {
        self.view["stage"].as_str().expect("a stage")
    }

    /// Whether a hand of this player's waits for a move.
    pub(crate) fn is_active(&self) -> bool {
        let mine = |hand: &&Value| hand["player"] == self.guest.name && hand["active"] == true;
        self.stage() == "dealing" && self.view["hands"].as_array().unwrap().iter().any(|h| mine(&h))
    }
}

/// Plays rounds until cards are dealt to all of these with these bets, each of whom has a move to make, under a dealer's
/// card that promises nothing.
pub(crate) async fn deal(seats: &mut [Seat], bet: &str) {
    for _ in 0..100 {
        for seat in &mut *seats {
            seat.play("place_bet", json!({ "bet": bet })).await;
        }
        for seat in &mut *seats {
            seat.play("ready_up", json!({"ready": "1"})).await;
        }
        let mut good = true;
        for seat in &mut *seats {
            seat.look().await;
            let shown = seat.view["dealer"]["hand"][0].as_str().expect("the dealer's card");
            good &= seat.is_active() && !shown.starts_with('A');
        }
        if good {
            return;
        }
        finish(seats).await;
        next_round(seats).await;
    }
    panic!("no round begins as it should");
}

/// Everyone stays until the round is settled.
pub(crate) async fn finish(seats: &mut [Seat]) {
    for _ in 0..100 {
        for seat in &mut *seats {
            seat.look().await;
            if seat.is_active() {
                seat.play("action", json!({"move": "stay"})).await;
            }
        }
        if seats[0].look().await["stage"] == "ending" {
            return;
        }
    }
    panic!("the round never ends");
}

/// Everyone is ready for the next round.
pub(crate) async fn next_round(seats: &mut [Seat]) {
    for seat in &mut *seats {
        seat.play("ready_up", json!({"ready": true})).await;
    }
    for seat in seats {
        assert_eq!(seat.look().await["stage"], "betting");
    }
}

/// An amount in hundredths.
pub(crate) fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap_or_else(|| panic!("{amount} is an amount"));
    let (whole, hundredths) = text.split_once('.').expect("two decimals");
    assert_eq!(hundredths.len(), 2, "{text}");
    format!("{whole}{hundredths}").parse().expect("an amount")
}
