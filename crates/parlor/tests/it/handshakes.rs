//! Who may open a socket, and what the others are told: as an answer to the handshake, and to a plain GET of the address.

use crate::game::site;
use parlor_test::{Guest, Table, TestSite, socket::Handshake};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The handshake and a plain GET are refused alike.
async fn refused(handshake: Handshake, status: u16, code: &str) {
    let refusal = handshake.clone().refusal().await;
    assert_eq!((refusal.status(), &*refusal.code()), (status, code));
    let plain = handshake.plain().await;
    assert_eq!((plain.status(), &*plain.code()), (status, code), "a plain GET");
}

async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_without_being_somebody() {
    let (site, ..) = start().await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    for query in ["", "spectate=true", "ticket=made-up", "invite=x"] {
        refused(site.socket(&table.socket(query)), 401, "no_player").await;
    }
    refused(site.socket(&table.socket("")).bearer("made-up"), 401, "no_player").await;
    refused(site.socket(&table.socket("")).cookie("sid=made-up"), 401, "no_player").await;
    let view = site.sit(&guest, &table).await.view().await;
    assert_eq!(view["players"], json!([guest.name]), "nobody has taken a seat meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_not_there_is_not_found() {
    let (site, guest, table) = start().await;
    let path = table.socket("");
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for (path, code) in [
        (path.replace("counter", "chess"), "no_such_game"),
        (path.replace(&table.id, nowhere), "no_such_session"),
        (path.replace(&table.id, "7"), "no_such_session"),
        (path.replace(&table.id, &table.id.replace('-', "")), "no_such_session"),
        (
            path.replace(&table.id, &format!("{{{}}}", table.id).replace(['{', '}'], "%7B")),
            "no_such_session",
        ),
    ] {
        refused(site.socket(&path).bearer(&guest.token), 404, code).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_session_takes_spectators_and_its_own_players() {
    let (site, host, table) = start().await;
    let others = [site.guest().await, site.guest().await, site.guest().await];
    let mut sockets = vec![site.sit(&host, &table).await];
    for other in &others[..2] {
        sockets.push(site.sit(other, &table).await);
    }
    refused(site.socket(&table.socket("")).bearer(&others[2].token), 409, "session_full").await;
    let mut watching = site.watch(&others[2], &table).await;
    let view = watching.view().await;
    assert_eq!(view["players"].as_array().unwrap().len(), 3);
    site.sit(&host, &table).await.close().await;
    let locked = json!({"options": {"locked": true}});
    let locked = site.table_with(&host, "counter", locked).await;
    refused(site.socket(&locked.socket("")).bearer(&host.token), 409, "session_full").await;
    let row = site.get(&locked.row()).await.json();
    assert_eq!((&row["players"], &row["spectators"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_socket_would_be_let_in_a_plain_get_says_so_and_changes_nothing() {
    let (site, guest, table) = start().await;
    let cookie = format!("sid={}", guest.token);
    for query in ["", "spectate=true"] {
        let handshake = site.socket(&table.socket(query));
        for plain in [
            handshake.clone().bearer(&guest.token).plain().await,
            handshake.clone().cookie(&cookie).plain().await,
            handshake.clone().cookie(&cookie).origin(&site.origin()).plain().await,
        ] {
            assert_eq!((plain.status(), &*plain.code()), (426, "upgrade_required"));
            assert_eq!(plain.header("upgrade"), "websocket");
        }
        let foreign = handshake.cookie(&cookie).origin("https://evil.example").plain().await;
        assert_eq!((foreign.status(), &*foreign.code()), (403, "cross_origin"));
    }
    let row = site.get(&table.row()).await.json();
    assert_eq!((&row["players"], &row["spectators"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_counts_only_from_the_sites_own_pages() {
    let (site, guest, table) = start().await;
    let with_cookie = || site.socket(&table.socket("")).cookie(&format!("sid={}", guest.token));
    // A missing Origin is refused at the handshake; the plain GET is sent without one.
    let missing = with_cookie().refusal().await;
    assert_eq!((missing.status(), &*missing.code()), (403, "cross_origin"));
    let port = site.address().port();
    for origin in [
        "null".to_owned(),
        String::new(),
        "https://evil.example".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://127.0.0.1.:{port}"),
        format!("http://LOCALHOST:{port}"),
        format!("http://user@127.0.0.1:{port}"),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{}", u32::from(port) + 1),
    ] {
        refused(with_cookie().origin(&origin), 403, "cross_origin").await;
    }
    let twice = with_cookie().origin(&site.origin()).origin(&site.origin());
    refused(twice, 403, "cross_origin").await;
    // Only a bearer token is something that no browser adds by itself.
    let basic = with_cookie().header("authorization", "Basic eDp5").origin("https://evil.example");
    refused(basic, 403, "cross_origin").await;
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let mut socket = with_cookie().origin(&format!("http://{host}:{port}")).await;
        socket.expect("load_game").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bearer_token_wins_over_a_cookie_and_the_origin_does_not_matter() {
    let (site, ann, table) = start().await;
    let bob = site.guest().await;
    let both = site.socket(&table.socket("")).cookie(&format!("sid={}", ann.token));
    let mut socket = both.clone().bearer(&bob.token).origin("https://evil.example").await;
    assert_eq!(socket.expect("load_game").await["user"], bob.name);
    refused(both.bearer("made-up").origin(&site.origin()), 401, "no_player").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allowed_origin_may_open_sockets() {
    let friend = "https://friend.example";
    let site = TestSite::start_with(site(), |flags| {
        flags.allowed_origins = Some(friend.into());
    })
    .await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let with_cookie = site.socket(&table.socket("")).cookie(&format!("sid={}", guest.token));
    with_cookie.clone().origin(friend).await.expect("load_game").await;
    refused(with_cookie.origin("https://friend.example:444"), 403, "cross_origin").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_public_address_that_alone_is_the_site() {
    let site = TestSite::start_with(site(), |flags| {
        flags.public_url = Some("https://casino.example".into());
    })
    .await;
    let guest = site.guest().await;
    let path = "/api/games/counter/sessions";
    let created = site.post(path).bearer(&guest.token).await.json();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["url"], format!("https://casino.example/games/counter/session/{id}"));
    assert_eq!(created["ws_url"], format!("wss://casino.example/ws/counter/{id}/"));
    let cookie = format!("__Host-sid={}", guest.token);
    let handshake = site.socket(&format!("/ws/counter/{id}/")).cookie(&cookie);
    refused(handshake.clone().origin(&site.origin()), 403, "cross_origin").await;
    handshake.origin("https://casino.example").await.expect("load_game").await;
    let wrong = site.socket(&format!("/ws/counter/{id}/")).cookie(&format!("sid={}", guest.token));
    refused(wrong.origin("https://casino.example"), 401, "no_player").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_extension_and_no_unknown_protocol_is_agreed_to() {
    let (site, guest, table) = start().await;
    let answer = site
        .get(&table.socket(""))
        .bearer(&guest.token)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")
        .header("sec-websocket-protocol", "chess.v7")
        .await;
    assert_eq!(answer.status(), 101);
    assert_eq!(answer.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for agreed in ["sec-websocket-extensions", "sec-websocket-protocol"] {
        assert_eq!(answer.header(agreed), "", "{agreed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_answers_get_alone() {
    let (site, guest, table) = start().await;
    let answer = site.post(&table.socket("")).bearer(&guest.token).await;
    assert_eq!((answer.status(), &*answer.code()), (405, "method_not_allowed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_speaks_http_1_alone() {
    let site = TestSite::start(site()).await;
    let mut stream = TcpStream::connect(site.address()).await.unwrap();
    // The preface of HTTP/2, and its first frame: empty settings.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.unwrap();
    let mut answer = [0; 9];
    let read = stream.read(&mut answer).await.unwrap_or(0);
    assert!(read == 0 || answer.starts_with(b"HTTP/1.1"), "frames of HTTP/2: {answer:?}");
}
