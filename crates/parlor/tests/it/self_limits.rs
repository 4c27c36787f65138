//! Limits that players set themselves hold: at all tables, at once, and after the program was started again.

use crate::{
    game::site,
    people::{log_in, refusal, sign_up, told, until_view},
};
use parlor_test::{
    Database, Guest, Socket, TestSite,
    http::{Answer, DEADLINE},
};
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

async fn set(site: &TestSite, who: &Guest, limits: Value) -> Answer {
    site.put("/api/me/limits").bearer(&who.token).json(limits).await
}

/// A site whose clock stands at ten in the morning, by UTC.
async fn at_ten() -> TestSite {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let day = site.wall().div_euclid(86_400_000);
    site.adjuster().set_wall(day * 86_400_000 + 36_000_000);
    site
}

async fn stake(socket: &mut Socket, bet: &str) {
    socket.send("stake", json!({ "bet": bet })).await;
}

async fn refused_by_limit(socket: &mut Socket, words: &str) {
    let message = socket.refused("limit_reached").await;
    assert!(message.contains(words), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_stake_can_bring_the_day_s_loss_over_the_limit() {
    let site = at_ten().await;
    let ann = sign_up(&site, "ann").await;
    let limits = set(&site, &ann, json!({"loss_a_day": "50.00"})).await;
    assert_eq!(limits.status(), 200, "{}", limits.text());
    assert_eq!(limits.json()["loss_a_day"], "50.00");
    let [one, two] = [site.table(&ann, "counter").await, site.table(&ann, "counter").await];
    let (mut one, mut two) = (site.sit(&ann, &one).await, site.sit(&ann, &two).await);
    stake(&mut one, "30.00").await;
    until_view(&mut one, |view| view["staked"] == json!(["30.00"])).await;
    stake(&mut two, "20.01").await;
    refused_by_limit(&mut two, "no more than 50.00 a day").await;
    stake(&mut two, "20.00").await;
    until_view(&mut two, |view| view["staked"] == json!(["20.00"])).await;
    stake(&mut one, "0.01").await;
    refused_by_limit(&mut one, "no more than 50.00 a day").await;
    // What comes back can be staked again, what is won too, and what is lost is lost for the day.
    two.send("take_back", json!({"bet": "20.00"})).await;
    until_view(&mut two, |view| view["staked"] == json!(["0.00"])).await;
    two.send("win", json!({"chips": "5.00"})).await;
    two.expect("load_game").await;
    one.send("lose", json!({"bet": "30.00"})).await;
    until_view(&mut one, |view| view["staked"] == json!(["0.00"])).await;
    let today = told(&site, &ann, "/api/me/limits").await["today"].clone();
    assert_eq!(today["lost"], "25.00");
    stake(&mut one, "25.01").await;
    refused_by_limit(&mut one, "50.00").await;
    stake(&mut one, "25.00").await;
    until_view(&mut one, |view| view["staked"] == json!(["25.00"])).await;
    one.send("lose", json!({"bet": "25.00"})).await;
    until_view(&mut one, |view| view["staked"] == json!(["0.00"])).await;
    // A refused move gives back what it had taken out, and a new day begins anew.
    two.send("crash", Value::Null).await;
    two.refused("limit_reached").await;
    stake(&mut one, "1000.00").await;
    one.refused("insufficient_funds").await;
    site.advance(14 * HOUR).await;
    let ann = log_in(&site, "ann").await;
    assert_eq!(told(&site, &ann, "/api/me/limits").await["today"]["lost"], "0.00");
    let mut back = site.sit(&ann, &site.table(&ann, "counter").await).await;
    stake(&mut back, "50.00").await;
    until_view(&mut back, |view| view["staked"] == json!(["50.00"])).await;
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_lost_before_the_limit_was_set_counts_and_so_after_a_restart() {
    let started = TestSite::start(site()).await;
    let ann = sign_up(&started, "ann").await;
    let table = started.table(&ann, "counter").await;
    let mut socket = started.sit(&ann, &table).await;
    stake(&mut socket, "40.00").await;
    socket.send("lose", json!({"bet": "35.00"})).await;
    until_view(&mut socket, |view| view["staked"] == json!(["5.00"])).await;
    // The purse is open already, and has counted what went out of it; 40 are out.
    assert_eq!(
        set(&started, &ann, json!({"loss_a_day": 45})).await.json()["today"]["lost"],
        "40.00"
    );
    stake(&mut socket, "5.50").await;
    refused_by_limit(&mut socket, "45.00").await;
    let folder = started.stop().await;
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    let mut socket = again.sit(&ann, &table).await;
    stake(&mut socket, "5.50").await;
    refused_by_limit(&mut socket, "45.00").await;
    stake(&mut socket, "5.00").await;
    until_view(&mut socket, |view| view["staked"] == json!(["10.00"])).await;
    assert_eq!(told(&again, &ann, "/api/me/limits").await["today"]["lost"], "45.00");
    again.expect_chips_conserved().await;
}

/// Stakes raced over many tables, with the limit drawn tighter meanwhile, never come to more than the limit that was told.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stakes_raced_over_many_tables_never_come_to_more_than_the_limit() {
    let site = TestSite::start(site()).await;
    let ann = sign_up(&site, "ann").await;
    set(&site, &ann, json!({"loss_a_day": "60.00"})).await;
    let mut sockets = Vec::new();
    for _ in 0..6 {
        let table = site.table(&ann, "counter").await;
        sockets.push(site.sit(&ann, &table).await);
    }
    let racing = sockets.iter_mut().map(|socket| async move {
        for _ in 0..20 {
            stake(socket, "3.00").await;
            socket.send("load_game", Value::Null).await;
        }
        for _ in 0..20 {
            socket.until(|frame| frame["type"] == "error" || frame["type"] == "load_game").await;
        }
    });
    futures_util::future::join_all(racing).await;
    let lost = told(&site, &ann, "/api/me/limits").await["today"]["lost"].clone();
    assert_eq!((lost, &*site.balance(&ann).await), (json!("60.00"), "940.00"));
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tighter_limit_holds_at_once_and_a_looser_one_after_a_day() {
    let site = at_ten().await;
    let ann = sign_up(&site, "ann").await;
    set(&site, &ann, json!({"loss_a_day": "50.00", "minutes_a_day": 60})).await;
    let asked = site.wall();
    let looser = set(&site, &ann, json!({"loss_a_day": null, "minutes_a_day": 90})).await.json();
    assert_eq!((&looser["loss_a_day"], &looser["minutes_a_day"]), (&json!("50.00"), &json!(60)));
    let from = asked + 86_400_000;
    assert_eq!(looser["next"]["loss_a_day"], json!({"value": null, "from": from}));
    assert_eq!(looser["next"]["minutes_a_day"], json!({"value": 90, "from": from}));
    let table = site.table(&ann, "counter").await;
    let mut socket = site.sit(&ann, &table).await;
    stake(&mut socket, "51.00").await;
    refused_by_limit(&mut socket, "50.00").await;
    set(&site, &ann, json!({"loss_a_day": "10.00"})).await;
    stake(&mut socket, "11.00").await;
    refused_by_limit(&mut socket, "10.00").await;
    // What is left out stays as it is, and what is coming comes.
    let told_now = told(&site, &ann, "/api/me/limits").await;
    assert_eq!(
        told_now["next"],
        json!({"loss_a_day": null, "minutes_a_day": {"value": 90, "from": from}})
    );
    set(&site, &ann, json!({"loss_a_day": "30.00"})).await;
    site.adjuster().jump_wall(86_400_000 - 1);
    stake(&mut socket, "11.00").await;
    refused_by_limit(&mut socket, "10.00").await;
    site.adjuster().jump_wall(1);
    stake(&mut socket, "30.00").await;
    until_view(&mut socket, |view| view["staked"] == json!(["30.00"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_time_one_has_set_there_is_no_seat_and_no_stake() {
    let site = at_ten().await;
    let ann = sign_up(&site, "ann").await;
    let [played, other] = [site.table(&ann, "counter").await, site.table(&ann, "counter").await];
    let mut socket = site.sit(&ann, &played).await;
    let bob = site.guest().await;
    let _bob_plays = site.sit(&bob, &other).await;
    stake(&mut socket, "10.00").await;
    until_view(&mut socket, |view| view["staked"] == json!(["10.00"])).await;
    site.advance(20 * MINUTE).await;
    // The twenty minutes before it count as well.
    let limits = set(&site, &ann, json!({"minutes_a_day": 30})).await.json();
    assert_eq!(limits["today"]["minutes"], 20);
    site.advance(10 * MINUTE - Duration::from_millis(1)).await;
    stake(&mut socket, "1.00").await;
    until_view(&mut socket, |view| view["staked"] == json!(["11.00"])).await;
    site.advance(Duration::from_millis(1)).await;
    stake(&mut socket, "1.00").await;
    refused_by_limit(&mut socket, "no more than 30 minutes a day").await;
    for refused in [
        site.socket(&other.socket("")).bearer(&ann.token).refusal().await,
        site.socket(&other.socket("")).bearer(&ann.token).plain().await,
    ] {
        assert_eq!(refusal(&refused), (403, "limit_reached".into()));
    }
    // The hand can be played out, from the seat that one has, and one may watch.
    socket.send("add", json!({"n": 1})).await;
    until_view(&mut socket, |view| view["count"] == 1).await;
    let mut second = site.sit(&ann, &played).await;
    second.send("take_back", json!({"bet": "11.00"})).await;
    until_view(&mut second, |view| view["staked"] == json!(["0.00"])).await;
    site.watch(&ann, &other).await;
    // Two sockets at a time are played once.
    site.advance(5 * MINUTE).await;
    assert_eq!(told(&site, &ann, "/api/me/limits").await["today"]["minutes"], 35);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_one_has_played_outlives_a_restart() {
    let started = at_ten().await;
    let ann = sign_up(&started, "ann").await;
    set(&started, &ann, json!({"minutes_a_day": 30})).await;
    let table = started.table(&ann, "counter").await;
    let _playing = started.sit(&ann, &table).await;
    started.advance(20 * MINUTE).await;
    let wall = started.wall();
    let folder = started.stop().await;
    let again = TestSite::start_again_at(site(), folder, wall, |_| ()).await;
    assert_eq!(told(&again, &ann, "/api/me/limits").await["today"]["minutes"], 20);
    let mut socket = again.sit(&ann, &table).await;
    stake(&mut socket, "1.00").await;
    until_view(&mut socket, |view| view["staked"] == json!(["1.00"])).await;
    again.advance(10 * MINUTE).await;
    stake(&mut socket, "1.00").await;
    refused_by_limit(&mut socket, "30 minutes").await;
}

/// A program that is killed has written it down within the last minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_one_has_played_is_written_down_every_minute() {
    let site = at_ten().await;
    let ann = sign_up(&site, "ann").await;
    set(&site, &ann, json!({"minutes_a_day": 30})).await;
    let _playing = site.sit(&ann, &site.table(&ann, "counter").await).await;
    site.advance(7 * MINUTE).await;
    let mut database = Database::open(&site.database()).await;
    let written = async {
        while database.rows("SELECT json_array(milliseconds) FROM play_times").await
            != [json!([7 * 60_000])]
        {}
    };
    tokio::time::timeout(DEADLINE, written).await.expect("it is written down");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_that_are_none_are_named_and_nobody_sets_another_s() {
    let site = TestSite::start(site()).await;
    let (ann, eve) = (sign_up(&site, "ann").await, site.guest().await);
    for (body, field) in [
        (json!({"loss_a_day": "-1"}), "loss_a_day"),
        (json!({"loss_a_day": 1.234}), "loss_a_day"),
        (json!({"minutes_a_day": 1441}), "minutes_a_day"),
        (json!({"minutes_a_day": "soon"}), "minutes_a_day"),
    ] {
        let refused = set(&site, &ann, body).await;
        assert_eq!(refusal(&refused), (422, "invalid_fields".into()));
        assert!(refused.json()["fields"][field].is_string(), "{}", refused.text());
    }
    set(&site, &eve, json!({"loss_a_day": "1.00"})).await;
    assert_eq!(told(&site, &ann, "/api/me/limits").await["loss_a_day"], Value::Null);
    assert_eq!(
        refusal(&site.put("/api/me/limits").json(json!({})).await),
        (401, "no_player".into())
    );
    let cookie = format!("sid={}", ann.token);
    let elsewhere = site.put("/api/me/limits").cookie(&cookie).json(json!({"loss_a_day": 1}));
    assert_eq!(
        refusal(&elsewhere.origin("https://evil.example").await),
        (403, "cross_origin".into())
    );
    let form = |text: &str| {
        site.post("/account/limits/").form(text).cookie(&cookie).origin(&site.origin()).as_page()
    };
    let page = form("loss_a_day=lots&minutes_a_day=45").await;
    assert_eq!(page.status(), 422);
    assert!(page.text().contains("value=\"lots\"") && page.text().contains("write an amount"));
    assert_eq!(form("loss_a_day=12.50&minutes_a_day=").await.location(), "/account/?done=limits");
    let limits = told(&site, &ann, "/api/me/limits").await;
    assert_eq!((&limits["loss_a_day"], &limits["minutes_a_day"]), (&json!("12.50"), &Value::Null));
}
