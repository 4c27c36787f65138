//! Requests that pages of other sites make, what looking changes, and what every answer says to the browser.

use crate::game::{Counter, site};
use axum::routing::get;
use parlor::{axum, prelude::*};
use parlor_test::{Database, TestSite, http::Request};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// Every way to send a request that changes something: which are refused is told by the rule, and then by the site.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csrf_on_forms() {
    let friend = "https://friend.example";
    let site = TestSite::start_with(site(), |flags| {
        flags.allowed_origins = Some(friend.into());
    })
    .await;
    let guest = site.guest().await;
    let own = site.origin();
    let origins = [None, Some(&*own), Some(friend), Some("https://evil.example"), Some("null")];
    let fetch_sites =
        [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some("")];
    let cookie = format!("sid={}", guest.token);
    let credentials = [
        None,
        Some(("cookie", cookie.clone())),
        Some(("cookie", "__Host-sid=made-up".into())),
        Some(("authorization", "Basic eDp5".into())),
        Some(("authorization", format!("Bearer {}", guest.token))),
        Some(("authorization", "Bearer made-up".into())),
    ];
    let mut refused = 0;
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "QUERY"] {
        for origin in origins {
            for fetch_site in fetch_sites {
                for credential in &credentials {
                    let mut request = Request::new(site.address(), method, "/api/me");
                    if let Some(origin) = origin {
                        request = request.origin(origin);
                    }
                    if let Some(fetch_site) = fetch_site {
                        request = request.header("sec-fetch-site", fetch_site);
                    }
                    if let Some((name, value)) = credential {
                        request = request.header(name, value);
                    }
                    let asked = format!("{request:?}");
                    let answer = request.await;
                    let is_safe = ["GET", "HEAD", "OPTIONS"].contains(&method);
                    let by_bearer =
                        matches!(credential, Some((_, value)) if value.starts_with("Bearer "));
                    let has_cookie = matches!(credential, Some(("cookie", _)));
                    let foreign = match (origin, fetch_site) {
                        (Some(origin), _) => origin != own && origin != friend,
                        (None, Some(fetch_site)) => !["same-origin", "none"].contains(&fetch_site),
                        (None, None) => has_cookie,
                    };
                    let expected = foreign && !by_bearer && !is_safe;
                    assert_eq!(answer.status() == 403, expected, "{asked}: {}", answer.status());
                    refused += u32::from(expected);
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
    // Each route that changes something is behind the same door.
    for path in routes("post") {
        let foreign =
            site.post(&path).cookie(&cookie).form("next=/").origin("https://evil.example");
        let answer = foreign.await;
        assert_eq!((answer.status(), &*answer.code()), (403, "cross_origin"), "{path}");
    }
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200);
}

/// The paths of the framework's own routes that are answered by this method, as they stand in its source.
fn routes(method: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).expect("a source");
            for route in text.split(".route(\"").skip(1) {
                let (path, handlers) = route.split_once("\", ").expect("a path and its handlers");
                let handlers = handlers.split(".route(").next().unwrap_or_default();
                let handlers = handlers.lines().next().unwrap_or_default();
                if handlers.contains(&format!("{method}(")) || handlers.contains("any(") {
                    found.push(path.to_owned());
                }
            }
        }
    }
    found
}

