//! How passwords are kept, and how often they may be guessed.

use crate::game::site;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use futures_util::future::join_all;
use parlor_test::{Database, TestSite, http::Answer};
use serde_json::json;
use std::{
    future::IntoFuture as _,
    time::{Duration, Instant},
};

async fn log_in(site: &TestSite, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    site.post("/api/login").json(body).await
}

async fn sign_up(site: &TestSite, username: &str) {
    let body = json!({"username": username, "password": "correct horse"});
    assert_eq!(site.post("/api/signup").json(body).await.status(), 201);
}

async fn kept(database: &mut Database, name: &str) -> String {
    let query = format!("SELECT json_array(password) FROM accounts WHERE name = '{name}'");
    database.rows(&query).await[0][0].as_str().expect("a hash").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn password_storage() {
    const NOW: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
    let site = TestSite::start(site()).await;
    sign_up(&site, "ann").await;
    sign_up(&site, "bob").await;
    let mut database = Database::open(&site.database()).await;
    let (ann, bob) = (kept(&mut database, "ann").await, kept(&mut database, "bob").await);
    assert!(ann.starts_with(NOW) && bob.starts_with(NOW), "{ann}");
    assert_ne!(ann, bob, "each has a salt of its own");
    // What an older site has kept, with less work, is made anew when the right password comes, and not before.
    let weak = Params::new(8_192, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
    let weak = weak.hash_password(b"correct horse").expect("a hash").to_string();
    let older = format!("UPDATE accounts SET password = '{weak}' WHERE name = 'ann'");
    assert_eq!(database.change(&older).await, 1);
    assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401);
    assert_eq!(kept(&mut database, "ann").await, weak);
    assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 200);
    let better = kept(&mut database, "ann").await;
    assert!(better.starts_with(NOW) && better != ann, "{better}");
    for _ in 0..2 {
        assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 200);
    }
    assert_eq!(kept(&mut database, "ann").await, better, "once");
    assert_eq!(log_in(&site, "ann", "wrong horse").await.status(), 401);
}

