//! What a site adds: hooks around each connection, groups of its own, routes of its own.

use crate::game::{Action, Counter, Event};
use axum::{extract::Path, http::StatusCode, routing::post};
use parlor::prelude::*;
use parlor_test::TestSite;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One value a connection: it counts the moves that came over it.
struct Friendly {
    moves: u32,
    heard: UnboundedSender<String>,
}

impl Friendly {
    fn tell(&self, what: String) {
        let _ = self.heard.send(what);
    }
}

impl Consumer for Friendly {
    type Game = Counter;

    async fn authorize(&mut self, handshake: &Handshake) -> Result<(), Problem> {
        self.tell(format!("authorize {} {}", handshake.user.name, handshake.spectate));
        match handshake.query.get("word").map(String::as_str) {
            Some("friend") => Ok(()),
            _ => Err(Problem::new(StatusCode::FORBIDDEN, "no_friend", "say the word")),
        }
    }

    async fn connect(&mut self, connection: &Connection<Counter>) {
        self.tell(format!("connect {}", connection.user().name));
        connection.group_add("friends").await;
        connection.send(Event::Whispered { text: "welcome".into() }).await;
    }

    async fn receive(
        &mut self,
        connection: &Connection<Counter>,
        action: &Action,
        verdict: &Result<(), Refusal>,
    ) {
        match (action, verdict) {
            (_, Err(refusal)) => self.tell(format!("refused {}", refusal.code())),
            (Action::Announce { text }, Ok(())) if text == "friends" => {
                connection.send_to_group("friends", &Event::Announced { text: "hi".into() }).await;
            }
            (Action::Announce { text }, Ok(())) if text == "no friends" => {
                connection.group_discard("friends").await;
            }
            (Action::Announce { text }, Ok(())) if text == "out" => {
                connection.close(Close::new(4444, "thrown out"));
            }
            (Action::Stop { .. }, Ok(())) => {
                connection.group_send(Event::Announced { text: "mind the counter".into() }).await;
            }
            (_, Ok(())) => {
                self.moves += 1;
                let text = format!("{} moves", self.moves);
                connection.send(Event::Whispered { text }).await;
            }
        }
    }

    async fn disconnect(&mut self, connection: &Connection<Counter>, code: u16) {
        self.tell(format!("disconnect {} {code} {}", connection.user().name, self.moves));
    }
}

async fn start() -> (TestSite, UnboundedReceiver<String>) {
    let (heard, hears) = unbounded_channel();
    let manager = SessionManager::<Counter>::new()
        .consumer(move || Friendly { moves: 0, heard: heard.clone() });
    let (shouting, closing) = (manager.clone(), manager.clone());
    let shout = move |Path(id): Path<SessionId>, text: String| async move {
        shouting.group_send(id, Event::Announced { text }).await;
        shouting.get(id).map_or("nobody".into(), |row| row.stage)
    };
    let close = move |Path(id): Path<SessionId>| async move {
        closing.close(id).await;
        format!("{}", closing.exists(id))
    };
    let routes =
        axum::Router::new().route("/shout/{id}", post(shout)).route("/close/{id}", post(close));
    (TestSite::start(Site::new("Friends").game(manager).routes(routes)).await, hears)
}

