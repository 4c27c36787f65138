//! Requests that pages of other sites send, cookies, and the headers of every answer.

use crate::game::site;
use parlor_test::{TestSite, http::Request};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsafe_request_from_another_origin_is_refused() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let own = site.origin();
    let cookie = format!("sid={}", guest.token);
    let post = || site.post("/api/games/counter/sessions").cookie(&cookie);
    for foreign in [
        post().origin("https://evil.example"),
        post().origin("null"),
        post().origin(&own).origin("https://evil.example"),
        post().header("sec-fetch-site", "cross-site"),
        post().header("sec-fetch-site", "same-site"),
        // Neither of the two: no browser of today sends that.
        post(),
        // What other scheme a browser may add by itself is no bearer token.
        post().header("authorization", "Basic eDp5").origin("https://evil.example"),
        // Without a cookie too, it would sign the visitor in as someone else.
        site.post("/login/").form("username=ann&password=x").origin("https://evil.example"),
        site.post("/login/guest/").form("").header("sec-fetch-site", "cross-site"),
        site.post("/logout/").cookie(&cookie).form("").origin("https://evil.example"),
    ] {
        let refused = foreign.await;
        assert_eq!((refused.status(), &*refused.code()), (403, "cross_origin"));
    }
    assert_eq!(site.get("/api/games/counter/sessions").await.json(), json!([]));
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200);
    for own in [
        post().origin(&own),
        post().header("sec-fetch-site", "same-origin"),
        site.post("/api/games/counter/sessions")
            .bearer(&guest.token)
            .origin("https://evil.example"),
        site.post("/api/games/counter/sessions").bearer(&guest.token).cookie(&cookie),
    ] {
        assert_eq!(own.await.status(), 201);
    }
    // A safe request with the cookie is answered to anyone who can not read the answer.
    let read = site.get("/api/me").cookie(&cookie).origin("https://evil.example").await;
    assert_eq!((read.status(), read.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allowed_origin_may_call_the_api() {
    let friend = "https://friend.example";
    let site = TestSite::start_with(site(), |flags| {
        flags.allowed_origins = Some(format!("{friend}, https://other.example:8443"));
    })
    .await;
    let guest = site.guest().await;
    let me = site.get("/api/me").bearer(&guest.token).origin(friend).await;
    assert_eq!(me.header("access-control-allow-origin"), friend);
    assert!(me.header("vary").to_lowercase().contains("origin"));
    let created =
        site.post("/api/games/counter/sessions").bearer(&guest.token).origin(friend).await;
    assert_eq!((created.status(), created.header("access-control-allow-origin")), (201, friend));
    let refused = site.get("/api/me").origin(friend).await;
    assert_eq!((refused.status(), refused.header("access-control-allow-origin")), (401, friend));
    let preflight = |origin: &str| {
        Request::new(site.address(), "OPTIONS", "/api/games/counter/sessions")
            .origin(origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type")
    };
    let asked = preflight(friend).await;
    assert_eq!(asked.status(), 204);
    assert_eq!(asked.header("access-control-allow-origin"), friend);
    assert!(asked.header("access-control-allow-methods").contains("POST"));
    let headers = asked.header("access-control-allow-headers").to_lowercase();
    assert!(headers.contains("authorization") && headers.contains("content-type"));
    assert_eq!(asked.header("access-control-allow-credentials"), "", "cookies stay at home");
    for origin in ["https://evil.example", "https://friend.example.evil.example", "null"] {
        assert_eq!(preflight(origin).await.header("access-control-allow-origin"), "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_is_for_this_site_alone() {
    let plain = TestSite::start(site()).await;
    let answer = plain.post("/login/guest/").form("next=/").origin(&plain.origin()).await;
    assert_eq!((answer.status(), answer.location()), (303, "/"));
    let attributes = |cookie: &str| {
        let mut all: Vec<_> = cookie.split("; ").skip(1).map(str::to_lowercase).collect();
        all.sort();
        all
    };
    let set = answer.header("set-cookie");
    assert!(set.starts_with("sid="), "{set}");
    assert_eq!(attributes(set), ["httponly", "path=/", "samesite=lax"]);
    let me = plain.get("/api/me").cookie(answer.cookie()).await;
    assert_eq!(me.json()["guest"], true);

    let secure = TestSite::start_with(site(), |flags| {
        flags.public_url = Some("https://casino.example".into());
    })
    .await;
    let from = "https://casino.example";
    let answer = secure.post("/login/guest/").form("").origin(from).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-sid="), "{set}");
    assert_eq!(attributes(set), ["httponly", "path=/", "samesite=lax", "secure"]);
    // A page view writes none; logging out forgets it, and the token is dead.
    assert_eq!(secure.get("/").cookie(answer.cookie()).await.header("set-cookie"), "");
    let out = secure.post("/logout/").form("").cookie(answer.cookie()).origin(from).await;
    assert_eq!((out.status(), out.location(), out.cookie()), (303, "/", "__Host-sid="));
    assert!(out.header("set-cookie").to_lowercase().contains("max-age=0"));
    assert_eq!(secure.get("/api/me").cookie(answer.cookie()).await.status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_renews_the_token() {
    let site = TestSite::start(site()).await;
    let own = site.origin();
    let planted = "sid=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let guest = site.post("/login/guest/").form("").cookie(planted).origin(&own).await;
    assert_ne!(guest.cookie(), planted);
    assert_eq!(site.get("/api/me").cookie(planted).await.status(), 401);
    let form = "username=ann&password=correct+horse&next=/account/";
    let signed_up = site.post("/signup/").form(form).cookie(guest.cookie()).origin(&own).await;
    assert_eq!((signed_up.status(), signed_up.location()), (303, "/account/"));
    assert_eq!(
        site.get("/api/me").cookie(guest.cookie()).await.status(),
        401,
        "the old one is dead"
    );
    let me = site.get("/api/me").cookie(signed_up.cookie()).await.json();
    assert_eq!(me["username"], "ann");
    let form = "username=ann&password=correct+horse&next=//evil.example";
    let logged_in = site.post("/login/").form(form).cookie(signed_up.cookie()).origin(&own).await;
    assert_eq!((logged_in.status(), logged_in.location()), (303, "/"));
    assert_eq!(site.get("/api/me").cookie(signed_up.cookie()).await.status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_security_headers() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    for request in [
        site.get("/"),
        site.get("/login/").as_page(),
        site.get("/nothing").as_page(),
        site.get("/nothing"),
        site.get("/account/"),
        site.get("/static/nothing.css"),
        site.get("/favicon.ico"),
        site.get("/api/me"),
        site.get("/api/games"),
        site.get("/healthz"),
        site.get("/metrics"),
        site.get(&table.socket("")),
        site.get(&table.page()).bearer(&guest.token).as_page(),
        site.post("/logout/").cookie("sid=x").form(""),
        site.post("/api/me"),
        site.post("/api/signup").body("{"),
        site.post("/api/signup").body("x".repeat(70 << 10)),
        site.post("/login/").body("no form"),
        site.get("/api/games/%FF/sessions"),
    ] {
        let asked = format!("{request:?}");
        let answer = request.await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{policy}: {asked}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asked}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(!answer.header("referrer-policy").is_empty());
        assert!(!answer.header("cache-control").is_empty());
    }
}
