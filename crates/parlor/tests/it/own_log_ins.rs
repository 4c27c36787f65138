//! One's own log-ins: told, ended one by one, and all at once.

use crate::{
    game::site,
    people::{log_in, refusal, sign_up, signed_in, told},
};
use parlor_test::{Database, Guest, TestSite};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn with(site: &TestSite, agent: &str) -> Guest {
    let body = json!({ "username": "ann", "password": crate::people::PASSWORD });
    signed_in(&site.post("/api/login").header("user-agent", agent).json(body).await)
}

fn ids(log_ins: &Value, current: bool) -> Vec<String> {
    let log_ins = log_ins.as_array().unwrap().iter();
    let those = log_ins.filter(|log_in| log_in["current"] == current);
    those.map(|log_in| log_in["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_with_what_opened_it_and_nothing_that_could_log_in() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    sign_up(&site, "ann").await;
    site.advance(Duration::from_secs(60)).await;
    let began = site.wall();
    let firefox = with(&site, FIREFOX).await;
    site.advance(Duration::from_secs(3600)).await;
    let curl = with(&site, "curl/8.14.1").await;
    site.get("/api/me").bearer(&firefox.token).await;
    let log_ins = told(&site, &curl, "/api/me/logins").await;
    let all = log_ins.as_array().unwrap();
    let labels: Vec<_> = all.iter().map(|log_in| (&log_in["label"], &log_in["current"])).collect();
    let [yes, no] = [json!(true), json!(false)];
    assert_eq!(
        labels,
        [(&json!("curl"), &yes), (&json!("Firefox on Linux"), &no), (&json!(""), &no)]
    );
    assert_eq!((&all[1]["created"], &all[1]["seen"]), (&json!(began), &json!(site.wall())));
    assert_eq!(all[0].as_object().unwrap().len(), 5, "{}", all[0]);
    let mut database = Database::open(&site.database()).await;
    let hashes = database.rows("SELECT json_array(hash) FROM tokens").await;
    assert_eq!(hashes.len(), 3);
    for hash in hashes {
        assert!(!log_ins.to_string().contains(hash[0].as_str().unwrap()), "the hash is told");
    }
    // A log-in that has died of age is none.
    site.advance(Duration::from_secs(12 * 3600 - 1)).await;
    site.get("/api/me").bearer(&curl.token).await;
    site.advance(Duration::from_secs(1)).await;
    assert_eq!(told(&site, &curl, "/api/me/logins").await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_ended_with_its_sockets_and_the_others_stay() {
    let site = TestSite::start(site()).await;
    let (laptop, phone) = (sign_up(&site, "ann").await, log_in(&site, "ann").await);
    let table = site.table(&laptop, "counter").await;
    let mut at_laptop = site.sit(&laptop, &table).await;
    let mut at_phone = site.sit(&phone, &table).await;
    let log_ins = told(&site, &laptop, "/api/me/logins").await;
    let [other] = &ids(&log_ins, false)[..] else { panic!("{log_ins}") };
    let path = format!("/api/me/logins/{other}");
    assert_eq!(site.delete(&path).bearer(&laptop.token).await.status(), 204);
    let closed = tokio::time::timeout(Duration::from_secs(1), at_phone.close_code()).await;
    assert_eq!(closed.expect("closed within a second"), 4001);
    assert_eq!(site.get("/api/me").bearer(&phone.token).await.status(), 401);
    assert_eq!(at_laptop.view().await["players"], json!(["ann"]));
    let again = site.delete(&path).bearer(&laptop.token).await;
    assert_eq!(refusal(&again), (404, "no_such_log_in".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_out_everywhere_is_everywhere_and_everywhere_else_is_not_here() {
    let site = TestSite::start(site()).await;
    let here = sign_up(&site, "ann").await;
    let others = [log_in(&site, "ann").await, log_in(&site, "ann").await];
    let table = site.table(&here, "counter").await;
    let mut at_here = site.sit(&here, &table).await;
    let mut at_other = site.sit(&others[0], &table).await;
    let ended = site.delete("/api/me/logins?others=true").bearer(&here.token).await;
    assert_eq!(ended.status(), 204);
    assert_eq!(at_other.close_code().await, 4001);
    for other in &others {
        assert_eq!(site.get("/api/me").bearer(&other.token).await.status(), 401);
    }
    assert_eq!(at_here.view().await["players"], json!(["ann"]));
    let third = log_in(&site, "ann").await;
    assert_eq!(site.delete("/api/me/logins").bearer(&third.token).await.status(), 204);
    assert_eq!(at_here.close_code().await, 4001);
    for dead in [&here, &third] {
        assert_eq!(site.get("/api/me").bearer(&dead.token).await.status(), 401);
    }
    let wrong = site
        .delete("/api/me/logins?others=perhaps")
        .bearer(&log_in(&site, "ann").await.token)
        .await;
    assert_eq!(refusal(&wrong), (422, "invalid_fields".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_ends_or_learns_of_the_log_ins_of_another() {
    let site = TestSite::start(site()).await;
    let (ann, eve) = (sign_up(&site, "ann").await, sign_up(&site, "eve").await);
    let [hers] = &ids(&told(&site, &ann, "/api/me/logins").await, true)[..] else { panic!("one") };
    let refused = site.delete(&format!("/api/me/logins/{hers}")).bearer(&eve.token).await;
    let unknown = site.delete("/api/me/logins/0123456789").bearer(&eve.token).await;
    assert_eq!(refused.text(), unknown.text(), "they look alike");
    assert_eq!(refusal(&refused), (404, "no_such_log_in".into()));
    assert_eq!(site.delete("/api/me/logins").bearer(&eve.token).await.status(), 204);
    assert_eq!(site.get("/api/me").bearer(&ann.token).await.status(), 200);
    let seen: BTreeSet<String> =
        ids(&told(&site, &ann, "/api/me/logins").await, true).into_iter().collect();
    assert_eq!(seen, BTreeSet::from([hers.clone()]));
}

/// One's own tables are told with them: those where one sits, and those that one has opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_tables_are_those_where_one_sits_and_those_one_has_opened() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (site.guest().await, site.guest().await);
    let hosted = site.table_with(&ann, "counter", json!({"private": true})).await;
    let joined = site.table(&bob, "counter").await;
    let _socket = site.sit(&ann, &joined).await;
    let tables = told(&site, &ann, "/api/me/tables").await;
    let told_of: Vec<_> = tables
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["id"].clone(), t["seated"].clone(), t["hosting"].clone(), t["path"].clone()))
        .collect();
    assert_eq!(
        told_of,
        [
            (json!(hosted.id), json!(false), json!(true), json!(hosted.page())),
            (json!(joined.id), json!(true), json!(false), json!(joined.page())),
        ]
    );
    assert_eq!(told(&site, &bob, "/api/me/tables").await.as_array().unwrap().len(), 1);
}
