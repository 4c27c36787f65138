//! Those who ask for far more than they may are refused and closed, and nobody else hears of it.

use crate::game::site;
use futures_util::future::join_all;
use parlor_test::{Guest, Table, TestSite};
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

/// How many moves each honest player makes: within what one may make at once.
const MOVES: usize = 60;

/// How many handshakes may be made, or fail, before the rest is refused: 60 a minute, and what a slow machine earns anew.
const AT_ONCE: u32 = 120;

const LIMITS: &str = "messages_per_second=20, messages_burst=100, flood_for=1s, \
    failed_handshakes=60, handshakes_per_user=60, login_failures=5";

/// Sends as fast as it can, until it is closed.
async fn shouts(site: &TestSite, guest: &Guest, table: &Table) {
    let mut socket = site.watch(guest, table).await;
    let code = loop {
        for _ in 0..50 {
            socket.send("chat_msg", json!({"msg": "buy"})).await;
        }
        if let Err(code) = socket.heard().await {
            break code;
        }
    };
    // What is sent to one who has said goodbye makes the system cut the connection, at times before that is heard.
    assert!([4029, 1006].contains(&code), "{code}");
}

/// Sends what is too large, and comes back for more, until it may not come back.
async fn stuffs(site: &TestSite, guest: &Guest, table: &Table) {
    let large = "x".repeat((64 << 10) + 1);
    for _ in 0..10 {
        let mut socket = site.watch(guest, table).await;
        socket.send_text(&large[..17 << 10]).await;
        socket.refused("too_large").await;
        socket.send_text(&large).await;
        let code = socket.close_code().await;
        assert!([1009, 1006].contains(&code), "{code}");
    }
}

/// Knocks without a token, and with those of nobody.
async fn knocks(site: &TestSite, table: &Table) {
    let mut refused = 0;
    for n in 0..300 {
        let status = site.socket(&table.socket("")).bearer(&n.to_string()).refusal().await.status();
        assert!(status == 429 || status == 401 && n - refused < AT_ONCE, "{n}: {status}");
        refused += u32::from(status == 429);
    }
    assert!(refused > 0);
}

/// Knocks with a token that is good, far too often.
async fn rings(site: &TestSite, guest: &Guest, table: &Table) {
    let path = table.socket("spectate=true");
    let mut opened = 0;
    for n in 0..300 {
        match site.socket(&path).bearer(&guest.token).open().await {
            Ok(socket) => {
                opened += 1;
                assert!(opened <= AT_ONCE, "{opened} of {n}");
                socket.close().await;
            }
            Err(status) => assert_eq!(status, 429, "{n}"),
        }
    }
}

/// Guesses passwords.
async fn guesses(site: &TestSite) {
    let guess = |n: usize| {
        let body = json!({"username": "ann", "password": format!("guess {n}")});
        site.post("/api/login").json(body).into_future()
    };
    for round in 0..5 {
        let answers = join_all((0..20).map(|n| guess(round * 20 + n))).await;
        let looked_at = answers.iter().filter(|answer| answer.status() == 401).count();
        assert!(looked_at <= 5, "{looked_at} of 20 passwords were looked at");
        assert!(answers.iter().all(|answer| [401, 429, 503].contains(&answer.status())));
    }
}

/// Plays, and is answered every time.
async fn plays(site: &TestSite, guest: &Guest, table: &Table, round: usize) {
    let mut socket = site.sit_v1(guest, table).await;
    for n in 0..MOVES {
        let id = format!("{round} {n}");
        socket.send_as(&id, "add", json!({"n": 1})).await;
        socket.acked(&id).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_others_are_answered_while_a_few_ask_for_far_too_much() {
    let site = TestSite::start_with(site(), |flags| flags.limits.push(LIMITS.into())).await;
    let host = site.guest().await;
    let theirs = site.table(&host, "counter").await;
    let mut tables = Vec::new();
    for _ in 0..6 {
        let players = [site.guest().await, site.guest().await, site.guest().await];
        let table = site.table(&players[0], "counter").await;
        tables.push((players, table));
    }
    let attackers =
        [site.guest().await, site.guest().await, site.guest().await, site.guest().await];
    let attacked = AtomicBool::new(false);
    let attack = async {
        let (shouting, stuffing) = (&attackers[..2], &attackers[2]);
        let shouting = join_all(shouting.iter().map(|guest| shouts(&site, guest, &theirs)));
        let stuffing = stuffs(&site, stuffing, &theirs);
        let knocking = knocks(&site, &theirs);
        let ringing = rings(&site, &attackers[3], &theirs);
        let all = async { tokio::join!(shouting, stuffing, knocking, ringing, guesses(&site)) };
        let all = tokio::time::timeout(Duration::from_secs(60), all).await;
        all.expect("whoever asks for too much is closed");
        attacked.store(true, Relaxed);
    };
    // Again and again, until the attack is over: each time as somebody who sat down anew.
    let play = async {
        let mut rounds = 0;
        while !attacked.load(Relaxed) || rounds == 0 {
            let all = tables
                .iter()
                .flat_map(|(players, table)| players.iter().map(move |player| (player, table)));
            join_all(all.map(|(player, table)| plays(&site, player, table, rounds))).await;
            rounds += 1;
        }
        rounds
    };
    let (rounds, ()) = tokio::join!(play, attack);
    for (players, table) in &tables {
        let view = site.sit(&players[0], table).await.view().await;
        assert_eq!(view["count"], rounds * MOVES * players.len(), "each move, and each once");
    }
    for limit in [
        "flood_for",
        "messages_per_second",
        "message_bytes",
        "close_bytes",
        "failed_handshakes",
        "handshakes_per_user",
        "login_failures",
    ] {
        assert!(site.hits(limit).await > 0, "{limit}");
    }
    site.closes(4029, 2).await;
    site.closes(1009, 10).await;
}
