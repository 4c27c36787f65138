//! A blackjack player over `parlor.v1` that trusts nobody: it writes down all it sent and all it was answered.

use crate::hearing::Hearing;
use parlor_test::{Socket, http::Request, socket::Handshake};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
};
use tokio::sync::watch;

/// How many messages are on their way at once.
const WINDOW: usize = 8;

/// Where the site is, and whether there is still to be played.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) playing: bool,
}

/// What became of one message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fate {
    /// Whether it is a move or a line of chat, and so leaves a record.
    pub(crate) applies: bool,
    pub(crate) copies: u32,
    pub(crate) acks: u32,
    pub(crate) refusals: u32,
    /// Whether a connection was cut before a copy of it was answered.
    pub(crate) cut: bool,
}

/// One bot, with its log.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) session: String,
    pub(crate) watches: bool,
    random: fastrand::Rng,
    unanswered: VecDeque<(String, Value)>,
    /// Copies that are on their way on this connection.
    pending: BTreeMap<String, u32>,
    pub(crate) fates: BTreeMap<String, Fate>,
    pub(crate) hearing: Hearing,
    /// The game as it was shown last.
    pub(crate) view: Value,
}

impl Bot {
    pub(crate) fn new(who: &Value, session: &str, watches: bool, seed: u64) -> Self {
        let text = |name: &str| who[name].as_str().expect("a text").to_owned();
        Self {
            name: text("username"),
            token: text("token"),
            session: session.to_owned(),
            watches,
            random: fastrand::Rng::with_seed(seed),
            unanswered: VecDeque::new(),
            pending: BTreeMap::new(),
            fates: BTreeMap::new(),
            hearing: Hearing::default(),
            view: Value::Null,
        }
    }

    /// Plays, over as many connections as it takes, until there is nothing more to play and all is answered.
    pub(crate) async fn play(mut self, mut place: watch::Receiver<Place>) -> (Self, Socket) {
        loop {
            let address = place.borrow_and_update().address;
            // Some forget what they have heard.
            let after = self.hearing.last.filter(|_| self.random.u8(..8) > 0);
            let opened = self.handshake(address, after).attempt().await;
            if let Ok(opened) = opened {
                let mut socket = opened.unwrap_or_else(|status| panic!("not let in: {status}"));
                if self.talk(&mut socket, &mut place).await.is_ok() {
                    return (self, socket);
                }
                self.cut_off();
            }
            // Where the site is gone, it comes back elsewhere.
            while place.borrow_and_update().address == address {
                place.changed().await.expect("the site comes back");
            }
        }
    }

    /// Plays over one connection, until it is cut, and does not come back.
    pub(crate) async fn play_until_cut(mut self, mut place: watch::Receiver<Place>) -> Self {
        let address = place.borrow().address;
        // The site may be gone before everyone has come.
        if let Ok(opened) = self.handshake(address, None).attempt().await {
            let mut socket = opened.unwrap_or_else(|status| panic!("not let in: {status}"));
            let talked = self.talk(&mut socket, &mut place).await;
            assert!(talked.is_err(), "there is always more to play");
        }
        self.cut_off();
        self
    }

    /// What was on its way may have arrived, or not.
    fn cut_off(&mut self) {
        for (id, _) in std::mem::take(&mut self.pending) {
            self.fate(&id).cut = true;
        }
    }

    /// A connection, as one who has heard everything up to that number.
    pub(crate) fn handshake(&self, address: SocketAddr, after: Option<u64>) -> Handshake {
        let query = if self.watches { "?spectate=true" } else { "" };
        let path = format!("/ws/blackjack/{}/{query}", self.session);
        let handshake = Handshake::new(Request::new(address, "GET", &path));
        let handshake = handshake.bearer(&self.token).v1();
        match after {
            Some(seq) => handshake.after(seq),
            None => handshake,
        }
    }

