//! A password is changed: with the one before, and every other log-in is over.

use crate::{
    game::site,
    people::{PASSWORD, log_in, refusal, sign_up, signed_in, until_view},
};
use parlor_test::{Guest, TestSite, http::Answer};
use serde_json::json;
use std::{future::IntoFuture as _, time::Duration};

const NEW: &str = "battery staple";

async fn change(site: &TestSite, who: &Guest, before: &str, after: &str) -> Answer {
    let body = json!({ "password": before, "new_password": after });
    site.post("/api/me/password").bearer(&who.token).json(body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_log_ins_are_signed_out_within_a_second_and_this_one_plays_on() {
    let site = TestSite::start(site()).await;
    let laptop = sign_up(&site, "ann").await;
    let phone = log_in(&site, "ann").await;
    let table = site.table(&laptop, "counter").await;
    let mut at_laptop = site.sit(&laptop, &table).await;
    let mut at_phone = site.sit(&phone, &table).await;
    let ticket = json!({ "session": table.id });
    let ticket = site.post("/api/ws-ticket").bearer(&phone.token).json(ticket).await.json();

    let answer = change(&site, &laptop, PASSWORD, NEW).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let closed = tokio::time::timeout(Duration::from_secs(1), at_phone.close_code()).await;
    assert_eq!(closed.expect("closed within a second"), 4001);
    let renewed = signed_in(&answer);
    for dead in [&laptop, &phone] {
        let refused = site.get("/api/me").bearer(&dead.token).await;
        assert_eq!(refusal(&refused), (401, "no_player".into()));
    }
    let query = format!("ticket={}", ticket["ticket"].as_str().unwrap());
    assert_eq!(site.socket(&table.socket(&query)).refusal().await.status(), 401);
    assert_eq!(site.get("/api/me").bearer(&renewed.token).await.status(), 200);
    at_laptop.send("add", json!({"n": 1})).await;
    until_view(&mut at_laptop, |view| view["count"] == 1).await;
    // The socket is the new log-in's: the minute's look leaves it alone, and it ends with that.
    site.advance(Duration::from_secs(120)).await;
    at_laptop.send("add", json!({"n": 1})).await;
    until_view(&mut at_laptop, |view| view["count"] == 2).await;
    assert_eq!(site.post("/api/logout").bearer(&renewed.token).await.status(), 204);
    assert_eq!(at_laptop.close_code().await, 4001);

    let with = |password| json!({ "username": "ann", "password": password });
    assert_eq!(site.post("/api/login").json(with(PASSWORD)).await.status(), 401);
    assert_eq!(site.post("/api/login").json(with(NEW)).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_changed_says_why_and_changes_nothing() {
    let site = TestSite::start(site()).await;
    let (ann, guest) = (sign_up(&site, "ann").await, site.guest().await);
    for (before, after, expected) in [
        ("wrong horse", NEW, (401, "bad_credentials")),
        ("", NEW, (401, "bad_credentials")),
        (PASSWORD, "short", (422, "invalid_fields")),
        (PASSWORD, "password123", (422, "invalid_fields")),
        (PASSWORD, "", (422, "invalid_fields")),
    ] {
        let refused = change(&site, &ann, before, after).await;
        assert_eq!(refusal(&refused), (expected.0, expected.1.into()), "{before:?} {after:?}");
    }
    assert_eq!(refusal(&change(&site, &guest, "", NEW).await), (409, "no_password".into()));
    assert_eq!(site.get("/api/me").bearer(&ann.token).await.status(), 200);
    log_in(&site, "ann").await;
}

/// Whoever has found somebody's browser open must not find out the password there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_count_as_they_do_at_a_log_in() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let ann = sign_up(&site, "ann").await;
    for n in 0..5 {
        assert_eq!(change(&site, &ann, "wrong horse", NEW).await.status(), 401, "{n}");
    }
    let refused = change(&site, &ann, PASSWORD, NEW).await;
    assert_eq!(refusal(&refused), (429, "rate_limited".into()));
    let body = json!({ "username": "ann", "password": PASSWORD });
    assert_eq!(site.post("/api/login").json(body).await.status(), 429, "the same count");
    site.advance(Duration::from_secs(2)).await;
    assert_eq!(change(&site, &ann, PASSWORD, NEW).await.status(), 200);
}

/// A log-in that has proved the old password before the change must not outlive it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_in_with_the_old_password_outlives_the_change() {
    let site = TestSite::start(site()).await;
    let mut ann = sign_up(&site, "ann").await;
    let (mut before, mut after) = (PASSWORD, NEW);
    for _ in 0..8 {
        let body = json!({ "username": "ann", "password": before });
        let trying: Vec<_> = (0..3)
            .map(|_| tokio::spawn(site.post("/api/login").json(body.clone()).into_future()))
            .collect();
        let changed = change(&site, &ann, before, after).await;
        assert_eq!(changed.status(), 200, "{}", changed.text());
        ann = signed_in(&changed);
        for answer in futures_util::future::join_all(trying).await {
            let answer = answer.unwrap();
            if answer.status() == 200 {
                let stale = signed_in(&answer);
                assert_eq!(site.get("/api/me").bearer(&stale.token).await.status(), 401);
            }
        }
        (before, after) = (after, before);
        // What has failed is forgotten, so that the next round may try.
        site.advance(Duration::from_secs(3700)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_at_once_one_counts() {
    let site = TestSite::start(site()).await;
    let ann = sign_up(&site, "ann").await;
    let changes = ["first horse staple", "second horse staple"];
    let answers =
        futures_util::future::join_all(changes.map(|new| change(&site, &ann, PASSWORD, new))).await;
    let statuses: Vec<_> = answers.iter().map(Answer::status).collect();
    assert!(statuses == [200, 401] || statuses == [401, 200], "{statuses:?}");
    let counts = usize::from(statuses[1] == 200);
    let body = json!({ "username": "ann", "password": changes[counts] });
    assert_eq!(site.post("/api/login").json(body).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_is_in_what_a_page_answers() {
    let site = TestSite::start(site()).await;
    let ann = sign_up(&site, "ann").await;
    let form = "password=wrong+horse+1&new_password=battery+staple";
    let page = site
        .post("/account/password/")
        .form(form)
        .cookie(&format!("sid={}", ann.token))
        .origin(&site.origin())
        .as_page()
        .await;
    assert_eq!(page.status(), 401);
    assert!(page.text().contains("the name or the password is wrong"));
    assert!(!page.text().contains("wrong horse 1") && !page.text().contains("battery staple"));
}
