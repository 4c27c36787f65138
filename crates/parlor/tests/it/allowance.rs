//! The daily allowance: once a day, for one who has next to nothing, and for nobody else.

use crate::{
    game::site,
    people::{log_in, refusal, sign_up, told, until_view},
};
use parlor_test::{Guest, Socket, Table, TestSite, http::Answer};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn ask(site: &TestSite, who: &Guest) -> Answer {
    site.post("/api/me/allowance").bearer(&who.token).await
}

/// Somebody who has lost all but so much, at six in the evening, by UTC.
async fn broke(site: &TestSite, left: &str) -> (Guest, Table, Socket) {
    site.stand_still();
    let today = site.wall().div_euclid(86_400_000) * 86_400_000;
    site.adjuster().set_wall(today + 64_800_000);
    let ann = sign_up(site, "ann").await;
    let table = site.table(&ann, "counter").await;
    let mut socket = site.sit(&ann, &table).await;
    let cents = 100_000 - left.replace('.', "").parse::<i64>().expect("an amount");
    let bet = format!("{}.{:02}", cents / 100, cents % 100);
    socket.send("stake", json!({ "bet": bet })).await;
    socket.send("lose", json!({ "bet": bet })).await;
    until_view(&mut socket, |view| view["staked"] == json!([bet])).await;
    until_view(&mut socket, |view| view["staked"] == json!(["0.00"])).await;
    (ann, table, socket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_is_broke_is_given_enough_once_a_day() {
    let site = TestSite::start(site()).await;
    let (ann, _, mut socket) = broke(&site, "4.00").await;
    // The first chips were that day's.
    let refused = ask(&site, &ann).await;
    assert_eq!(refusal(&refused), (429, "allowance_given".into()));
    assert_eq!(refused.header("retry-after"), "21600", "at midnight, by UTC");
    let offer = told(&site, &ann, "/api/me/allowance").await;
    let midnight = site.wall() + 21_600_000;
    assert_eq!(offer, json!({"up_to": "200.00", "below": "10.00", "due": null, "again": midnight}));

    site.adjuster().set_wall(midnight - 1);
    assert_eq!(ask(&site, &ann).await.status(), 429);
    site.adjuster().set_wall(midnight);
    assert_eq!(told(&site, &ann, "/api/me/allowance").await["due"], "196.00");
    let given = ask(&site, &ann).await;
    assert_eq!((given.status(), given.json()), (200, json!({"amount": "196.00"})));
    assert_eq!(site.balance(&ann).await, "200.00");
    // It can be played with at once, also where one sits already.
    socket.send("stake", json!({"bet": "200.00"})).await;
    until_view(&mut socket, |view| view["staked"] == json!(["200.00"])).await;
    socket.send("stake", json!({"bet": "0.50"})).await;
    socket.refused("insufficient_funds").await;
    socket.send("lose", json!({"bet": "200.00"})).await;
    until_view(&mut socket, |view| view["staked"] == json!(["0.00"])).await;
    assert_eq!(refusal(&ask(&site, &ann).await), (429, "allowance_given".into()));
    site.adjuster().set_wall(midnight + 86_400_000);
    let ann = log_in(&site, &ann.name).await;
    assert_eq!(ask(&site, &ann).await.json(), json!({"amount": "200.00"}));
    let rows = told(&site, &ann, "/api/me/chips").await["rows"].clone();
    assert_eq!((&rows[0]["what"], &rows[0]["amount"]), (&json!("allowance"), &json!("200.00")));
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_broke_who_has_chips_here_or_at_a_table() {
    let site = TestSite::start(site()).await;
    let (ann, _, _socket) = broke(&site, "10.00").await;
    site.advance(DAY).await;
    // The log-in is dead of age by now.
    let ann = log_in(&site, &ann.name).await;
    let refused = ask(&site, &ann).await;
    assert_eq!(refusal(&refused), (409, "not_broke".into()));
    assert!(refused.text().contains("less than 10.00"), "{}", refused.text());
    let table = site.table(&ann, "counter").await;
    let mut socket = site.sit(&ann, &table).await;
    socket.send("stake", json!({"bet": "8.00"})).await;
    until_view(&mut socket, |view| view["staked"] == json!(["8.00"])).await;
    assert_eq!(site.balance(&ann).await, "2.00");
    assert_eq!(refusal(&ask(&site, &ann).await), (409, "not_broke".into()), "eight are staked");
    // Leaving does not hide a stake: this game keeps it until the table closes.
    let host = site.guest().await;
    let _open = site.watch(&host, &table).await;
    socket.send("leave", Value::Null).await;
    assert_eq!(socket.close_code().await, 1000);
    assert_eq!(refusal(&ask(&site, &ann).await), (409, "not_broke".into()), "they still are");
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_are_given_it_once() {
    let site = TestSite::start(site()).await;
    let (ann, _, _socket) = broke(&site, "0.00").await;
    site.adjuster().jump_wall(21_600_000);
    let asking = [(); 12].map(|()| ask(&site, &ann));
    let answers = futures_util::future::join_all(asking).await;
    let given = answers.iter().filter(|answer| answer.status() == 200).count();
    let refused = answers.iter().filter(|answer| answer.status() == 429).count();
    assert_eq!((given, refused), (1, 11));
    assert_eq!(site.balance(&ann).await, "200.00");
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_may_give_none() {
    let site = TestSite::start_with(site(), |flags| {
        flags.daily_allowance = Some("0".into());
    })
    .await;
    let ann = site.guest().await;
    assert_eq!(refusal(&ask(&site, &ann).await), (404, "no_allowance".into()));
    let page = site.get("/account/").cookie(&format!("sid={}", ann.token)).as_page().await;
    assert!(page.status() == 200 && !page.text().contains("Daily allowance"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_gives_it_by_a_button() {
    let site = TestSite::start(site()).await;
    let (ann, _, _socket) = broke(&site, "0.00").await;
    let cookie = format!("sid={}", ann.token);
    let page = async || site.get("/account/").cookie(&cookie).as_page().await.text();
    assert!(page().await.contains("data-test=\"allowance-again\""));
    site.adjuster().jump_wall(21_600_000);
    assert!(page().await.contains("Take 200.00"));
    let press = || {
        site.post("/account/allowance/").form("").cookie(&cookie).origin(&site.origin()).as_page()
    };
    let pressed = press().await;
    assert_eq!((pressed.status(), pressed.location()), (303, "/account/?done=allowance"));
    assert_eq!(site.balance(&ann).await, "200.00");
    let again = press().await;
    assert_eq!(again.status(), 429);
    assert!(again.text().contains("data-test=\"allowance-error\""), "{}", again.text());
    let elsewhere = site.post("/account/allowance/").form("").cookie(&cookie);
    assert_eq!(elsewhere.origin("https://evil.example").await.status(), 403);
}
