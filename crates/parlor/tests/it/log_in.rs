//! Passwords: what is told of them, how often they may be wrong, and what of them is kept and logged.

use crate::game::site;
use parlor_test::{TestSite, http::Answer};
use serde_json::json;
use std::time::{Duration, Instant};

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
    for name in ["ann", "bob", "cat"] {
        sign_up(&site, name).await;
    }
    for (name, again) in [("ann", "ann"), ("bob", "BOB"), ("nobody", "nobody")] {
        let sixth = sixth(&site, name, again).await;
        assert_eq!((sixth.status(), &*sixth.code()), (429, "rate_limited"), "{name}");
        assert!(sixth.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
    assert_eq!(log_in(&site, "cat", "correct horse").await.status(), 200, "another name is free");
}

/// The answer to the right password after five wrong ones. The first wait is a second, counted from the fifth: where that
/// was over before the sixth was answered, on a busy machine, nothing is proved and the wait is longer the next time.
async fn sixth(site: &TestSite, name: &str, again: &str) -> Answer {
    for _ in 0..5 {
        let mut last = Instant::now();
        for _ in 0..5 {
            last = Instant::now();
            let status = log_in(site, name, "wrong horse").await.status();
            assert!(matches!(status, 401 | 429), "{status}");
        }
        let sixth = log_in(site, again, "correct horse").await;
        if sixth.status() == 429 || last.elapsed() < Duration::from_secs(1) {
            return sixth;
        }
    }
    panic!("five rounds, each slower than the wait");
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
