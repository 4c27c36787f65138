//! Who may open a socket, and for how long it stays open.

use crate::game::site;
use parlor_test::{Database, Guest, Table, TestSite, http::DEADLINE};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

/// What looks like an origin and is not quite: its scheme, host and port are those of the site.
fn nearly(scheme: &str, host: &str, port: u16) -> Vec<String> {
    let other = if scheme == "http" { "https" } else { "http" };
    let capital = host[..1].to_uppercase() + &host[1..];
    let next = u32::from(port) + 1;
    let mut others = vec![
        "null".into(),
        "NULL".into(),
        String::new(),
        "*".into(),
        "https://evil.example".into(),
        format!("{other}://{host}:{port}"),
        format!("ws://{host}:{port}"),
        format!("wss://{host}:{port}"),
        format!("{}://{host}:{port}", scheme.to_uppercase()),
        format!("{scheme}://{capital}X:{port}"),
        format!("{scheme}://{host}"),
        format!("{scheme}://{host}:"),
        format!("{scheme}://{host}:0{port}"),
        format!("{scheme}://{host}:+{port}"),
        format!("{scheme}://{host}:{next}"),
        format!("{scheme}://{host}.:{port}"),
        format!("{scheme}://.{host}:{port}"),
        format!("{scheme}://{host}:{port}/"),
        format!("{scheme}://{host}:{port}/table"),
        format!("{scheme}://{host}:{port}?"),
        format!("{scheme}://{host}:{port}#"),
        format!("{scheme}://{host}:{port}.evil.example"),
        format!("{scheme}://{host}.evil.example:{port}"),
        format!("{scheme}://evil{host}:{port}"),
        format!("{scheme}://sub.{host}:{port}"),
        format!("{scheme}://user@{host}:{port}"),
        format!("{scheme}://user:pass@{host}:{port}"),
        format!("{scheme}://{host}:{port}@evil.example"),
        format!("{scheme}://evil.example/{scheme}://{host}:{port}"),
        format!("{scheme}://evil.example#{host}:{port}"),
        format!("{scheme}:{host}:{port}"),
        format!("{scheme}:/{host}:{port}"),
        format!("{scheme}:\\\\{host}:{port}"),
        format!("//{host}:{port}"),
        format!("{host}:{port}"),
        format!("{scheme}://{host}:{port}, https://evil.example"),
        format!("https://evil.example {scheme}://{host}:{port}"),
        format!("{scheme}://[{host}]:{port}"),
        format!("{scheme}://xn--{host}:{port}"),
        // Letters that look alike: a full-width full stop, a Cyrillic letter, and a soft hyphen.
        format!("{scheme}://{}:{port}", host.replacen('.', "\u{ff0e}", 1)),
        format!("{scheme}://{host}\u{430}:{port}"),
        format!("{scheme}://{host}\u{ad}:{port}"),
        format!("{scheme}://{host}%00:{port}"),
        format!("{scheme}://{host}%2e:{port}"),
        format!("chrome-extension://{host}:{port}"),
        "file://".into(),
        "about:blank".into(),
    ];
    // Not every change changes something: a name without a dot has none to replace.
    others.retain(|origin| *origin != format!("{scheme}://{host}:{port}"));
    others
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cross_site_websocket_hijacking() {
    let (site, guest, table) = start().await;
    let with_cookie = || site.socket(&table.socket("")).cookie(&format!("sid={}", guest.token));
    let port = site.address().port();
    let mut others = nearly("http", "127.0.0.1", port);
    others.extend(nearly("http", "localhost", port));
    others.extend([
        format!("http://LocalHost:{port}"),
        format!("http://127.1:{port}"),
        format!("http://2130706433:{port}"),
        format!("http://0x7f.0.0.1:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://[0:0:0:0:0:0:0:1]:{port}"),
        format!("http://[::1%25lo]:{port}"),
        format!("http://0.0.0.0:{port}"),
    ]);
    assert!(others.len() > 90);
    for origin in &others {
        assert_eq!(with_cookie().origin(origin).open().await.err(), Some(403), "{origin:?}");
        let plain = with_cookie().origin(origin).plain().await;
        assert_eq!((plain.status(), &*plain.code()), (403, "cross_origin"), "{origin:?}");
    }
    // None at all, and twice: the same, or another one first or last.
    assert_eq!(with_cookie().open().await.err(), Some(403), "without an origin");
    let (own, evil) = (site.origin(), "https://evil.example".to_owned());
    for twice in [[&own, &own], [&own, &evil], [&evil, &own]] {
        let handshake = with_cookie().origin(twice[0]).origin(twice[1]);
        assert_eq!(handshake.open().await.err(), Some(403), "{twice:?}");
    }
    let row = site.get(&table.row()).await.json();
    assert_eq!((&row["players"], &row["spectators"]), (&json!(0), &json!(0)), "nobody sat down");
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let exact = with_cookie().origin(&format!("http://{host}:{port}")).open().await;
        exact.unwrap_or_else(|status| panic!("{host}: {status}")).expect("load_game").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cross_site_websocket_hijacking_of_a_site_with_a_public_address() {
    let site = TestSite::start_with(site(), |flags| {
        flags.public_url = Some("https://casino.example".into());
        flags.allowed_origins = Some("https://friend.example:8443".into());
    })
    .await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let cookie = format!("__Host-sid={}", guest.token);
    let with_cookie = || site.socket(&table.socket("")).cookie(&cookie);
    let mut others = nearly("https", "casino.example", 443);
    others.extend(nearly("https", "friend.example", 8443));
    // The port that goes without saying is not said: written out it is no origin that a browser sends.
    others.retain(|origin| origin != "https://casino.example");
    others.extend(["https://casino.example:443".into(), "https://casino.example:8443".into()]);
    others.extend([site.origin(), format!("http://localhost:{}", site.address().port())]);
    for origin in &others {
        assert_eq!(with_cookie().origin(origin).open().await.err(), Some(403), "{origin:?}");
    }
    for origin in ["https://casino.example", "https://friend.example:8443"] {
        with_cookie().origin(origin).await.expect("load_game").await;
    }
}

/// What a site answers to these bytes, as far as it comes until there is a whole head, or the connection ends.
async fn head(site: &TestSite, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address()).await.expect("a connection");
    stream.write_all(request).await.expect("written");
    let mut heard = Vec::new();
    let reading = async {
        while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut heard).await.unwrap_or_default() == 0 {
                break;
            }
        }
    };
    timeout(DEADLINE, reading).await.expect("an answer in time");
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_smuggling_on_the_upgrade_path() {
    let (site, guest, table) = start().await;
    let (path, own) = (table.socket(""), site.origin());
    let handshake = |lines: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Cookie: sid={}\r\n{lines}\r\n\r\n",
            site.address(),
            guest.token,
        )
    };
    let opened = head(&site, handshake(&format!("Origin: {own}")).as_bytes()).await;
    assert!(opened.starts_with("HTTP/1.1 101 "), "{opened}");
    let forged = format!("Origin: {own}");
    for lines in [
        "X: y".to_owned(),
        format!("Origin: https://evil.example\r\n{forged}"),
        format!("{forged}\r\nORIGIN: https://evil.example"),
        format!("Origin: https://evil.example\r\n {own}"),
        format!("Origin: https://evil.example\r\n\t{own}"),
        format!("Origin:\r\n {own}"),
        format!("Origin: https://evil.example\r{forged}"),
        format!("Origin: https://evil.example\n{forged}"),
        format!("Origin: https://evil.example\r\r\n{forged}"),
        format!("Origin: https://evil.example\0\r\n{forged}"),
        format!("Origin: https://evil.example\u{b}{forged}"),
        format!("Origin: https://evil.example\u{c}\r\n{forged}"),
        format!("Origin: https://evil.example\u{85}{forged}"),
        format!("Origin: https://evil.example\u{2028}{forged}"),
        format!("X: y\r{forged}"),
        format!("X: y\0\r\n{forged}"),
        format!("Origin : {own}"),
        format!(" {forged}"),
        format!("Origin\0: {own}"),
        format!("Ori\u{ad}gin: {own}"),
        format!("{forged}\0"),
        format!("{forged}\u{1}"),
        format!("{forged}\u{7f}"),
        format!("{forged}\r"),
        format!("X-Origin: {own}"),
        format!(
            "Origin: https://evil.example\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{forged}"
        ),
    ] {
        let answer = head(&site, handshake(&lines).as_bytes()).await;
        let refused = answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 403 ");
        assert!(refused, "{lines:?}: {answer}");
    }
    let row = site.get(&table.row()).await.json();
    assert_eq!(row["players"], 1, "the one that was let in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authentication_at_upgrade() {
    let (site, host, table) = start().await;
    site.stand_still();
    let old = site.guest().await;
    let mut idle = site.sit(&old, &table).await;
    site.advance(HOUR).await;
    let (new, out) = (site.guest().await, site.guest().await);
    let (mut watching, mut leaving) =
        (site.watch(&new, &table).await, site.watch(&out, &table).await);
    // Logging out closes at once.
    assert_eq!(site.post("/api/logout").bearer(&out.token).await.status(), 204);
    let closed = timeout(Duration::from_secs(1), leaving.close_code()).await;
    assert_eq!(closed.expect("within a second"), 4001);
    assert_eq!(site.socket(&table.socket("")).bearer(&out.token).open().await.err(), Some(401));
    // Nothing was heard of it for twelve hours, neither by request nor by message; the other is an hour younger.
    site.advance(HOUR * 11).await;
    assert_eq!(idle.close_code().await, 4001);
    assert_eq!(site.socket(&table.socket("")).bearer(&old.token).open().await.err(), Some(401));
    watching.view().await;
    assert_eq!(site.get("/api/me").bearer(&host.token).await.status(), 401, "and so is the host's");
}

