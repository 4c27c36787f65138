//! How bots play: with whose chips, for how long, beside whom, and what becomes of one that breaks.

use super::{EMPTY_AFTER, PAUSE, Plan, Plans, added, seated, site, start};
use crate::game::{Action, Door};
use parlor::prelude::*;
use parlor_test::{TestSite, http::Request};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_plays_with_the_houses_chips_and_takes_none_along() {
    let moves = [
        Action::Stake { bet: Chips::new(5_000) },
        Action::Lose { bet: Chips::new(2_000) },
        Action::Win { chips: Chips::new(70) },
        Action::Stake { bet: Chips::new(1_000_000) },
        Action::TakeBack { bet: Chips::new(1) },
    ];
    let plans = Plans::of(moves.map(Plan::Do));
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    for staked in ["5000.00", "3000.00", "3000.00", "1003000.00", "1002999.00"] {
        site.advance(PAUSE).await;
        ann.until(|frame| frame["data"]["staked"][1] == staked).await;
        site.expect_chips_conserved().await;
    }
    let escaped = bot.replace(' ', "%20");
    let path = format!("{}/bots/{escaped}", table.row());
    let removed = Request::new(site.address(), "DELETE", &path).bearer(&host.token).await;
    assert_eq!(removed.status(), 204);
    // It left without settling, as this game lets anyone: the stake stays until the table closes.
    ann.send("finish", Value::Null).await;
    assert_eq!(ann.close_code().await, 4040);
    site.expect_chips_conserved().await;
    assert_eq!(site.balance(&host).await, "1000.00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_breaks_the_rules_or_itself_leaves_and_the_others_play_on() {
    for breaks in [Plan::Do(Action::Add { n: 10 }), Plan::Panic, Plan::Do(Action::Crash)] {
        let (site, host, table, mut ann) = start(&Plans::of([breaks])).await;
        added(&site, &host, &table).await;
        let stays = added(&site, &host, &table).await;
        site.advance(PAUSE).await;
        // Which of the two was asked first is the dice's to say.
        let left = ann.until(|frame| frame["data"]["players"].as_array().unwrap().len() == 2).await;
        assert_eq!(left["data"]["count"], 0);
        assert_eq!(seated(&site, &table).await, json!([2, 1]), "{stays}");
        ann.send("add", json!({"n": 3})).await;
        ann.until(|frame| frame["data"]["count"] == 3).await;
        site.advance(PAUSE).await;
        assert_eq!(seated(&site, &table).await, json!([2, 1]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_thinks_for_long_holds_up_nobody_and_is_not_blamed_for_what_changed_meanwhile() {
    let door = Door::new();
    let plans = Plans::of([Plan::Think(door.0.clone(), Action::Add { n: 2 })]);
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    // The clock moves, but nobody waits here for what the bot comes to.
    site.adjuster().advance(PAUSE);
    while plans.shown().is_empty() {
        tokio::task::yield_now().await;
    }
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 1).await;
    // While the counter is stopped, the rules forbid what the bot is about to do.
    ann.send("stop", json!({"stopped": true})).await;
    ann.until(|frame| frame["type"] == "load_game").await;
    drop(door);
    site.advance(PAUSE).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]), "{bot} is not blamed");
    assert_eq!(site.metric("parlor_bot_moves_total").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_with_bots_alone_is_empty_and_they_do_not_play_there() {
    let plans = Plans::default();
    let (site, host, table, mut ann) = start(&plans).await;
    added(&site, &host, &table).await;
    site.advance(PAUSE).await;
    let looked = plans.shown().len();
    plans.then(Plan::Do(Action::Add { n: 1 }));
    ann.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(ann.close_code().await, 1000);
    site.advance(EMPTY_AFTER - Duration::from_millis(1)).await;
    assert_eq!(seated(&site, &table).await, json!([1, 1]));
    assert_eq!(plans.shown().len(), looked, "there is nobody to play with");
    site.advance(Duration::from_millis(1)).await;
    assert_eq!(site.get(&table.row()).await.status(), 404);
    assert_eq!(site.metric("parlor_bots").await, 0);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_rest_where_a_person_sits_who_does_nothing_for_long() {
    let plans = Plans::default();
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, bot])).await;
    // Something happens at the table later, by itself: in nine minutes, and in eleven.
    for minutes in [9, 11] {
        ann.send("ring", json!({"ms": minutes * 60_000})).await;
        ann.find("load_game").await;
        site.advance(PAUSE).await;
        let before = plans.shown().len();
        site.advance(Duration::from_secs(minutes * 60)).await;
        ann.find("rang").await;
        site.advance(PAUSE).await;
        assert_eq!(plans.shown().len() - before, usize::from(minutes == 9), "{minutes}");
    }
    let before = plans.shown().len();
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 1).await;
    site.advance(PAUSE).await;
    assert_eq!(plans.shown().len() - before, 1, "there she is again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_play_on_after_a_restart() {
    let plans = Plans::of([Plan::Do(Action::Add { n: 4 })]);
    let (first, host, table, mut ann) = start(&plans).await;
    let bot = added(&first, &host, &table).await;
    first.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 4).await;
    drop(ann);
    let folder = first.stop().await;

    plans.then(Plan::Do(Action::Add { n: 5 }));
    let second = TestSite::start_again(site(&plans), folder, |_| ()).await;
    second.stand_still();
    assert_eq!(seated(&second, &table).await, json!([2, 1]), "as it is stored");
    let mut ann = second.sit(&host, &table).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]));
    second.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 9).await;
    // It is never away, so no grace time ends its stay.
    second.advance(Duration::from_secs(120)).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]));
    drop(ann);
    let folder = second.stop().await;

    // A program that has no bots for the game lets them go.
    let third = TestSite::start_again(crate::game::site(), folder, |_| ()).await;
    let mut ann = third.sit(&host, &table).await;
    let view = ann.view().await;
    assert_eq!((&view["players"], &view["count"]), (&json!([host.name]), &json!(9)));
}
