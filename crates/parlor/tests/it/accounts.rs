//! The API for programs: accounts, games and tables, and the form of every answer.

use crate::game::site;
use parlor_test::{Guest, TestSite};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signs_up_and_is_somebody() {
    let site = TestSite::start_with(site(), |flags| {
        flags.starting_chips = Some("12.5".into());
    })
    .await;
    let body = json!({"username": "Ann_1-x", "password": "correct horse"});
    let signed_up = site.post("/api/signup").json(body).await;
    assert_eq!(signed_up.status(), 201);
    let answer = signed_up.json();
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    assert_eq!(answer["username"], "Ann_1-x");
    let token = answer["token"].as_str().unwrap().to_owned();
    assert!(token.len() >= 43, "256 bits: {token}");
    let me = site.get("/api/me").bearer(&token).await;
    let expected = json!({"username": "Ann_1-x", "guest": false, "balance": "12.50"});
    assert_eq!((me.status(), me.json()), (200, expected));
    for name in ["Ann_1-x", "ANN_1-X", "ann_1-x"] {
        let body = json!({"username": name, "password": "another horse"});
        let taken = site.post("/api/signup").json(body).await;
        assert_eq!((taken.status(), &*taken.code()), (409, "username_taken"), "{name}");
        let body = json!({"username": name, "password": "correct horse"});
        let logged_in = site.post("/api/login").json(body).await;
        assert_eq!(logged_in.status(), 200, "{name}");
        assert_eq!(logged_in.json()["username"], "Ann_1-x");
        assert_ne!(logged_in.json()["token"], token, "each log-in has a token of its own");
    }
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_given_once() {
    let site = TestSite::start(site()).await;
    let asking = ["ann", "ANN", "Ann", "aNN", "anN"].map(|username| {
        let body = json!({"username": username, "password": "correct horse"});
        site.post("/api/signup").json(body).into_future()
    });
    let answers = futures_util::future::join_all(asking).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409]);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_cannot_be_used_are_named() {
    let site = TestSite::start(site()).await;
    for (username, password, fields) in [
        ("ab", "correct horse", &["username"][..]),
        ("a b c", "correct horse", &["username"]),
        ("ännchen", "correct horse", &["username"]),
        ("a2345678901234567890b", "correct horse", &["username"]),
        ("", "correct horse", &["username"]),
        ("ann", "short", &["password"]),
        ("ann", "password123", &["password"]),
        ("ann", "", &["password"]),
        ("a!", "123", &["password", "username"]),
    ] {
        let body = json!({"username": username, "password": password});
        let refused = site.post("/api/signup").json(body).await;
        assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"), "{username}");
        let problem = refused.json();
        let named: Vec<_> = problem["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(named, fields, "{problem}");
        assert!(problem["fields"][fields[0]].is_string() && problem["title"].is_string());
    }
    let refused = site.post("/api/signup").json(json!({})).await;
    assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"));
    let wrong_type = json!({"username": 5, "password": "correct horse"});
    let refused = site.post("/api/signup").json(wrong_type).await;
    assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_is_somebody_at_once() {
    let site = TestSite::start(site()).await;
    let answer = site.post("/api/guest").await;
    assert_eq!(answer.status(), 201);
    let guest = answer.json();
    assert_eq!(guest.as_object().unwrap().len(), 2);
    let me = site.get("/api/me").bearer(guest["token"].as_str().unwrap()).await.json();
    let expected = json!({"username": guest["username"], "guest": true, "balance": "1000.00"});
    assert_eq!(me, expected);
    // Nobody logs in as a guest: there is no password to know.
    for password in ["", "correct horse"] {
        let body = json!({"username": guest["username"], "password": password});
        let refused = site.post("/api/login").json(body).await;
        assert_eq!((refused.status(), &*refused.code()), (401, "bad_credentials"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_out_kills_the_token_and_its_sockets_alone() {
    let site = TestSite::start(site()).await;
    let body = json!({"username": "ann", "password": "correct horse"});
    let first = site.post("/api/signup").json(body.clone()).await.json();
    let second = site.post("/api/login").json(body).await.json();
    let guest = |answer: &Value| Guest {
        name: "ann".into(),
        token: answer["token"].as_str().unwrap().to_owned(),
    };
    let (laptop, phone) = (guest(&first), guest(&second));
    let table = site.table(&laptop, "counter").await;
    let mut at_laptop = site.sit(&laptop, &table).await;
    let with_cookie = site.socket(&table.socket("")).cookie(&format!("sid={}", laptop.token));
    let mut in_browser = with_cookie.origin(&site.origin()).await;
    let mut at_phone = site.sit(&phone, &table).await;
    assert_eq!(site.post("/api/logout").bearer(&laptop.token).await.status(), 204);
    let second = std::time::Duration::from_secs(1);
    for socket in [&mut at_laptop, &mut in_browser] {
        let closed = tokio::time::timeout(second, socket.close_code()).await;
        assert_eq!(closed.expect("closed within a second"), 4001);
    }
    let refused = site.get("/api/me").bearer(&laptop.token).await;
    assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
    let refused = site.socket(&table.socket("")).bearer(&laptop.token).refusal().await;
    assert_eq!(refused.status(), 401);
    let again = site.post("/api/logout").bearer(&laptop.token).await;
    assert_eq!((again.status(), &*again.code()), (401, "no_player"));
    assert_eq!(at_phone.view().await["players"], json!(["ann"]), "the other log-in plays on");
    assert_eq!(site.get("/api/me").bearer(&phone.token).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_nobody_uses_dies_after_12_hours_and_any_after_14_days() {
    const SECOND: Duration = Duration::from_secs(1);
    const IDLE: Duration = Duration::from_secs(12 * 3600);
    let site = TestSite::start(site()).await;
    site.stand_still();
    let me = async |guest: &Guest| site.get("/api/me").bearer(&guest.token).await.status();
    let (used, unused) = (site.guest().await, site.guest().await);
    site.advance(IDLE - SECOND).await;
    assert_eq!(me(&used).await, 200);
    site.advance(SECOND).await;
    assert_eq!((me(&used).await, me(&unused).await), (200, 401));
    // 28 times twelve hours are 14 days.
    let used = site.guest().await;
    for half_day in 0..28 {
        site.advance(IDLE - SECOND).await;
        assert_eq!(me(&used).await, 200, "{half_day}");
    }
    site.advance(27 * SECOND).await;
    assert_eq!(me(&used).await, 200);
    // A wall clock that is set back gives no time to one that is dead already, and takes none.
    site.jump_wall(-3_600_000);
    assert_eq!(me(&used).await, 200);
    site.jump_wall(3_600_000);
    site.advance(SECOND).await;
    assert_eq!(me(&used).await, 401);
    site.jump_wall(-3_600_000);
    assert_eq!((me(&used).await, me(&unused).await), (401, 401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_handshake_outlives_its_log_in() {
    let site = TestSite::start(site()).await;
    let host = site.guest().await;
    let table = site.table(&host, "counter").await;
    for _ in 0..60 {
        let guest = site.guest().await;
        let handshake = site.socket(&table.socket("spectate=true")).bearer(&guest.token);
        let opening = tokio::spawn(handshake.open());
        let out = tokio::spawn(site.post("/api/logout").bearer(&guest.token).into_future());
        assert_eq!(out.await.unwrap().status(), 204);
        match opening.await.unwrap() {
            Ok(mut socket) => assert_eq!(socket.close_code().await, 4001),
            Err(status) => assert_eq!(status, 401),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_needs_a_player_says_so() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let journal = format!("/api/sessions/{}/journal", table.id);
    for request in [
        site.get("/api/me"),
        site.post("/api/logout"),
        site.post("/api/games/counter/sessions"),
        site.post("/api/ws-ticket"),
        site.get(&journal),
        site.get("/api/me").bearer("made-up"),
        site.get("/api/me").header("authorization", "Basic eDp5"),
        site.get("/api/me").cookie("sid=made-up"),
    ] {
        let refused = request.await;
        assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
    }
    let by_cookie = site.get("/api/me").cookie(&format!("sid={}", guest.token)).await;
    assert_eq!(by_cookie.json()["username"], guest.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn games_and_their_tables_are_public() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let game = json!({
        "name": "counter", "title": "The Counter", "min_players": 1, "max_players": 3, "sessions": 0,
    });
    assert_eq!(site.get("/api/games").await.json(), json!([game]));
    let created = site.post("/api/games/counter/sessions").bearer(&guest.token).await;
    assert_eq!(created.status(), 201);
    let created = created.json();
    let id = created["id"].as_str().unwrap();
    let address = site.address();
    let expected = json!({
        "id": id,
        "url": format!("http://{address}/games/counter/session/{id}"),
        "ws_url": format!("ws://{address}/ws/counter/{id}/"),
        "invite": null,
    });
    assert_eq!(created, expected);
    let rows = site.get("/api/games/counter/sessions").await.json();
    let row = site.get(&format!("/api/games/counter/sessions/{id}")).await.json();
    assert_eq!(rows, json!([row]));
    for (name, value) in [
        ("id", json!(id)),
        ("players", json!(0)),
        ("spectators", json!(0)),
        ("max_players", json!(3)),
        ("stage", json!("counting")),
        ("private", json!(false)),
    ] {
        assert_eq!(row[name], value, "{row}");
    }
    assert_eq!(site.get("/api/games").await.json()[0]["sessions"], 1);
    for (path, code) in [
        ("/api/games/chess/sessions", "no_such_game"),
        ("/api/games/chess/sessions/7", "no_such_game"),
        ("/api/games/counter/sessions/7", "no_such_session"),
        ("/api/games/counter/sessions/00000000-0000-4000-8000-000000000000", "no_such_session"),
    ] {
        let refused = site.get(path).await;
        assert_eq!((refused.status(), &*refused.code()), (404, code), "{path}");
    }
    for (body, status) in [
        (json!({"options": {"waits": true}}), 201),
        (json!({"private": true, "options": null}), 201),
        (json!({"options": {"nonsense": 1}}), 422),
        (json!({"options": {"waits": "x"}}), 422),
        (json!({"options": 7}), 422),
        (json!({"private": "yes"}), 422),
    ] {
        let path = "/api/games/counter/sessions";
        let answer = site.post(path).bearer(&guest.token).json(body.clone()).await;
        assert_eq!(answer.status(), status, "{body}: {}", answer.text());
        if status == 422 {
            answer.code();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_without_a_form_are_refused_as_problems() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    for body in ["{", "nonsense", "{\"username\":\"ann\",}", "\u{0}"] {
        let refused = site.post("/api/signup").body(body).await;
        assert_eq!((refused.status(), &*refused.code()), (400, "malformed"), "{body:?}");
    }
    let list = site.post("/api/signup").json(json!(["annabel", "correct horse"])).await;
    assert_eq!((list.status(), &*list.code()), (400, "malformed"), "a list is no object");
    let large = format!("{{\"username\":\"{}\"}}", "x".repeat(70 << 10));
    for path in ["/api/signup", "/api/login", "/api/games/counter/sessions", "/api/ws-ticket"] {
        let refused = site.post(path).bearer(&guest.token).body(large.clone()).await;
        assert_eq!((refused.status(), &*refused.code()), (413, "too_large"), "{path}");
    }
    for request in [
        site.get("/api/signup"),
        site.get("/api/logout"),
        site.post("/api/me"),
        site.post("/api/games"),
        site.post("/healthz"),
        site.post("/metrics"),
        parlor_test::http::Request::new(site.address(), "DELETE", "/api/me"),
        parlor_test::http::Request::new(site.address(), "PUT", "/"),
    ] {
        let asked = format!("{request:?}");
        let refused = request.bearer(&guest.token).await;
        assert_eq!(refused.status(), 405, "{asked}");
        assert_eq!(refused.code(), "method_not_allowed");
    }
    for path in ["/api/nothing", "/nothing", "/ws/counter/", "/static/nothing.js"] {
        let refused = site.get(path).await;
        assert_eq!((refused.status(), &*refused.code()), (404, "not_found"), "{path}");
    }
    // Bytes that are no UTF-8 name nothing either.
    for path in ["/api/games/%FF/sessions", "/games/%FF/", "/ws/%FF/7/", "/ws/counter/%FF/"] {
        let refused = site.get(path).bearer(&guest.token).await;
        assert!(matches!(refused.status(), 400 | 404), "{path}");
        refused.code();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_shows_what_its_viewer_may_know() {
    let site = TestSite::start(site()).await;
    let (first, second) = (site.guest().await, site.guest().await);
    let table = site.table(&first, "counter").await;
    let mut ann = site.sit(&first, &table).await;
    ann.send("add", json!({"n": 7})).await;
    ann.expect("load_game").await;
    ann.catch_up("a line").await;
    let path = format!("/api/sessions/{}/journal", table.id);
    let own = site.get(&path).bearer(&first.token).await.json();
    let others = site.get(&path).bearer(&second.token).await.json();
    for (n, row) in own.as_array().unwrap().iter().enumerate() {
        let keys: Vec<_> = row.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["seq", "at", "who", "input"], "{row}");
        assert_eq!(row["seq"], n + 1);
    }
    assert_eq!(own[2]["input"], json!({"type": "add", "data": {"n": 7}}));
    assert_eq!(own[2]["who"], first.name);
    assert_eq!(others[2]["input"], json!({"type": "acted"}), "another's data are not shown");
    let text = own.to_string();
    assert!(!text.contains("seed") && !text.contains("a line"), "{text}");
    assert_eq!(site.get("/api/sessions/7/journal").bearer(&first.token).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_are_told() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send_text("no form").await;
    socket.refused("malformed").await;
    assert_eq!(site.get("/healthz").await.status(), 200);
    assert_eq!(site.get("/readyz").await.status(), 200);
    let metrics = site.get("/metrics").await;
    assert_eq!(metrics.status(), 200);
    let text = metrics.text();
    for line in
        ["parlor_connections 1", "parlor_sessions 1", "parlor_refusals_total{code=\"malformed\"} 1"]
    {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}