async fn hears(hears: &mut UnboundedReceiver<String>, what: &str) {
    let heard = tokio::time::timeout(parlor_test::http::DEADLINE, hears.recv()).await;
    assert_eq!(heard.expect("a hook is run in time").as_deref(), Some(what));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_run_around_each_connection() {
    let (site, mut heard) = start().await;
    let guest = site.guest().await;
    let name = &guest.name;
    let table = site.table(&guest, "counter").await;
    let refused = site.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (403, "no_friend"));
    hears(&mut heard, &format!("authorize {name} false")).await;
    let row = site.get(&table.row()).await.json();
    assert_eq!(row["players"], 0, "asked before the seat is taken");

    let mut one = site.socket(&table.socket("word=friend")).bearer(&guest.token).await;
    hears(&mut heard, &format!("authorize {name} false")).await;
    hears(&mut heard, &format!("connect {name}")).await;
    one.expect("load_game").await;
    assert_eq!(one.expect("whispered").await["data"]["text"], "welcome");
    let mut two = site.socket(&table.socket("word=friend")).bearer(&guest.token).await;
    two.expect("load_game").await;
    two.expect("whispered").await;
    hears(&mut heard, &format!("authorize {name} false")).await;
    hears(&mut heard, &format!("connect {name}")).await;

    // Fields of the consumer are the connection's state; what it sends comes after what the move told.
    for n in 1..=2 {
        one.send("add", json!({"n": 1})).await;
        one.expect("load_game").await;
        assert_eq!(one.expect("whispered").await["data"]["text"], format!("{n} moves"));
        two.expect("load_game").await;
    }
    two.send("roll", Value::Null).await;
    two.expect("rolled").await;
    assert_eq!(two.expect("whispered").await["data"]["text"], "1 moves");
    one.expect("rolled").await;
    one.send("add", json!({"n": 50})).await;
    one.refused("illegal_move").await;
    hears(&mut heard, "refused illegal_move").await;
    // A message that could not be read is no move, and no hook is asked.
    one.send("add", json!({"n": "x"})).await;
    one.refused("invalid_data").await;

    one.send("announce", json!({"text": "out"})).await;
    assert_eq!(one.close_code().await, 4444);
    hears(&mut heard, &format!("disconnect {name} 4444 2")).await;
    two.close().await;
    hears(&mut heard, &format!("disconnect {name} 1005 1")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_reach_over_sessions_and_a_session_is_a_group() {
    let (site, _heard) = start().await;
    let guests = [site.guest().await, site.guest().await, site.guest().await];
    let (table, other) =
        (site.table(&guests[0], "counter").await, site.table(&guests[1], "counter").await);
    let mut sockets = Vec::new();
    for (guest, table) in guests.iter().zip([&table, &other, &other]) {
        let mut socket = site.socket(&table.socket("word=friend")).bearer(&guest.token).await;
        socket.expect("load_game").await;
        socket.find("whispered").await;
        sockets.push(socket);
    }
    let hi = |frame: &Value| frame["data"]["text"] == "hi";
    sockets[0].send("announce", json!({"text": "friends"})).await;
    for socket in &mut sockets {
        socket.until(hi).await;
    }
    // One who has left the group is told no more; those in another session still are.
    sockets[1].send("announce", json!({"text": "no friends"})).await;
    sockets[1].until(|frame| frame["data"]["text"] == "no friends").await;
    sockets[1].catch_up("the hook has run").await;
    sockets[0].send("announce", json!({"text": "friends"})).await;
    sockets[0].until(hi).await;
    sockets[2].until(hi).await;
    sockets[1].view().await;

    sockets[1].send("stop", json!({"stopped": true})).await;
    for socket in &mut sockets[1..] {
        socket.until(|frame| frame["data"]["text"] == "mind the counter").await;
    }
    sockets[0].view().await;
    let journal = format!("/api/sessions/{}/journal", other.id);
    let records = site.get(&journal).bearer(&guests[0].token).await.json();
    let sent =
        records.as_array().unwrap().iter().filter(|row| row["input"]["type"] == "sent").count();
    assert_eq!(sent, 1, "what a hook sends to the session is in its journal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sites_own_routes_reach_its_sessions() {
    let (site, _heard) = start().await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.socket(&table.socket("word=friend")).bearer(&guest.token).await;
    socket.find("whispered").await;
    let shouted = site.post(&format!("/shout/{}", table.id)).body("from above").await;
    assert_eq!((shouted.status(), &*shouted.text()), (200, "counting"));
    assert!(!shouted.header("content-security-policy").is_empty());
    assert_eq!(socket.expect("announced").await["data"]["text"], "from above");
    let wrong = site.get(&format!("/shout/{}", table.id)).await;
    assert_eq!((wrong.status(), &*wrong.code()), (405, "method_not_allowed"));
    let closed = site.post(&format!("/close/{}", table.id)).await;
    assert_eq!(closed.status(), 200);
    assert_eq!(socket.close_code().await, 4040);
    let gone = site.get(&table.row()).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_session"));
}