/// The pool is full, and everything else goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_log_ins_at_once() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("login_failures=1000,login_failures_per_hour=1000".into());
    })
    .await;
    sign_up(&site, "ann").await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    let log_ins = (0..200).map(|n| {
        let body = json!({"username": "ann", "password": format!("wrong horse {n}")});
        site.post("/api/login").json(body).into_future()
    });
    let log_ins = tokio::spawn(join_all(log_ins));
    let started = Instant::now();
    while site.metric("parlor_passwords_waiting").await < 10 {
        assert!(!log_ins.is_finished() && started.elapsed() < Duration::from_secs(5));
    }
    // Two at a time take a while for those who wait; this is answered meanwhile.
    let mut n = 0;
    while site.metric("parlor_passwords_waiting").await > 2 {
        n += 1;
        socket.send("add", json!({"n": 1})).await;
        assert_eq!(socket.expect("load_game").await["data"]["count"], n);
        assert_eq!(site.get("/").await.status(), 200);
        assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200);
        assert!(site.metric("parlor_passwords_waiting").await <= 64);
    }
    assert!(n > 0, "nothing was asked while they waited");
    let answers = log_ins.await.expect("the answers");
    let count = |status| answers.iter().filter(|answer| answer.status() == status).count();
    let (tried, busy) = (count(401), count(503));
    assert_eq!(tried + busy, 200);
    assert!(tried >= 66 && busy > 0, "{tried} were looked at");
    let turned_away = answers.iter().find(|answer| answer.status() == 503).unwrap();
    assert_eq!((&*turned_away.code(), turned_away.header("retry-after")), ("busy", "2"));
    assert_eq!(site.metric("parlor_passwords_waiting").await, 0);
    assert_eq!(log_in(&site, "ann", "correct horse").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing() {
    const HOUR: Duration = Duration::from_secs(3600);
    const BETWEEN: Duration = Duration::from_secs(60);
    let site = TestSite::start_with(site(), |flags| {
        flags.trusted_proxies = Some("127.0.0.0/8".into());
    })
    .await;
    site.stand_still();
    let log_in = async |address: &str, password: &str, bearer: Option<&str>| {
        let body = json!({"username": "Ann", "password": password});
        let request = site.post("/api/login").header("x-forwarded-for", address).json(body);
        match bearer {
            Some(token) => request.bearer(token).await,
            None => request.await,
        }
    };
    let body = json!({"username": "ann", "password": "correct horse"});
    let home = "198.51.100.1";
    let signed_up = site.post("/api/signup").header("x-forwarded-for", home).json(body).await;
    let token = signed_up.json()["token"].as_str().unwrap().to_owned();
    // Three hours of stuffing: from any number of addresses, three times a minute.
    let (mut tried, mut address) = (Vec::new(), 0_u32);
    let (mut at, mut waits) = (Duration::ZERO, 0);
    while at < HOUR * 3 {
        for _ in 0..3 {
            address += 1;
            let [_, a, b, c] = address.to_be_bytes();
            let answer = log_in(&format!("10.{a}.{b}.{c}"), "wrong horse", None).await;
            match answer.status() {
                401 => tried.push(at),
                429 => {
                    assert!((1..=360).contains(&answer.header("retry-after").parse().unwrap()));
                    waits += 1;
                }
                status => panic!("{status}"),
            }
        }
        // The owner gets in all the while: from where the right password came before, and from anywhere while signed in.
        if at.as_secs() % 1_200 == 0 {
            assert_eq!(log_in(home, "correct horse", None).await.status(), 200, "{at:?}");
            let abroad = format!("192.0.2.{}", at.as_secs() / 1_200);
            assert_eq!(log_in(&abroad, "correct horse", Some(&token)).await.status(), 200);
        }
        site.advance(BETWEEN).await;
        at += BETWEEN;
    }
    let most = tried
        .iter()
        .map(|from| tried.iter().filter(|at| (*from..*from + HOUR).contains(*at)).count())
        .max();
    assert!(most <= Some(20) && tried.len() <= 40 && waits > 400, "{most:?} of {}", tried.len());
    // Whose token it is not has no such say.
    let other = site.guest().await;
    while log_in("10.255.0.1", "wrong horse", None).await.status() == 401 {}
    let refused = log_in("10.255.0.2", "correct horse", Some(&other.token)).await;
    assert_eq!((refused.status(), &*refused.code()), (429, "rate_limited"));
    // And a name without an account is held up alike.
    let nobody = async |n: u32| {
        let body = json!({"username": "nobody", "password": "wrong horse"});
        let request = site.post("/api/login").header("x-forwarded-for", &format!("10.9.9.{n}"));
        request.json(body).await.status()
    };
    let mut statuses = Vec::new();
    for n in 0..12 {
        statuses.push(nobody(n).await);
    }
    assert_eq!(statuses, [&[401; 10][..], &[429; 2]].concat());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_enumeration() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("login_failures=1000,login_failures_per_hour=1000".into());
    })
    .await;
    sign_up(&site, "ann").await;
    let guest = site.guest().await;
    let hashed = async || site.metric("parlor_password_hashes_total").await;
    let mut first = None;
    for (username, password) in [
        ("ann", "wrong horse"),
        ("nobody", "wrong horse"),
        ("nobody", "correct horse"),
        // A guest has an account without a password.
        (&*guest.name, "wrong horse"),
        (&*guest.name, ""),
        ("ann", ""),
        ("", ""),
        ("<ann>", "wrong horse"),
        ("ann", &*"x".repeat(2_000)),
        (&*"x".repeat(2_000), "wrong horse"),
    ] {
        for as_page in [false, true] {
            let before = hashed().await;
            let request = if as_page {
                let form =
                    format!("username={}&password={password}", username.replace(['<', '>'], ""));
                site.post("/login/").form(&form).origin(&site.origin()).as_page()
            } else {
                site.post("/api/login").json(json!({"username": username, "password": password}))
            };
            let answer = request.await;
            // The name that was typed stands in the form again.
            let body = answer.text().replace(&format!("value=\"{username}\""), "value=\"\"");
            let names: Vec<_> = answer.headers().keys().map(ToString::to_string).collect();
            let length = if as_page { "" } else { answer.header("content-length") }.to_owned();
            assert_eq!(hashed().await - before, 1, "{username:?}: the same work");
            assert_eq!(answer.status(), 401, "{username:?}");
            if as_page && (username.starts_with('<') || username.len() > 64) {
                continue;
            }
            let told = (body, names, length);
            let alike = first.get_or_insert_with(Vec::new);
            match alike.get(usize::from(as_page)) {
                None => alike.push(told),
                Some(expected) => assert_eq!(&told, expected, "{username:?}"),
            }
        }
    }
}
