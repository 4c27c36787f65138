//! The clocks of blackjack over real sockets: who does not play is played for, and holds nobody up.

use crate::blackjack::{Seat, deal, next_round};
use parlor_test::TestSite;
use serde_json::{Value, json};
use std::time::Duration;

const TURN: Duration = Duration::from_secs(30);
const ENDING: Duration = Duration::from_secs(15);
const MILLISECOND: Duration = Duration::from_millis(1);

async fn start() -> (TestSite, [Seat; 2]) {
    let site = TestSite::start(casino::site()).await;
    site.stand_still();
    let guests = [site.guest().await, site.guest().await];
    let table = site.table(&guests[0], "blackjack").await;
    let seats =
        [Seat::take(&site, &guests[0], &table).await, Seat::take(&site, &guests[1], &table).await];
    (site, seats)
}

/// This player's hands.
fn hands(seat: &Seat) -> Vec<&Value> {
    let all = seat.view["hands"].as_array().expect("hands").iter();
    all.filter(|hand| hand["player"] == seat.guest.name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_move_in_the_turn_time_stands() {
    let (site, mut seats) = start().await;
    deal(&mut seats, "10").await;
    assert_eq!(seats[0].view["deadline"], site.wall() + 30_000);
    site.advance(TURN - MILLISECOND).await;
    seats[0].look().await;
    assert!(seats[0].is_active() && seats[1].look().await["stage"] == "dealing");
    // Whoever moves has the whole time again, where there is still something to decide.
    seats[1].play("action", json!({"move": "hit"})).await;
    let again = seats[1].is_active();
    let cards = hands(&seats[0])[0]["hand"].clone();
    site.advance(MILLISECOND).await;
    seats[0].look().await;
    assert!(!seats[0].is_active());
    assert_eq!(hands(&seats[0])[0]["hand"], cards, "who stands gets no card");
    if again {
        assert_eq!(seats[1].look().await["stage"], "dealing");
        site.advance(TURN - 2 * MILLISECOND).await;
        assert_eq!(seats[1].look().await["stage"], "dealing");
        site.advance(MILLISECOND).await;
    }
    assert_eq!(seats[1].look().await["stage"], "ending");
    assert_eq!(seats[1].view["deadline"], site.wall() + 15_000);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finished_round_stays_for_the_ending_time_and_bets_wait_for_the_turn_time() {
    let (site, mut seats) = start().await;
    deal(&mut seats, "10").await;
    site.advance(TURN).await;
    assert_eq!(seats[0].look().await["stage"], "ending");
    site.advance(ENDING - MILLISECOND).await;
    assert_eq!(seats[0].look().await["stage"], "ending");
    site.advance(MILLISECOND).await;
    assert_eq!(seats[0].look().await["stage"], "betting");
    // A table without bets waits for nobody; after the first bet the others have the turn time.
    site.advance(TURN * 10).await;
    assert_eq!(seats[0].look().await["deadline"], Value::Null);
    seats[0].play("place_bet", json!({"bet": "5"})).await;
    assert_eq!(seats[0].view["deadline"], site.wall() + 30_000);
    site.advance(TURN - MILLISECOND).await;
    assert_eq!(seats[0].look().await["stage"], "betting");
    site.advance(MILLISECOND).await;
    assert_ne!(seats[0].look().await["stage"], "betting");
    assert_eq!(seats[1].look().await["hands"].as_array().map(Vec::len), Some(1));
    assert_eq!(hands(&seats[0])[0]["bet"], "5.00");
    site.expect_chips_conserved().await;
}

/// The seat outlives the turn: both are 30 seconds, and the hand is played out before the seat is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_goes_in_the_middle_of_a_hand_holds_nobody_up() {
    let (site, mut seats) = start().await;
    deal(&mut seats, "10").await;
    let [mut stays, goes] = seats;
    let gone = goes.guest.name.clone();
    drop(goes);
    site.connections(1).await;
    stays.play("action", json!({"move": "stay"})).await;
    site.advance(TURN - MILLISECOND).await;
    assert_eq!(stays.look().await["stage"], "dealing");
    assert_eq!(stays.view["players"].as_array().map(Vec::len), Some(2));
    site.advance(MILLISECOND).await;
    assert_eq!(stays.look().await["stage"], "ending");
    assert!(!stays.view["players"].to_string().contains(&gone), "{}", stays.view);
    next_round(std::slice::from_mut(&mut stays)).await;
    site.expect_chips_conserved().await;
}
