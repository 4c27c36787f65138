//! How much one connection, one user and one address may ask for.

use crate::game::site;
use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::json;
use std::time::{Duration, Instant};

async fn start(limits: &str) -> (TestSite, Guest, Table) {
    let site = TestSite::start_with(site(), |flags| flags.limits.push(limits.into())).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    (site, guest, table)
}

fn text_of(length: usize) -> String {
    let around = r#"{"type":"announce","data":{"text":""}}"#.len();
    format!(r#"{{"type":"announce","data":{{"text":"{}"}}}}"#, "x".repeat(length - around))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_over_16_kib_is_refused_and_one_over_64_closes() {
    let (site, guest, table) = start("").await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send_text(&text_of(16 << 10)).await;
    socket.expect("announced").await;
    for length in [(16 << 10) + 1, 64 << 10] {
        socket.send_text(&text_of(length)).await;
        socket.refused("too_large").await;
    }
    socket.send_text(&text_of((64 << 10) + 1)).await;
    assert_eq!(socket.close_code().await, 1009);
    let mut again = site.sit(&guest, &table).await;
    again.send_text(&text_of(200 << 10)).await;
    assert_eq!(again.close_code().await, 1009);
    site.closes(1009, 2).await;
    assert_eq!((site.hits("message_bytes").await, site.hits("close_bytes").await), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_text_and_no_frame_close_the_socket() {
    let (site, guest, table) = start("").await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send_as_text(b"{\"type\":\"\xc3\x28\"}").await;
    assert_eq!(socket.close_code().await, 1007);
    for no_frame in [
        // Not masked; a reserved bit; a reserved opcode; a ping in pieces.
        &b"\x81\x02hi"[..],
        b"\xc1\x82\0\0\0\0hi",
        b"\x83\x82\0\0\0\0hi",
        b"\x09\x80\0\0\0\0",
    ] {
        let mut socket = site.sit(&guest, &table).await;
        socket.send_bytes(no_frame).await;
        assert_eq!(socket.close_code().await, 1002, "{no_frame:?}");
    }
    site.closes(1002, 4).await;
    site.closes(1007, 1).await;
    let mut socket = site.sit(&guest, &table).await;
    assert_eq!(
        socket.view().await["players"],
        json!([guest.name]),
        "the seat outlived all of that"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_floods_is_told_once_a_second_and_then_closed() {
    let (site, guest, table) =
        start("messages_per_second=1, messages_burst=5, flood_for=1500ms").await;
    let other = site.guest().await;
    let mut quiet = site.sit(&other, &table).await;
    let mut socket = site.sit(&guest, &table).await;
    for _ in 0..5 {
        socket.send("add", json!({"n": 1})).await;
        socket.expect("load_game").await;
    }
    let started = Instant::now();
    let mut told = 0;
    let code = loop {
        // One in a hundred milliseconds is far over one a second, and never a second's pause.
        for _ in 0..20 {
            socket.send("add", json!({"n": 1})).await;
        }
        match tokio::time::timeout(Duration::from_millis(100), next(&mut socket)).await {
            Ok(Ok(code)) if code == "rate_limited" => told += 1,
            Ok(Ok(other)) => panic!("{other}"),
            Ok(Err(code)) => break code,
            Err(_) => {}
        }
    };
    assert_eq!(code, 4029);
    let lasted = started.elapsed();
    assert!(lasted >= Duration::from_millis(1500), "{lasted:?}");
    assert!((1..=2 + lasted.as_secs()).contains(&told), "{told} times in {lasted:?}");
    site.closes(4029, 1).await;
    assert_eq!(site.hits("messages_burst").await, told);
    assert!(site.hits("messages_per_second").await > told);
    assert_eq!(site.hits("flood_for").await, 1);
    // What was within the rate was played, and no more; nobody else was held up.
    quiet.catch_up("all quiet").await;
    let count = quiet.view().await["count"].as_u64().unwrap();
    assert!((5..=9).contains(&count), "{count}");
}

/// The next refusal's code, views passed over; or the code of the close.
async fn next(socket: &mut Socket) -> Result<String, u16> {
    loop {
        match socket.heard().await {
            Ok(frame) if frame["type"] == "error" => {
                return Ok(frame["data"]["code"].as_str().unwrap_or_default().to_owned());
            }
            Ok(_) => {}
            Err(code) => return Err(code),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_pause_one_may_speak_again() {
    let (site, guest, table) =
        start("messages_per_second=20, messages_burst=3, flood_for=10s").await;
    let mut socket = site.sit(&guest, &table).await;
    for _ in 0..10 {
        socket.send("whisper", json!({"text": "x"})).await;
    }
    socket.refused("rate_limited").await;
    // Until the rate admits it again: its answer is the event that is waited for.
    let mut tries = 0;
    loop {
        tries += 1;
        socket.send("whisper", json!({"text": format!("again {tries}")})).await;
        let wait = tokio::time::timeout(Duration::from_millis(60), socket.find("whispered")).await;
        match wait {
            Ok(frame) if frame["data"]["text"] == format!("again {tries}") => break,
            _ => assert!(tries < 50, "the rate never recovers"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_closes_and_any_byte_ends_it() {
    let (site, guest, table) = start("silence=1500ms, ping=300ms").await;
    let other = site.guest().await;
    // This one answers the pings, since it reads.
    let mut alive = site.sit(&guest, &table).await;
    // This one does not, until it is too late.
    let mut silent = site.watch(&other, &table).await;
    alive.until(|frame| frame["data"]["spectating"] == json!([other.name])).await;
    alive.until(|frame| frame["data"]["spectating"] == json!([])).await;
    assert_eq!(silent.close_code().await, 1001);
    assert_eq!(site.hits("silence").await, 1);
    assert!(site.hits("ping").await > 0);
    assert_eq!(alive.view().await["players"], json!([guest.name]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sixth_socket_of_a_seat_closes_the_oldest() {
    let (site, guest, table) = start("").await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(site.sit(&guest, &table).await);
    }
    let mut sixth = site.sit(&guest, &table).await;
    assert_eq!(sockets.remove(0).close_code().await, 4009);
    site.closes(4009, 1).await;
    assert_eq!(site.hits("sockets_per_seat").await, 1);
    sixth.send("add", json!({"n": 3})).await;
    for socket in sockets.iter_mut().chain([&mut sixth]) {
        assert_eq!(socket.expect("load_game").await["data"]["count"], 3);
    }
    assert_eq!(sixth.view().await["players"], json!([guest.name]), "they share one seat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_and_sessions_of_one_user_are_numbered() {
    let (site, guest, table) = start("sockets_per_user=3, sessions_per_user=2").await;
    let second = site.table(&guest, "counter").await;
    let third = site.post("/api/games/counter/sessions").bearer(&guest.token).await;
    assert_eq!((third.status(), &*third.code()), (429, "rate_limited"));
    let host = site.guest().await;
    let other = site.table(&host, "counter").await;
    let refused = site.socket(&other.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (429, "rate_limited"));
    // Watching takes no seat.
    let mut sockets = vec![site.watch(&guest, &other).await];
    sockets.push(site.sit(&guest, &table).await);
    sockets.push(site.sit(&guest, &second).await);
    let refused = site.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (429, "rate_limited"));
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!((site.hits("sessions_per_user").await, site.hits("sockets_per_user").await), (2, 1));
    // One who leaves a table may take a seat elsewhere.
    let mut leaving = sockets.pop().unwrap();
    leaving.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(leaving.close_code().await, 1000);
    let mut sat = open_when_there_is_room(&site, &guest, &other).await;
    sat.expect("load_game").await;
}

/// A closed socket counts until the server has read the goodbye, which it does on its own time.
async fn open_when_there_is_room(site: &TestSite, guest: &Guest, table: &Table) -> Socket {
    let started = Instant::now();
    loop {
        match site.socket(&table.socket("")).bearer(&guest.token).open().await {
            Ok(socket) => return socket,
            Err(status) => assert_eq!(status, 429),
        }
        assert!(started.elapsed() < Duration::from_secs(5), "there is never room again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_are_limited_by_user_and_failed_ones_by_address() {
    let (site, guest, table) = start("handshakes_per_user=4, failed_handshakes=3").await;
    for _ in 0..4 {
        site.sit(&guest, &table).await.close().await;
    }
    let fifth = site.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((fifth.status(), &*fifth.code()), (429, "rate_limited"));
    let other = site.guest().await;
    let mut socket = site.sit(&other, &table).await;
    for _ in 0..3 {
        assert_eq!(site.socket(&table.socket("")).refusal().await.status(), 401);
    }
    let fourth = site.socket(&table.socket("")).refusal().await;
    assert_eq!((fourth.status(), &*fourth.code()), (429, "rate_limited"));
    let limits = ["handshakes_per_user", "failed_handshakes"];
    assert_eq!([site.hits(limits[0]).await, site.hits(limits[1]).await], [1, 1]);
    // Those who are let in never meet the limit of the address.
    site.sit(&other, &table).await.close().await;
    socket.view().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_are_limited_by_address() {
    let (site, ..) = start("guests_per_hour=2").await;
    assert_eq!(site.post("/api/guest").await.status(), 201);
    let third = site.post("/api/guest").await;
    assert_eq!((third.status(), &*third.code()), (429, "rate_limited"));
    assert!(third.header("retry-after").parse::<u64>().unwrap() > 0);
    // A stranger's X-Forwarded-For is not believed.
    let forwarded = site.post("/api/guest").header("x-forwarded-for", "203.0.113.9").await;
    assert_eq!(forwarded.status(), 429);
    let page = site.post("/login/guest/").form("next=/").as_page().await;
    assert_eq!(page.status(), 429);
    assert_eq!(site.hits("guests_per_hour").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_is_believed() {
    let site = TestSite::start_with(site(), |flags| {
        flags.trusted_proxies = Some("127.0.0.0/8".into());
        flags.limits.push("guests_per_hour=1".into());
    })
    .await;
    let from = |address: &str| site.post("/api/guest").header("x-forwarded-for", address);
    assert_eq!(from("203.0.113.9").await.status(), 201);
    assert_eq!(from("203.0.113.9").await.status(), 429);
    assert_eq!(from("203.0.113.10").await.status(), 201);
    assert_eq!(from("203.0.113.10, 203.0.113.9").await.status(), 429, "the last hop counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_nests_sixteen_times_at_most() {
    let (site, guest, table) = start("").await;
    let mut socket = site.sit(&guest, &table).await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (depth, code) in [(16, "invalid_data"), (17, "malformed"), (8_000, "malformed")] {
        let data = nested(depth);
        socket.send_text(&format!(r#"{{"type":"add","data":{data}}}"#)).await;
        socket.refused(code).await;
    }
    // Options are kept in a record, which nests them deeper, and must be read again.
    for (depth, code) in [(14, "invalid_data"), (15, "malformed"), (8_000, "malformed")] {
        let options = nested(depth);
        let body = format!(r#"{{"options":{{"more":{options}}}}}"#);
        let opened = site.post("/api/games/counter/sessions").bearer(&guest.token).body(body);
        assert_eq!(opened.await.code(), code, "{depth}");
    }
}
