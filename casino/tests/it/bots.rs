//! The casino's bots: people play whole games with them.

use crate::{blackjack::Seat, commands::run};
use parlor_test::{Socket, TestSite};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than a bot takes for a move.
const PAUSE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_plays_tic_tac_toe_against_the_bot_and_another_takes_its_place() {
    let site = TestSite::start(casino::site()).await;
    site.stand_still();
    let (ann, bob) = (site.guest().await, site.guest().await);
    let table = site.table(&ann, "tic-tac-toe").await;
    let mut socket = site.sit(&ann, &table).await;
    let added = site.post(&format!("{}/bots", table.row())).bearer(&ann.token).await;
    let bot = added.json()["name"].clone();
    let mut view = socket.until(|frame| frame["data"]["players"][1] == bot).await["data"].take();
    // Ann takes the first free cell, each time.
    while view["winner"].is_null() && open(&view).next().is_some() {
        let cell = open(&view).next().expect("a free cell");
        socket.send("place", json!({ "cell": cell })).await;
        socket.until(|frame| frame["data"]["cells"][cell] == 0).await;
        site.advance(PAUSE).await;
        view = now(&mut socket).await;
    }
    assert_ne!(view["winner"], 0, "it does not lose");
    // A table whose game is over is no place to begin.
    let elsewhere = site.post("/api/games/tic-tac-toe/quick-play").bearer(&bob.token).await;
    assert_eq!(elsewhere.status(), 201);
    socket.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(socket.close_code().await, 1000);

    let table = site.table(&ann, "tic-tac-toe").await;
    let mut socket = site.sit(&ann, &table).await;
    assert_eq!(site.post(&format!("{}/bots", table.row())).bearer(&ann.token).await.status(), 201);
    socket.send("place", json!({"cell": 4})).await;
    socket.until(|frame| frame["data"]["cells"][4] == 0).await;
    site.advance(PAUSE).await;
    let before = now(&mut socket).await["cells"].clone();
    assert_eq!(open(&json!({ "cells": before })).count(), 7);
    let _bob = site.sit(&bob, &table).await;
    let after = socket.until(|frame| frame["data"]["players"][1] == bob.name).await;
    assert_eq!(after["data"]["cells"], before, "he plays on where the bot stood");
    drop(socket);
    let folder = site.stop().await;
    let (status, told) = run(&["verify"], &folder.database());
    assert_eq!((status, &*told), (0, "3 sessions looked at, 0 faults\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_plays_ten_hands_of_blackjack_beside_two_bots() {
    let site = TestSite::start(casino::site()).await;
    site.stand_still();
    let ann = site.guest().await;
    let table = site.table(&ann, "blackjack").await;
    let mut seat = Seat::take(&site, &ann, &table).await;
    let mut bots = Vec::new();
    for _ in 0..2 {
        let added = site.post(&format!("{}/bots", table.row())).bearer(&ann.token).await;
        bots.push(added.json()["name"].clone());
    }
    for _ in 0..10 {
        seat.play("place_bet", json!({"bet": "5.00"})).await;
        seat.play("ready_up", json!({"ready": true})).await;
        until(&site, &mut seat, "ending").await;
        let hands = seat.view["hands"].as_array().expect("hands").clone();
        assert!(hands.iter().all(|hand| !hand["outcome"].is_null()), "{hands:?}");
        for bot in &bots {
            let theirs = hands.iter().filter(|hand| hand["player"] == *bot);
            assert!(theirs.clone().count() > 0, "{bot} has bet: {hands:?}");
        }
        site.expect_chips_conserved().await;
        seat.play("ready_up", json!({"ready": true})).await;
        until(&site, &mut seat, "betting").await;
    }
    let names = seat.view["players"].as_array().expect("players").iter().map(|p| &p["player"]);
    assert_eq!(names.collect::<Vec<_>>(), [&json!(ann.name), &bots[0], &bots[1]]);
    drop(seat);
    let folder = site.stop().await;
    let (status, told) = run(&["verify"], &folder.database());
    assert_eq!((status, &*told), (0, "1 sessions looked at, 0 faults\n"));
}

/// Time goes by, and Ann plays as the hint says, until the round is at that stage.
async fn until(site: &TestSite, seat: &mut Seat, stage: &str) {
    for _ in 0..100 {
        seat.look().await;
        if seat.stage() == stage {
            return;
        }
        match seat.view["hint"].as_str().map(ToOwned::to_owned) {
            Some(hint) if seat.is_active() => seat.play("action", json!({ "move": hint })).await,
            _ => site.advance(PAUSE).await,
        }
    }
    panic!("it is never {stage}: {}", seat.view);
}

/// The game as it stands, once all that was on its way is heard.
async fn now(socket: &mut Socket) -> Value {
    socket.catch_up("and now").await;
    socket.view().await
}

/// The cells that are free.
fn open(view: &Value) -> impl Iterator<Item = usize> {
    let cells = view["cells"].as_array().expect("cells").clone();
    (0..9).filter(move |&cell| cells[cell].is_null())
}
