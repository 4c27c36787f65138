//! A guest becomes an account: with the same chips and seats, and another name everywhere.

use crate::{
    game::site,
    people::{PASSWORD, log_in, refusal, sign_up, signed_in, until_view},
};
use parlor_test::{Database, Guest, TestSite, http::Answer};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

async fn upgrade(site: &TestSite, guest: &Guest, name: &str) -> Answer {
    let body = json!({ "username": name, "password": PASSWORD });
    site.post("/api/upgrade").bearer(&guest.token).json(body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_token_dies_sockets_stay_and_everyone_sees_the_new_name() {
    let site = TestSite::start(site()).await;
    let (guest, other) = (site.guest().await, site.guest().await);
    let [played, watched] =
        [site.table(&guest, "counter").await, site.table(&other, "counter").await];
    let mut playing = site.sit(&guest, &played).await;
    let mut second = site.sit(&guest, &played).await;
    let mut watching = site.watch(&guest, &watched).await;
    let mut beside = site.watch(&other, &played).await;
    let mut at_other = site.sit(&other, &watched).await;
    playing.send("stake", json!({"bet": "40.00"})).await;
    for socket in [&mut playing, &mut second, &mut beside] {
        until_view(socket, |view| view["staked"] == json!(["40.00"])).await;
    }

    let answer = upgrade(&site, &guest, "Ann").await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let ann = signed_in(&answer);
    assert_eq!(answer.json().as_object().unwrap().len(), 2);
    assert_eq!((&*ann.name, ann.token != guest.token), ("Ann", true));
    for socket in [&mut playing, &mut second] {
        let frame = until_view(socket, |view| view["players"] == json!(["Ann"])).await;
        assert_eq!((&frame["user"], &frame["data"]["you"]), (&json!("Ann"), &json!("Ann")));
    }
    until_view(&mut beside, |view| view["players"] == json!(["Ann"])).await;
    until_view(&mut at_other, |view| view["spectating"] == json!(["Ann"])).await;
    until_view(&mut watching, |view| view["spectating"] == json!(["Ann"])).await;

    let refused = site.get("/api/me").bearer(&guest.token).await;
    assert_eq!(refusal(&refused), (401, "no_player".into()));
    let me = site.get("/api/me").bearer(&ann.token).await.json();
    assert_eq!(me, json!({"username": "Ann", "guest": false, "balance": "960.00"}));
    // The sockets are the new log-in's: they play on, and end with it.
    playing.send("chat_msg", json!({"msg": "hello"})).await;
    assert_eq!(beside.expect("chat_msg").await["data"], json!({"user": "Ann", "msg": "hello"}));
    site.advance(Duration::from_secs(120)).await;
    playing.send("take_back", json!({"bet": "40.00"})).await;
    until_view(&mut playing, |view| view["staked"] == json!(["0.00"])).await;
    assert_eq!(site.post("/api/logout").bearer(&ann.token).await.status(), 204);
    for mut socket in [playing, second, watching] {
        assert_eq!(socket.close_code().await, 4001);
    }
    assert_eq!(log_in(&site, "ann").await.name, "Ann");
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_new_name_is_a_record_and_comes_back_with_the_table() {
    let started = TestSite::start(site()).await;
    let guest = started.guest().await;
    let table = started.table(&guest, "counter").await;
    let _playing = started.sit(&guest, &table).await;
    let ann = signed_in(&upgrade(&started, &guest, "Ann").await);
    let path = format!("/api/sessions/{}/journal", table.id);
    let journal = started.get(&path).bearer(&ann.token).await.json();
    let told: Vec<_> =
        journal.as_array().unwrap().iter().map(|r| (&r["input"]["type"], &r["who"])).collect();
    assert_eq!(
        told,
        [
            (&json!("created"), &Value::Null),
            (&json!("joined"), &json!(guest.name)),
            (&json!("renamed"), &json!("Ann")),
        ]
    );
    let folder = started.stop().await;
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    let mut back = again.socket(&table.socket("")).bearer(&ann.token).await;
    assert_eq!(back.view().await["players"], json!(["Ann"]));
    again.expect_chips_conserved().await;
}

/// The name is in the database, and the program ends before its tables have heard of it: as after a crash between the two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_did_not_hear_of_it_learns_it_when_it_wakes_up() {
    let started = TestSite::start(site()).await;
    let (guest, other) = (started.guest().await, started.guest().await);
    let table = started.table(&guest, "counter").await;
    let mut playing = started.sit(&guest, &table).await;
    playing.send("stake", json!({"bet": "5.00"})).await;
    until_view(&mut playing, |view| view["staked"] == json!(["5.00"])).await;
    let folder = started.stop().await;
    let mut database = Database::open(&folder.database()).await;
    let change = "UPDATE accounts SET name = 'Ann', name_key = 'ann' WHERE name = ";
    database.change(&format!("{change}'{}'", guest.name)).await;
    drop(database);
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    let mut beside = again.socket(&table.socket("spectate=true")).bearer(&other.token).await;
    until_view(&mut beside, |view| view["players"] == json!(["Ann"])).await;
    again.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_sleeps_learns_it_when_it_wakes_up() {
    let site = TestSite::start_with(site(), |flags| {
        flags.seat_grace = Some("1h".into());
        flags.empty_after = Some("1s".into());
    })
    .await;
    site.stand_still();
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    site.sit(&guest, &table).await.close().await;
    site.connections(0).await;
    site.advance(Duration::from_secs(2)).await;
    site.awake(0).await;
    let ann = signed_in(&upgrade(&site, &guest, "Ann").await);
    assert_eq!(site.metric("parlor_sessions").await, 0, "it need not wake up for that");
    let mut back = site.socket(&table.socket("")).bearer(&ann.token).await;
    let first = back.view().await;
    assert_eq!((&first["players"], &first["you"]), (&json!(["Ann"]), &json!("Ann")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_upgraded_says_why() {
    let site = TestSite::start(site()).await;
    let (guest, ann) = (site.guest().await, sign_up(&site, "ann").await);
    for (name, password, fields) in [
        ("ab", PASSWORD, json!(["username"])),
        ("bob", "short", json!(["password"])),
        ("", "", json!(["password", "username"])),
    ] {
        let body = json!({ "username": name, "password": password });
        let refused = site.post("/api/upgrade").bearer(&guest.token).json(body).await;
        assert_eq!(refusal(&refused), (422, "invalid_fields".into()));
        let named: Vec<_> = refused.json()["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(json!(named), fields);
    }
    assert_eq!(refusal(&upgrade(&site, &guest, "ANN").await), (409, "username_taken".into()));
    assert_eq!(refusal(&upgrade(&site, &ann, "bob").await), (409, "not_a_guest".into()));
    let nobody = Guest { name: "x".into(), token: "made-up".into() };
    assert_eq!(refusal(&upgrade(&site, &nobody, "bob").await), (401, "no_player".into()));
    // Nothing has changed: the guest is a guest, and nobody is called bob.
    let me = site.get("/api/me").bearer(&guest.token).await.json();
    assert_eq!((&me["username"], &me["guest"]), (&json!(guest.name), &json!(true)));
    let body = json!({ "username": "bob", "password": PASSWORD });
    assert_eq!(site.post("/api/login").json(body).await.status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_gets_the_name_and_one_guest_gets_one_name() {
    let site = TestSite::start(site()).await;
    let asking = (0..4).map(|n| {
        let site = &site;
        async move {
            let guest = site.guest().await;
            upgrade(site, &guest, ["ann", "ANN", "Ann", "aNN"][n]).await.status()
        }
    });
    let mut statuses = futures_util::future::join_all(asking).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    let guest = site.guest().await;
    let asking = ["one", "two", "three"].map(|name| upgrade(&site, &guest, name));
    let answers = futures_util::future::join_all(asking).await;
    let given: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
    let refused = answers.iter().filter(|answer| answer.status() != 200);
    assert!(refused.clone().all(|answer| matches!(&*answer.code(), "not_a_guest" | "no_player")));
    let [given] = given[..] else { panic!("{} names", given.len()) };
    let me = site.get("/api/me").bearer(&signed_in(given).token).await.json();
    assert_eq!(me["username"], given.json()["username"]);
    site.expect_chips_conserved().await;
}

/// Whoever is on the way to a table while the name changes sits there under the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_under_way_sits_down_under_the_new_name_or_not_at_all() {
    let site = TestSite::start(site()).await;
    for n in 0..30 {
        let (guest, name) = (site.guest().await, format!("ann-{n}"));
        let host = site.guest().await;
        let table = site.table(&host, "counter").await;
        let opening = tokio::spawn(site.socket(&table.socket("")).bearer(&guest.token).open());
        let body = json!({ "username": name, "password": PASSWORD });
        let upgraded =
            tokio::spawn(site.post("/api/upgrade").bearer(&guest.token).json(body).into_future());
        let answer = upgraded.await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text());
        match opening.await.unwrap() {
            Ok(mut socket) => {
                drop(until_view(&mut socket, |view| view["players"] == json!([name])).await)
            }
            Err(status) => assert_eq!(status, 401),
        }
        let shown = site.watch(&host, &table).await.view().await;
        assert_ne!(shown["players"], json!([guest.name]), "nobody sits there as who he was");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upgrades_tell_of_names_as_sign_ups_do_and_are_limited_with_them() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("sign_ups_per_hour=3".into());
    })
    .await;
    sign_up(&site, "ann").await;
    let guest = site.guest().await;
    for expected in [409, 409, 429] {
        assert_eq!(upgrade(&site, &guest, "ann").await.status(), expected);
    }
}
