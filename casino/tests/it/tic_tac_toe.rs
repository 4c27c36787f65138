//! Tic-tac-toe, the smallest game there is.

use parlor_test::{Socket, TestSite};
use serde_json::{Value, json};

async fn place(socket: &mut Socket, cell: Value) {
    socket.send("place", json!({ "cell": cell })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_play_in_turn_until_one_has_won() {
    let site = TestSite::start(casino::site()).await;
    let guests = [site.guest().await, site.guest().await];
    let table = site.table(&guests[0], "tic-tac-toe").await;
    let mut sockets = [site.sit(&guests[0], &table).await, site.sit(&guests[1], &table).await];
    let board = sockets[0].expect("load_game").await["data"].take();
    assert_eq!(
        board,
        json!({
            "cells": [null, null, null, null, null, null, null, null, null],
            "turn": 0, "winner": null, "players": [guests[0].name, guests[1].name],
        })
    );
    let late = site.guest().await;
    let full = site.socket(&table.socket("")).bearer(&late.token).refusal().await;
    assert_eq!((full.status(), &*full.code()), (409, "session_full"));
    // The order of the checks: what can't mean anything, the stage, the turn, the rules.
    place(&mut sockets[1], json!(9)).await;
    sockets[1].refused("invalid_data").await;
    place(&mut sockets[1], json!(0)).await;
    sockets[1].refused("not_your_turn").await;
    for (cell, (mover, other)) in [0, 3, 1, 4].into_iter().zip([(0, 1), (1, 0)].into_iter().cycle())
    {
        place(&mut sockets[mover], json!(cell)).await;
        let [mine, theirs] =
            [sockets[mover].expect("load_game").await, sockets[other].expect("load_game").await];
        assert_eq!(mine["data"], theirs["data"]);
        assert_eq!(mine["data"]["cells"][cell], mover);
        assert_eq!(mine["data"]["turn"], other);
    }
    place(&mut sockets[1], json!(0)).await;
    sockets[1].refused("not_your_turn").await;
    place(&mut sockets[0], json!(3)).await;
    sockets[0].refused("illegal_move").await;
    place(&mut sockets[0], json!(2)).await;
    assert_eq!(sockets[0].expect("load_game").await["data"]["winner"], 0);
    place(&mut sockets[1], json!(5)).await;
    sockets[1].refused("wrong_stage").await;
    place(&mut sockets[1], json!("5")).await;
    sockets[1].refused("invalid_data").await;
}
