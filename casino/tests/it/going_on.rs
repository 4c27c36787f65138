//! A round goes on after the site was started again: with its hands, its stakes and its seats.

use crate::blackjack::{Seat, deal, finish, next_round};
use parlor_test::TestSite;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_is_played_to_its_end_after_a_restart() {
    let first = TestSite::start(casino::site()).await;
    let guests = [first.guest().await, first.guest().await];
    let table = first.table(&guests[0], "blackjack").await;
    let mut seats = [
        Seat::take(&first, &guests[0], &table).await,
        Seat::take(&first, &guests[1], &table).await,
    ];
    deal(&mut seats, "20").await;
    let before = [seats[0].balance().await, seats[1].balance().await];
    let hands = seats[0].look().await["hands"].clone();
    let dealer = seats[0].view["dealer"].clone();
    let stopping = tokio::spawn(first.stop());
    for seat in &mut seats {
        assert_eq!(seat.socket.close_code().await, 1001);
    }
    drop(seats);
    let second = TestSite::start_again(casino::site(), stopping.await.unwrap(), |_| ()).await;
    let row = second.get(&table.row()).await.json();
    assert_eq!((&row["players"], &row["stage"]), (&json!(2), &json!("dealing")));
    let mut seats = [
        Seat::take(&second, &guests[0], &table).await,
        Seat::take(&second, &guests[1], &table).await,
    ];
    assert_eq!(seats[0].look().await["hands"], hands);
    assert_eq!(seats[0].view["dealer"], dealer);
    assert_eq!([seats[0].balance().await, seats[1].balance().await], before);
    finish(&mut seats).await;
    next_round(&mut seats).await;
    deal(&mut seats, "20").await;
    second.expect_chips_conserved().await;
}
