//! Seats of bots: given by the host, taken back, and given up for people.

use super::{PAUSE, Plan, Plans, add, added, journal, seated, site, start};
use crate::{game::Action, people::rush};
use parlor::prelude::*;
use parlor_test::{Guest, TestSite, http::Request};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_sits_down_for_the_host_and_plays_after_a_pause_like_anyone() {
    let plans = Plans::of([Plan::Do(Action::Add { n: 7 })]);
    let (site, host, table, mut ann) = start(&plans).await;
    let name = added(&site, &host, &table).await;
    assert_eq!(name, "Ada (bot)");
    ann.until(|frame| frame["data"]["players"] == json!([host.name, name])).await;
    assert_eq!(seated(&site, &table).await, json!([2, 1]));
    assert_eq!(site.metric("parlor_bots").await, 1);
    // Not before its time.
    site.advance(Duration::from_millis(600)).await;
    assert_eq!(plans.shown(), []);
    site.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 7).await;
    // It goes by what is seen from its seat, and by what is legal there.
    let legal = vec![Action::Add { n: 1 }, Action::Add { n: 9 }];
    assert_eq!(plans.shown(), [(Some(name.clone()), 0, legal.clone())]);
    // Its own move is something to look at too; then it rests, until something happens.
    for _ in 0..3 {
        site.advance(PAUSE).await;
    }
    assert_eq!(plans.shown()[1..], [(Some(name.clone()), 7, legal)]);
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 8).await;
    site.advance(PAUSE).await;
    assert_eq!(plans.shown().len(), 3);
    let records = journal(&site, &host, &table).await;
    let bots: Vec<_> = records.into_iter().filter(|(who, _)| *who == name).collect();
    assert_eq!(bots, [(json!(name), json!("joined")), (json!(name), json!("acted"))]);
    assert_eq!(site.metric("parlor_bot_moves_total").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_are_the_hosts_to_add_and_to_send_away() {
    let (site, host, table, mut ann) = start(&Plans::default()).await;
    let other = site.guest().await;
    let refused = add(&site, &other, &table).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "not_host"));
    let nobody = site.post(&format!("{}/bots", table.row())).await;
    assert_eq!((nobody.status(), &*nobody.code()), (401, "no_player"));
    for nowhere in [
        "/api/games/counter/sessions/7/bots",
        "/api/games/counter/sessions/00000000-0000-4000-8000-000000000000/bots",
    ] {
        let refused = site.post(nowhere).bearer(&host.token).await;
        assert_eq!((refused.status(), &*refused.code()), (404, "no_such_session"));
    }
    for (who, sees) in [(&host, true), (&other, false)] {
        let page = site.get(&table.page()).bearer(&who.token).as_page().await.text();
        assert_eq!(page.contains("add-bot"), sees, "{}", who.name);
    }
    let names = [added(&site, &host, &table).await, added(&site, &host, &table).await];
    let full = add(&site, &host, &table).await;
    assert_eq!((full.status(), &*full.code()), (409, "session_full"));
    let bots = format!("{}/bots", table.row());
    assert_eq!(site.get(&bots).await.json(), json!([{"name": names[0]}, {"name": names[1]}]));

    let escaped = names[0].replace(' ', "%20");
    let remove = |who: &Guest, name: &str| {
        Request::new(site.address(), "DELETE", &format!("{bots}/{name}")).bearer(&who.token)
    };
    let refused = remove(&other, &escaped).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "not_host"));
    assert_eq!(remove(&host, &escaped).await.status(), 204);
    ann.until(|frame| frame["data"]["players"] == json!([host.name, names[1]])).await;
    let gone = remove(&host, &escaped).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_bot"));
    // A person is no bot, whatever the host thinks of one.
    let mut bob = site.sit(&other, &table).await;
    let person = remove(&host, &other.name).await;
    assert_eq!((person.status(), &*person.code()), (404, "no_such_bot"));
    bob.catch_up("still here").await;
    // A bot's name is one that nobody can sign up by.
    let impostor = json!({"username": names[0], "password": "correct horse"});
    let refused = site.post("/api/signup").json(impostor).await;
    assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_without_bots_says_so_and_a_private_table_tells_strangers_nothing() {
    let site = TestSite::start(crate::game::site()).await;
    let (host, other) = (site.guest().await, site.guest().await);
    let table = site.table_with(&host, "counter", json!({"private": true})).await;
    let refused = add(&site, &host, &table).await;
    assert_eq!((refused.status(), &*refused.code()), (409, "no_bots"));
    let page = site.get(&table.page()).bearer(&host.token).as_page().await.text();
    assert!(!page.contains("add-bot"), "{page}");
    let hidden = add(&site, &other, &table).await;
    assert_eq!((hidden.status(), &*hidden.code()), (404, "no_such_session"));
    let bots = format!("{}/bots", table.row());
    assert_eq!(site.get(&bots).bearer(&other.token).await.status(), 404);
    assert_eq!(site.get(&bots).bearer(&host.token).await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_gives_up_its_seat_for_a_person_and_rather_one_with_nothing_at_stake() {
    let stake = Action::Stake { bet: Chips::new(50) };
    let plans = Plans::of([Plan::Do(stake)]);
    let (site, host, table, mut ann) = start(&plans).await;
    let staking = added(&site, &host, &table).await;
    site.advance(PAUSE).await;
    let other_bot = added(&site, &host, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, staking, other_bot])).await;
    // A handshake that is only asked about changes nothing.
    let (bob, cay, dan) = (site.guest().await, site.guest().await, site.guest().await);
    let plain = site.socket(&table.socket("")).bearer(&bob.token).plain().await;
    assert_eq!(plain.status(), 426);
    assert_eq!(seated(&site, &table).await, json!([3, 2]));
    let _bob = site.sit(&bob, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, staking, bob.name])).await;
    // The one with chips on the table is the last to go, and they go back.
    let _cay = site.sit(&cay, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, cay.name, bob.name])).await;
    assert_eq!(seated(&site, &table).await, json!([3, 0]));
    let full = site.socket(&table.socket("")).bearer(&dan.token).refusal().await;
    assert_eq!((full.status(), &*full.code()), (409, "session_full"));
    let records = journal(&site, &host, &table).await;
    let last: Vec<_> =
        records[records.len() - 4..].iter().map(|(who, what)| json!([who, what])).collect();
    let expected = [
        json!([other_bot, "left"]),
        json!([bob.name, "joined"]),
        json!([staking, "left"]),
        json!([cay.name, "joined"]),
    ];
    assert_eq!(last, expected);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bot_leaves_for_one_who_is_not_let_in_even_so() {
    let site = TestSite::start(site(&Plans::default())).await;
    let (host, other) = (site.guest().await, site.guest().await);
    let table = site.table_with(&host, "counter", json!({"options": {"panics": "leave"}})).await;
    let _ann = site.sit(&host, &table).await;
    added(&site, &host, &table).await;
    added(&site, &host, &table).await;
    // Here nobody can leave: the game fails over it.
    let refused = site.socket(&table.socket("")).bearer(&other.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (409, "session_full"));
    assert_eq!(seated(&site, &table).await, json!([3, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_seat_of_a_bot_is_given_once() {
    let (site, host, table, mut ann) = start(&Plans::default()).await;
    added(&site, &host, &table).await;
    added(&site, &host, &table).await;
    let sockets = rush(&site, &table, 12).await;
    assert_eq!(sockets.len(), 2);
    ann.catch_up("everyone has come").await;
    assert_eq!(seated(&site, &table).await, json!([3, 0]));
}
