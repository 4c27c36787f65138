//! Cookies and tokens: what they look like, and which of them count.

use crate::game::site;
use parlor_test::{Database, TestSite, http::Answer};
use serde_json::json;

const HTTPS: &str = "https://casino.example";

async fn https() -> TestSite {
    TestSite::start_with(site(), |flags| flags.public_url = Some(HTTPS.into())).await
}

/// A name, a value, and the attributes in their order of letters.
fn cookie(answer: &Answer) -> (String, String, Vec<String>) {
    let mut parts = answer.header("set-cookie").split("; ");
    let (name, value) = parts.next().unwrap_or_default().split_once('=').unwrap_or_default();
    let mut attributes: Vec<_> = parts.map(str::to_lowercase).collect();
    attributes.sort();
    (name.to_owned(), value.to_owned(), attributes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_cookie() {
    for (site, origin, name, other, attributes) in [
        (
            TestSite::start(site()).await,
            None,
            "sid",
            "__Host-sid",
            &["httponly", "path=/", "samesite=lax"][..],
        ),
        (
            https().await,
            Some(HTTPS),
            "__Host-sid",
            "sid",
            &["httponly", "path=/", "samesite=lax", "secure"],
        ),
    ] {
        let origin = origin.map_or_else(|| site.origin(), ToOwned::to_owned);
        let sign_up = site.post("/signup/").form("username=ann&password=correct+horse");
        let log_in = site.post("/login/").form("username=ann&password=correct+horse");
        let guest = site.post("/login/guest/").form("next=/");
        let mut tokens = Vec::new();
        for request in [sign_up, log_in, guest] {
            let answer = request.origin(&origin).await;
            assert_eq!(answer.status(), 303);
            let (set, token, has) = cookie(&answer);
            assert_eq!(
                (&*set, &has.iter().map(|a| &**a).collect::<Vec<_>>()[..]),
                (name, attributes)
            );
            assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "256 bits");
            assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 1);
            tokens.push(token);
        }
        tokens.dedup();
        assert_eq!(tokens.len(), 3, "each log-in has its own");
        let token = &tokens[2];
        let me = site.get("/api/me").cookie(&format!("{name}={token}")).await;
        assert_eq!(me.status(), 200);
        // The one of the other kind is nobody's, and neither is one with something around it.
        for wrong in [
            format!("{other}={token}"),
            format!("{name}={}", token.to_uppercase()),
            format!("{name}={token}x"),
            format!("{name}={}", &token[1..]),
            format!("{name}="),
            format!("x{name}={token}"),
            format!("{}={token}", name.to_uppercase()),
        ] {
            assert_eq!(site.get("/api/me").cookie(&wrong).await.status(), 401, "{wrong}");
        }
        // A page view never sets it.
        for path in
            ["/", "/account/", "/sessions/", "/games/counter/", "/login/", "/static/parlor.js"]
        {
            let page = site.get(path).cookie(&format!("{name}={token}")).as_page().await;
            assert_eq!(page.header("set-cookie"), "", "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_fixation() {
    let site = TestSite::start(site()).await;
    let own = site.origin();
    let given = site.guest().await;
    let table = site.table(&given, "counter").await;
    let mut watching = site.watch(&given, &table).await;
    // A cookie of the attacker's making, and one that the attacker was given.
    for (n, planted) in ["0123456789abcdef".repeat(4), given.token].into_iter().enumerate() {
        let form = format!("username=ann-{n}&password=correct+horse");
        let mut before = vec![format!("sid={planted}")];
        for path in ["/signup/", "/login/", "/login/guest/", "/login/"] {
            let last = before.last().unwrap();
            let answer = site.post(path).form(&form).cookie(last).origin(&own).await;
            assert_eq!(answer.status(), 303, "{path}");
            assert!(
                !before.iter().any(|cookie| cookie == answer.cookie()),
                "{path}: it is used again"
            );
            assert_eq!(site.get("/api/me").cookie(last).await.status(), 401, "{path}: it lives on");
            assert_eq!(site.get("/api/me").cookie(answer.cookie()).await.status(), 200);
            before.push(answer.cookie().to_owned());
        }
        // Logging out makes it nobody's, and gives no other.
        let last = before.last().unwrap();
        let out = site.post("/logout/").form("").cookie(last).origin(&own).await;
        assert_eq!((out.status(), out.cookie()), (303, "sid="));
        assert_eq!(site.get("/api/me").cookie(last).await.status(), 401);
    }
    assert_eq!(
        watching.close_code().await,
        4001,
        "what the attacker's log-in had opened is closed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_view_writes_nothing_of_a_log_in_that_was_used_lately() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let guest = site.guest().await;
    let mut database = Database::open(&site.database()).await;
    let mut seen = async || database.rows("SELECT json_array(seen) FROM tokens").await.remove(0);
    let look = async |times| {
        for _ in 0..times {
            assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200);
        }
    };
    let made = site.wall();
    for minute in 0..10 {
        look(3).await;
        assert_eq!(seen().await, json!([made]), "after {minute} minutes");
        site.advance(std::time::Duration::from_secs(60)).await;
    }
    look(3).await;
    assert_eq!(seen().await, json!([site.wall()]), "after ten minutes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ups_are_limited_by_address_those_of_taken_names_too() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("sign_ups_per_hour=3".into());
        flags.trusted_proxies = Some("127.0.0.0/8".into());
    })
    .await;
    let sign_up = async |name: &str, address: &str| {
        let body = json!({"username": name, "password": "correct horse"});
        let answer = site.post("/api/signup").header("x-forwarded-for", address).json(body).await;
        (answer.status(), answer.header("retry-after").to_owned())
    };
    assert_eq!(sign_up("a!", "203.0.113.9").await.0, 422, "that was no sign-up");
    assert_eq!(sign_up("ann", "203.0.113.9").await.0, 201);
    assert_eq!(sign_up("ann", "203.0.113.9").await.0, 409);
    assert_eq!(sign_up("bob", "203.0.113.9").await.0, 201);
    for name in ["ann", "cat"] {
        let (status, after) = sign_up(name, "203.0.113.9").await;
        assert_eq!((status, &*after), (429, "3600"), "{name}: neither tells whether it is taken");
    }
    let page = site.post("/signup/").header("x-forwarded-for", "203.0.113.9");
    let form = "username=cat&password=correct+horse";
    assert_eq!(page.form(form).origin(&site.origin()).as_page().await.status(), 429);
    assert_eq!(sign_up("cat", "203.0.113.10").await.0, 201);
}