/// Everything that a site keeps, but for the records of sessions: those are moved about while nothing happens, and counted.
async fn dump(database: &mut Database) -> BTreeMap<String, Vec<Value>> {
    let mut all = BTreeMap::new();
    let tables = "SELECT json_array(name) FROM sqlite_master WHERE type = 'table'";
    for table in database.rows(tables).await {
        let table = table[0].as_str().expect("a name").to_owned();
        if ["log", "runs", "records"].contains(&&*table) {
            continue;
        }
        let columns = format!("SELECT json_array(name) FROM pragma_table_info('{table}')");
        let columns: Vec<String> = database
            .rows(&columns)
            .await
            .iter()
            .map(|row| format!("quote({})", row[0].as_str().expect("a name")))
            .collect();
        let rows = format!("SELECT json_array({}) FROM {table}", columns.join(", "));
        all.insert(table, database.rows(&rows).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn get_changes_nothing() {
    let site = TestSite::start(site()).await;
    let (guest, host) = (site.guest().await, site.guest().await);
    let table = site.table(&host, "counter").await;
    let private = site.table_with(&host, "counter", json!({"private": true})).await;
    let mut socket = site.sit(&host, &table).await;
    socket.send("add", json!({"n": 1})).await;
    socket.expect("load_game").await;
    socket.close().await;
    site.connections(0).await;
    let mut database = Database::open(&site.database()).await;
    let before = dump(&mut database).await;
    assert!(before["accounts"].len() == 2 && before["sessions"].len() == 2, "{before:?}");
    let records = site.metric("parlor_records_total").await;
    assert!(records >= 2, "one has sat down, and added");
    let gets = routes("get");
    assert!(gets.len() >= 19, "{gets:?}");
    let mut answered = 0;
    for route in &gets {
        for id in [&table.id, &private.id] {
            let path = route
                .replace("{game}", "counter")
                .replace("{session}", id)
                .replace("{id}", id)
                .replace("{*name}", "parlor.js");
            assert!(!path.contains('{'), "what is to stand there? {path}");
            for query in ["", "?spectate=true", "?invite=x&next=/account/", "?ticket=x"] {
                for method in ["GET", "HEAD"] {
                    let request = Request::new(site.address(), method, &format!("{path}{query}"));
                    let by_cookie =
                        request.clone().cookie(&format!("sid={}", guest.token)).as_page();
                    for request in
                        [request.clone().as_page(), by_cookie, request.bearer(&guest.token)]
                    {
                        let status = request.await.status();
                        assert!(status < 500, "{method} {path}: {status}");
                        answered += u32::from(status == 200);
                    }
                }
            }
        }
    }
    assert!(answered > 300, "{answered}");
    assert_eq!(dump(&mut database).await, before);
    assert_eq!(site.metric("parlor_records_total").await, records);
    // A change would have been seen.
    site.guest().await;
    assert_ne!(dump(&mut database).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_security_policy_on_every_answer() {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
        img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'";
    let own = axum::Router::new()
        .route("/own/", get(async || "hello"))
        .route(
            "/own/lax/",
            get(async || [("content-security-policy", "default-src * 'unsafe-inline'")]),
        )
        .route("/own/panic/", get(async || -> &'static str { panic!("a handler breaks") }));
    let site = Site::new("Counting").game(SessionManager::<Counter>::new()).routes(own);
    let site = TestSite::start_with(site, |flags| {
        flags.allowed_origins = Some("https://friend.example".into());
        flags.limits.push("guests_per_hour=2".into());
    })
    .await;
    let (guest, _) = (site.guest().await, site.guest().await);
    let table = site.table(&guest, "counter").await;
    let style = site.get("/static/parlor.css").await;
    let tag = style.header("etag").to_owned();
    let preflight = Request::new(site.address(), "OPTIONS", "/api/me")
        .origin("https://friend.example")
        .header("access-control-request-method", "POST");
    for (request, status) in [
        (site.get("/").as_page(), 200),
        (site.get("/static/parlor.js"), 200),
        (site.get("/static/parlor.css").header("if-none-match", &tag), 304),
        (site.get("/favicon.ico"), 200),
        (site.get("/api/games"), 200),
        (site.get("/metrics"), 200),
        (site.get("/healthz"), 200),
        (site.get("/readyz"), 200),
        (site.get(&table.page()).bearer(&guest.token).as_page(), 200),
        (site.get("/own/"), 200),
        (site.get("/own/lax/"), 200),
        (preflight, 204),
        (site.get("/account/").as_page(), 303),
        (site.get(&format!("{}/", table.page())).as_page(), 308),
        (site.post("/api/signup").body("{"), 400),
        (site.get("/api/me"), 401),
        (site.get("/api/me").as_page(), 401),
        (site.post("/api/me").origin("https://evil.example"), 403),
        (site.get("/nothing/"), 404),
        (site.get("/nothing/").as_page(), 404),
        (site.get("/static/nothing.js"), 404),
        (site.get("/static/..%2fCargo.toml"), 404),
        (site.post("/api/me").bearer(&guest.token), 405),
        (site.post("/api/signup").body("x".repeat(70 << 10)), 413),
        (site.post("/login/").form("x").origin(&site.origin()).body("x".repeat(70 << 10)), 413),
        (site.post("/api/signup").json(json!({})), 422),
        (site.get(&table.socket("")).bearer(&guest.token), 426),
        (site.post("/api/guest"), 429),
        (site.get("/own/panic/"), 500),
        (site.get("/own/panic/").as_page(), 500),
    ] {
        let asked = format!("{request:?}");
        let answer = request.await;
        assert_eq!(answer.status(), status, "{asked}");
        let all: Vec<_> = answer.headers().get_all("content-security-policy").iter().collect();
        assert_eq!(all, [POLICY], "{asked}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{asked}");
        }
        assert!(["no-store", "no-cache"].contains(&answer.header("cache-control")), "{asked}");
    }
}

/// What a player may call oneself, and what the pages make of what is said, looked at without a browser.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xss_through_chat_and_names() {
    let site = TestSite::start(site()).await;
    for name in [
        "<b>x</b>",
        "<script>",
        "a\"onload=1",
        "a'b",
        "a&lt;b",
        "a b",
        "ann\u{202e}",
        "аnn",
        "a\u{0}b",
        "{{1+1}}",
        "javascript:",
        "a/b",
        "a\nb",
        "a\u{200b}b",
        "%3Cb%3E",
        "ann;",
    ] {
        let body = json!({"username": name, "password": "correct horse"});
        let refused = site.post("/api/signup").json(body).await;
        assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"), "{name:?}");
    }
    // What comes back in a page is text there: a name that was typed wrongly, and where to go.
    let payload = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";
    let form = "username=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E%27\
        &password=x&next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in ["/login/", "/signup/"] {
        let page = site.post(path).form(form).origin(&site.origin()).as_page().await.text();
        assert!(page.contains("alert(1)"), "what was typed is in the page");
        for raw in [payload, "<script>alert", "<img src=x", "\"><script"] {
            assert!(!page.contains(raw), "{path}: {raw}");
        }
    }
    let next = "/login/?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let page = site.get(next).as_page().await.text();
    assert!(page.contains("alert(1)") && !page.contains("<script>alert"), "{page}");
    let nowhere = site.get("/%3Cscript%3Ealert(1)%3C/script%3E").as_page().await;
    assert!(nowhere.status() == 404 && !nowhere.text().contains("<script>alert"));
}