/// There is no button to shut somebody out, but there is the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_that_is_taken_out_of_the_database_lasts_a_minute_at_the_most() {
    let (site, guest, table) = start().await;
    site.stand_still();
    let other = site.guest().await;
    let (mut banned, mut stays) = (site.sit(&guest, &table).await, site.sit(&other, &table).await);
    let mut database = Database::open(&site.database()).await;
    let account = format!("(SELECT id FROM accounts WHERE name = '{}')", guest.name);
    let gone = database.change(&format!("DELETE FROM tokens WHERE account = {account}")).await;
    assert_eq!(gone, 1);
    // It is looked at once a minute, by the clock.
    site.advance(MINUTE).await;
    assert_eq!(banned.close_code().await, 4001);
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 401);
    stays.view().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_plays_on_is_not_idle_and_after_14_days_is_signed_out_all_the_same() {
    let (site, guest, table) = start().await;
    site.stand_still();
    let mut socket = site.sit(&guest, &table).await;
    let mut database = Database::open(&site.database()).await;
    for _ in 0..4 {
        socket.view().await;
        site.advance(HOUR * 8).await;
        // The look at open sockets writes down that it was used.
        let wall = site.wall();
        let seen = format!("SELECT json_array(hash) FROM tokens WHERE seen = {wall}");
        let looking = async { while database.rows(&seen).await.is_empty() {} };
        timeout(DEADLINE, looking).await.expect("its use is written down");
    }
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200, "after 32 hours");
    for day in 2..14 {
        socket.view().await;
        site.advance(HOUR * 11).await;
        assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200, "day {day}");
        site.advance(HOUR * 11).await;
        assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200, "day {day}");
    }
    site.advance(HOUR * 48).await;
    assert_eq!(socket.close_code().await, 4001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_in_the_query() {
    let (site, guest, table) = start().await;
    let token = &guest.token;
    for name in ["token", "access_token", "sid", "__Host-sid", "bearer", "authorization", "ticket"]
    {
        let query = format!("{name}={token}");
        let refused = site.socket(&table.socket(&query)).origin(&site.origin()).open().await;
        assert_eq!(refused.err(), Some(401), "{name}");
        let me = site.get(&format!("/api/me?{query}")).await;
        assert_eq!(me.status(), 401, "{name}");
    }
    // What may stand there opens one socket of one session, once.
    let issue = || site.post("/api/ws-ticket").bearer(token).json(json!({ "session": table.id }));
    let [first, second] = [issue().await.json(), issue().await.json()];
    let [first, second] = [&first, &second].map(|ticket| ticket["ticket"].as_str().unwrap());
    assert!(first.len() >= 43 && first != second && first != token, "256 bits: {first}");
    let with = |ticket: &str| site.socket(&table.socket(&format!("ticket={ticket}")));
    let mut socket = with(first).await;
    assert_eq!(socket.expect("load_game").await["user"], guest.name);
    assert_eq!(with(first).open().await.err(), Some(401), "spent");
    assert_eq!(site.get("/api/me").bearer(second).await.status(), 401, "a ticket is no log-in");
    assert_eq!(site.post("/api/logout").bearer(token).await.status(), 204);
    assert_eq!(with(second).open().await.err(), Some(401), "dead with its log-in");
    assert_eq!(socket.close_code().await, 4001, "and so is what the other has opened");
}