    /// One connection, until it is cut, or until all is played and answered.
    async fn talk(
        &mut self,
        socket: &mut Socket,
        place: &mut watch::Receiver<Place>,
    ) -> Result<(), u16> {
        let welcome = socket.heard().await?;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        self.hear(&welcome);
        for (id, message) in self.unanswered.clone() {
            let copies = if self.random.u8(..) < 100 { self.random.u32(2..=5) } else { 1 };
            for _ in 0..copies {
                self.send(socket, &id, &message).await;
            }
        }
        self.repeat(socket).await;
        loop {
            let playing = place.borrow_and_update().playing;
            if !playing && self.pending.is_empty() {
                assert!(self.unanswered.is_empty(), "{:?}", self.unanswered);
                return Ok(());
            }
            while playing && self.unanswered.len() < WINDOW {
                let message = self.choose();
                let id = format!("{}-{}", self.name, self.fates.len());
                self.fate(&id).applies =
                    !matches!(message["type"].as_str(), Some("load_game" | "request_user_balance"));
                self.unanswered.push_back((id.clone(), message.clone()));
                self.send(socket, &id, &message).await;
            }
            tokio::select! {
                frame = socket.heard() => self.hear(&frame?),
                changed = place.changed() => changed.expect("the site is there"),
            }
        }
    }

    /// Sends one of the last messages that were acknowledged once more, with another body.
    async fn repeat(&mut self, socket: &mut Socket) {
        let acked =
            |id: &String| self.fates.get(id).is_some_and(|fate| fate.acks > 0 && fate.applies);
        let latest = (0..self.fates.len()).rev().map(|n| format!("{}-{n}", self.name));
        if let Some(id) = latest.take(500).find(acked) {
            self.send(socket, &id, &json!({"type": "chat_msg", "data": {"msg": "twice"}})).await;
        }
    }

    async fn send(&mut self, socket: &mut Socket, id: &str, message: &Value) {
        let mut message = message.clone();
        message["id"] = json!(id);
        self.fate(id).copies += 1;
        *self.pending.entry(id.to_owned()).or_default() += 1;
        socket.send_text(&message.to_string()).await;
    }

    fn fate(&mut self, id: &str) -> &mut Fate {
        self.fates.entry(id.to_owned()).or_default()
    }

    /// Writes down what is heard, and what became of what was sent.
    pub(crate) fn hear(&mut self, frame: &Value) {
        self.hearing.hear(frame);
        let data = &frame["data"];
        match frame["type"].as_str().expect("a type") {
            "ack" => self.answered(data, true),
            "error" => {
                let code = data["code"].as_str().expect("a code");
                let judged = !matches!(code, "internal" | "rate_limited" | "malformed");
                assert!(judged, "{frame}");
                self.answered(data, false);
            }
            "load_game" => self.view = data.clone(),
            "update" if data["to_update"] != "balance" => {
                self.view = data.clone();
                self.view.as_object_mut().expect("a view").remove("to_update");
            }
            _ => {}
        }
    }

    fn answered(&mut self, data: &Value, applied: bool) {
        let id = data["id"].as_str().unwrap_or_else(|| panic!("no id in {data}")).to_owned();
        let fate = self.fates.get_mut(&id).expect("an id of mine");
        if applied {
            fate.acks += 1;
        } else {
            assert!(fate.acks == 0 || !fate.applies, "{id} was acknowledged, and then {data}");
            fate.refusals += 1;
        }
        self.unanswered.retain(|(waiting, _)| *waiting != id);
        let left = self.pending.get_mut(&id).expect("a copy that is on its way");
        *left -= 1;
        if *left == 0 {
            self.pending.remove(&id);
        }
    }

    /// Something to send: mostly what the game waits for, as far as it is known here.
    fn choose(&mut self) -> Value {
        let random = &mut self.random;
        let message = |kind: &str, data: Value| json!({"type": kind, "data": data});
        match random.u8(..100) {
            0..10 => {
                let line = format!("line {}", random.u32(..));
                return message("chat_msg", json!({ "msg": line }));
            }
            10..13 => return message("request_user_balance", Value::Null),
            13..15 => return message("load_game", Value::Null),
            15..17 => return message("place_bet", json!({"bet": "0.01"})),
            _ if self.watches => {
                return message("chat_msg", json!({ "msg": format!("I see {}", random.u32(..)) }));
            }
            _ => {}
        }
        match self.view["stage"].as_str() {
            Some("dealing") => {
                let chosen = ["hit", "stay", "stay", "double", "split"][random.usize(..5)];
                message("action", json!({ "move": chosen }))
            }
            Some("betting") if random.bool() => {
                message("place_bet", json!({"bet": random.u32(1..=50)}))
            }
            _ => message("ready_up", json!({"ready": true})),
        }
    }
}
