//! One player's bets, raced over two tables and many sockets.

use crate::blackjack::{Seat, cents};
use parlor_test::TestSite;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bets_raced_over_two_tables_stay_within_the_balance() {
    let site = TestSite::start_with(casino::site(), |flags| {
        flags.limits.push("sockets_per_seat=50, sockets_per_user=100".into());
        flags.starting_chips = Some("300.00".into());
    })
    .await;
    let guest = site.guest().await;
    let tables = [site.table(&guest, "blackjack").await, site.table(&guest, "blackjack").await];
    let mut seats = Vec::new();
    for table in tables.iter().cycle().take(40) {
        seats.push(Seat::take(&site, &guest, table).await);
    }
    // Each changes the bet of its table up and down, at once with all others; bets beyond the balance must be refused.
    let playing = seats.into_iter().enumerate().map(|(n, mut seat)| {
        tokio::spawn(async move {
            for round in 0..10 {
                let bet = json!({"bet": format!("{}.50", 1 + (n * 37 + round * 83) % 290)});
                let tried = seat.attempt("place_bet", bet).await;
                assert!(matches!(tried.as_deref(), None | Some("insufficient_funds")), "{tried:?}");
                let balance = seat.balance().await;
                assert!((0..=30_000).contains(&cents(&json!(balance))), "{balance}");
            }
        })
    });
    for played in futures_util::future::join_all(playing).await {
        played.unwrap();
    }
    let mut all = cents(&json!(site.balance(&guest).await));
    for table in &tables {
        let mut seat = Seat::take(&site, &guest, table).await;
        all += cents(&seat.look().await["players"][0]["bet"]);
    }
    assert_eq!(all, 30_000, "balance and escrow are what there was at the start");
    site.expect_chips_conserved().await;
    for table in &tables {
        let mut seat = Seat::take(&site, &guest, table).await;
        seat.play("place_bet", json!({"bet": 0})).await;
        seat.look().await;
    }
    assert_eq!(site.balance(&guest).await, "300.00");
    site.expect_chips_conserved().await;
}

/// The same message on every socket of a seat at once is played as often as it is legal, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_is_played_once_whoever_plays_it() {
    let site = TestSite::start(casino::site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "blackjack").await;
    let mut seats = [Seat::take(&site, &guest, &table).await];
    crate::blackjack::deal(&mut seats, "100").await;
    let before = cents(&json!(seats[0].balance().await));
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(Seat::take(&site, &guest, &table).await);
    }
    let doubling = others.into_iter().map(|mut seat| {
        tokio::spawn(async move { seat.attempt("action", json!({"move": "double"})).await })
    });
    let tried = futures_util::future::join_all(doubling).await;
    let accepted = tried.into_iter().filter(|tried| tried.as_ref().unwrap().is_none()).count();
    assert_eq!(accepted, 1);
    crate::blackjack::finish(&mut seats).await;
    let view = seats[0].look().await.clone();
    let hand: &Value = &view["hands"][0];
    assert_eq!(hand["bet"], "200.00");
    let paid = match hand["outcome"].as_str().unwrap() {
        "Win" | "Dealer Bust" => 40_000,
        "Push" => 20_000,
        _ => 0,
    };
    assert_eq!(cents(&json!(seats[0].balance().await)), before - 10_000 + paid, "{view}");
    site.expect_chips_conserved().await;
}
