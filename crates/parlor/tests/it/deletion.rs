//! The end of an account: nothing of it plays on, its chips are the mint's, and what stays has another name.

use crate::{
    game::site,
    people::{PASSWORD, refusal, sign_up, told, until_view},
};
use parlor_test::{
    Database, Guest, TestSite,
    http::{Answer, DEADLINE},
};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

async fn delete(site: &TestSite, who: &Guest, body: Value) -> Answer {
    site.post("/api/me/delete").bearer(&who.token).json(body).await
}

fn with_password() -> Value {
    json!({ "password": PASSWORD })
}

/// The name of one who is gone.
fn is_pseudonym(name: &Value) -> bool {
    name.as_str().is_some_and(|name| name.starts_with("deleted-") && name.len() == 21)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_leaves_its_tables_and_what_it_held_goes_to_the_mint() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (sign_up(&site, "ann").await, site.guest().await);
    let [first, second] = [site.table(&ann, "counter").await, site.table(&bob, "counter").await];
    let mut playing = site.sit(&ann, &first).await;
    let mut watching = site.watch(&ann, &second).await;
    let mut bob_plays = site.sit(&bob, &second).await;
    let mut bob_watches = site.watch(&bob, &first).await;
    playing.send("stake", json!({"bet": "100.00"})).await;
    until_view(&mut playing, |view| view["staked"] == json!(["100.00"])).await;

    let answer = delete(&site, &ann, with_password()).await;
    assert_eq!(answer.status(), 204, "{}", answer.text());
    for socket in [&mut playing, &mut watching] {
        let closed = tokio::time::timeout(Duration::from_secs(1), socket.close_code()).await;
        assert_eq!(closed.expect("closed within a second"), 4001);
    }
    until_view(&mut bob_watches, |view| view["players"] == json!([])).await;
    until_view(&mut bob_plays, |view| view["spectating"] == json!([])).await;
    let dead = site.get("/api/me").bearer(&ann.token).await;
    assert_eq!(refusal(&dead), (401, "no_player".into()));
    let log_in = json!({ "username": "ann", "password": PASSWORD });
    assert_eq!(site.post("/api/login").json(log_in).await.status(), 401);
    site.expect_chips_conserved().await;

    // The game has kept the stake until the table closes. What comes home then goes the same way.
    let mut database = Database::open(&site.database()).await;
    let held = "SELECT json_array(account, amount) FROM balances WHERE amount > 0 \
                AND account LIKE '%:' || (SELECT id FROM accounts WHERE deleted IS NOT NULL)";
    let rows = database.rows(held).await;
    assert!(rows.len() == 1 && rows[0][1] == 10_000, "the stake alone: {rows:?}");
    drop(bob_watches);
    site.connections(1).await;
    site.advance(Duration::from_secs(61)).await;
    site.advance(Duration::from_secs(61)).await;
    // The minute's look is a task of its own.
    let swept = async {
        while !database.rows("SELECT json_array(account) FROM departures").await.is_empty() {}
    };
    tokio::time::timeout(DEADLINE, swept).await.expect("what came home is swept up");
    assert_eq!(database.rows(held).await, Vec::<Value>::new());
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_is_free_and_the_next_of_that_name_is_somebody_else() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (sign_up(&site, "ann").await, site.guest().await);
    let table = site.table(&bob, "counter").await;
    let mut playing = site.sit(&ann, &table).await;
    playing.send("chat_msg", json!({"msg": "mine is here"})).await;
    playing.expect("chat_msg").await;
    assert_eq!(delete(&site, &ann, with_password()).await.status(), 204);
    let next = sign_up(&site, "Ann").await;
    assert_eq!(site.balance(&next).await, "1000.00");
    assert_eq!(told(&site, &next, "/api/me/chips").await["rows"].as_array().unwrap().len(), 1);
    let journal =
        site.get(&format!("/api/sessions/{}/journal", table.id)).bearer(&next.token).await;
    assert!(!journal.text().contains("ann"), "{}", journal.text());
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stays_shows_another_name_and_what_was_said_is_gone() {
    let started = TestSite::start(site()).await;
    let (ann, bob) = (sign_up(&started, "annabel").await, started.guest().await);
    let table = started.table(&bob, "counter").await;
    let mut bob_plays = started.sit_v1(&bob, &table).await;
    let mut playing = started.sit(&ann, &table).await;
    for line in ["my address is 5 High Street", "and my name is Annabel"] {
        playing.send("chat_msg", json!({ "msg": line })).await;
        bob_plays.find("chat_msg").await;
    }
    bob_plays.send_as("a", "chat_msg", json!({"msg": "good evening"})).await;
    bob_plays.acked("a").await;
    assert_eq!(delete(&started, &ann, with_password()).await.status(), 204);
    until_view(&mut bob_plays, |view| view["players"] == json!([bob.name])).await;

    let path = format!("/api/sessions/{}/journal", table.id);
    let check = async |site: &TestSite| {
        let journal = told(site, &bob, &path).await;
        assert!(!journal.to_string().contains("annabel"), "{journal}");
        let acts = journal.as_array().unwrap().iter();
        let acts: Vec<_> = acts.filter(|record| is_pseudonym(&record["who"])).collect();
        let kinds: Vec<_> = acts.iter().map(|record| &record["input"]["type"]).collect();
        assert_eq!(kinds, ["joined", "said", "said", "renamed", "left"]);
        // One who comes anew, and one who comes back to all that was missed.
        for after in ["", "after=0"] {
            let back = site.socket(&table.socket(after)).bearer(&bob.token).v1();
            let mut back = back.await;
            back.send_as("done", "announce", json!({"text": "done"})).await;
            let (heard, _) = back.acked("done").await;
            let lines = heard.iter().filter(|frame| frame["type"] == "chat_msg");
            let lines: Vec<_> = lines.map(|frame| &frame["data"]["msg"]).collect();
            assert_eq!(lines, ["good evening"], "{after}");
        }
    };
    check(&started).await;
    let folder = started.stop().await;
    let file = folder.database();
    let again = TestSite::start_again(site(), folder, |_| ()).await;
    check(&again).await;
    let mut database = Database::open(&file).await;
    let said = database.rows("SELECT json_array(name, text) FROM chat").await;
    assert_eq!(said, [json!([bob.name, "good evening"])]);
    let speakers = database.rows("SELECT json_array(count(*)) FROM speakers").await;
    assert_eq!(speakers, [json!([1])], "bob alone");
    let named = "SELECT json_array(name, name_key, password, deleted > 0) FROM accounts WHERE deleted IS NOT NULL";
    let row = &database.rows(named).await[0];
    assert!(is_pseudonym(&row[0]) && row[0] == row[1] && row[2].is_null() && row[3] == 1, "{row}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_takes_the_password_and_a_guest_s_takes_the_word() {
    let site = TestSite::start(site()).await;
    let (ann, guest) = (sign_up(&site, "ann").await, site.guest().await);
    for body in [json!({}), json!({"password": "wrong horse"}), json!({"confirm": true})] {
        let refused = delete(&site, &ann, body).await;
        assert_eq!(refusal(&refused), (401, "bad_credentials".into()));
    }
    for body in [json!({}), json!({"confirm": false}), json!({"password": PASSWORD})] {
        let refused = delete(&site, &guest, body).await;
        assert_eq!(refusal(&refused), (422, "invalid_fields".into()));
    }
    // Both are who they were, and can still sit down.
    let table = site.table(&ann, "counter").await;
    let _sockets = (site.sit(&ann, &table).await, site.sit(&guest, &table).await);
    assert_eq!(delete(&site, &guest, json!({"confirm": true})).await.status(), 204);
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 401);
    for _ in 0..2 {
        assert_eq!(delete(&site, &ann, json!({"password": "wrong horse"})).await.status(), 401);
    }
    let refused = delete(&site, &ann, with_password()).await;
    assert_eq!(refusal(&refused), (429, "rate_limited".into()), "it counts as at a log-in");
    site.expect_chips_conserved().await;
}

/// Whoever is on the way to a table while the account goes does not sit there afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_is_gone_sits_anywhere_or_plays_on() {
    let site = TestSite::start(site()).await;
    for _ in 0..30 {
        let guest = site.guest().await;
        let host = site.guest().await;
        let table = site.table(&host, "counter").await;
        let opening = tokio::spawn(site.socket(&table.socket("")).bearer(&guest.token).open());
        let gone = site.post("/api/me/delete").bearer(&guest.token).json(json!({"confirm": true}));
        assert_eq!(tokio::spawn(gone.into_future()).await.unwrap().status(), 204);
        if let Ok(mut socket) = opening.await.unwrap() {
            socket.send("stake", json!({"bet": "1.00"})).await;
            assert_eq!(socket.close_code().await, 4001);
        }
        let mut shown = site.watch(&host, &table).await;
        assert_eq!(shown.view().await["players"], json!([]));
        shown.send("leave", json!(null)).await;
    }
    site.expect_chips_conserved().await;
}

/// Two requests, and a password that changes meanwhile: one of them counts, and no chip is made or lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_once_whatever_else_is_asked_at_the_same_time() {
    let site = TestSite::start(site()).await;
    for n in 0..5 {
        let ann = sign_up(&site, &format!("ann-{n}")).await;
        let change = json!({ "password": PASSWORD, "new_password": "battery staple" });
        let change = site.post("/api/me/password").bearer(&ann.token).json(change);
        let [first, second] = [(); 2].map(|()| delete(&site, &ann, with_password()));
        let (first, second, changed) = tokio::join!(first, second, change.into_future());
        let done = [&first, &second].into_iter().filter(|answer| answer.status() == 204).count();
        assert_eq!(done + usize::from(changed.status() == 200), 1);
        site.expect_chips_conserved().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_who_became_somebody_is_not_deleted_by_a_word() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let body = json!({ "username": "ann", "password": PASSWORD });
    let upgrade = site.post("/api/upgrade").bearer(&guest.token).json(body);
    let (gone, upgraded) =
        tokio::join!(delete(&site, &guest, json!({"confirm": true})), upgrade.into_future());
    let both = (gone.status() == 204, upgraded.status() == 200);
    assert!(both == (true, false) || both == (false, true), "{both:?}");
}
