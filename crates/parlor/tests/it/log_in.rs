//! Passwords: what is told of them, how often they may be wrong, and what of them is kept and logged.

use crate::game::site;
use parlor_test::{TestSite, http::Answer};
use serde_json::json;
use std::time::Duration;

async fn log_in(site: &TestSite, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    site.post("/api/login").json(body).await
}

async fn sign_up(site: &TestSite, username: &str) -> String {
    let body = json!({"username": username, "password": "correct horse"});
    let answer = site.post("/api/signup").json(body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_name_and_a_wrong_password_are_told_alike() {
    let site = TestSite::start(site()).await;
    sign_up(&site, "ann").await;
    let wrong = log_in(&site, "ann", "wrong horse").await;
    let unknown = log_in(&site, "bob", "wrong horse").await;
    assert_eq!((wrong.status(), &*wrong.code()), (401, "bad_credentials"));
    assert_eq!(wrong.text(), unknown.text());
    assert_eq!(wrong.status(), unknown.status());
    let names =
        |answer: &Answer| answer.headers().keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
    for (username, password) in
        [("ann", ""), ("", ""), ("ann", &*"x".repeat(5_000)), ("' OR 1=1 --", "x")]
    {
        let refused = log_in(&site, username, password).await;
        assert_eq!((refused.status(), &*refused.code()), (401, "bad_credentials"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_are_numbered() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    for name in ["ann", "bob", "cat"] {
        sign_up(&site, name).await;
    }
    for (name, again) in [("ann", "ann"), ("bob", "BOB"), ("nobody", "nobody")] {
        for _ in 0..5 {
            assert_eq!(log_in(&site, name, "wrong horse").await.status(), 401);
        }
        let sixth = log_in(&site, again, "correct horse").await;
        assert_eq!((sixth.status(), &*sixth.code()), (429, "rate_limited"), "{name}");
        assert_eq!(sixth.header("retry-after"), "1");
    }
    assert_eq!(site.hits("login_failures").await, 3);
    assert_eq!(log_in(&site, "cat", "correct horse").await.status(), 200, "another name is free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    sign_up(&site, "ann").await;
    for _ in 0..5 {
        assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401);
    }
    let held_up = async |wait: u64| {
        let refused = log_in(&site, "ann", "correct horse").await;
        assert_eq!(refused.status(), 429, "{wait}");
        assert_eq!(refused.header("retry-after"), wait.to_string());
    };
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        held_up(wait).await;
        // One who is refused waits no longer for it, and whoever comes when told to come is let in.
        site.advance(Duration::from_millis(1)).await;
        held_up(wait).await;
        site.advance(Duration::from_millis(wait * 1000 - 2)).await;
        held_up(1).await;
        site.jump_wall(3_600_000);
        held_up(1).await;
        site.advance(Duration::from_millis(1)).await;
        assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401, "{wait}");
    }
    held_up(900).await;
    site.advance(Duration::from_secs(900)).await;
    assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 200);
    assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401, "all is forgotten");
    assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_without_a_wrong_password_forgets_them() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    sign_up(&site, "ann").await;
    for _ in 0..2 {
        for _ in 0..5 {
            assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401);
        }
        assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 429);
        site.advance(Duration::from_millis(3_600_001)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_at_the_same_time_are_numbered_too() {
    let site = TestSite::start(site()).await;
    sign_up(&site, "ann").await;
    let tries = (0..40).map(|_| log_in(&site, "ann", "wrong horse"));
    let answers = futures_util::future::join_all(tries).await;
    let tried = answers.iter().filter(|answer| answer.status() == 401).count();
    assert!(tried <= 5, "{tried} passwords were tried at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_can_not_log_in() {
    let site = TestSite::start(site()).await;
    let token = sign_up(&site, "ann").await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let body = json!({"session": table.id});
    let ticket = site.post("/api/ws-ticket").bearer(&guest.token).json(body).await.json();
    let ticket = ticket["ticket"].as_str().unwrap().to_owned();
    let database = site.database();
    let mut bytes = Vec::new();
    for ending in ["", "-wal"] {
        let file = format!("{}{ending}", database.display());
        bytes.extend(std::fs::read(file).unwrap_or_default());
    }
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("ann") && has("$argon2id$v=19$m=19456,t=2,p=1$"), "this is the database");
    for secret in [&token, &guest.token, &ticket, "correct horse"] {
        assert!(!has(secret), "{secret} is kept as it is");
    }
    // Every token as it is kept, offered as a token.
    let text: String = bytes.iter().map(|&b| char::from(b)).collect();
    let hashes = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() >= 64);
    let mut offered = 0;
    for hash in hashes.flat_map(|word| [&word[..64], &word[word.len() - 64..]]).take(200) {
        assert_eq!(site.get("/api/me").bearer(hash).await.status(), 401);
        offered += 1;
    }
    assert!(offered >= 2, "the hashes are there");
}
