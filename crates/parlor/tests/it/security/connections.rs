//! Connections that bring nothing, or bring it slowly.

use crate::game::{Counter, site};
use futures_util::future::join_all;
use hyper_util::rt::TokioIo;
use parlor::{
    axum::{self, extract::Request, http::StatusCode, routing::any},
    prelude::*,
};
use parlor_test::{TestSite, http::DEADLINE};
use std::{future::IntoFuture as _, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::{sleep, timeout},
};

/// A pace at which a request takes for ever.
const DRIP: Duration = Duration::from_millis(20);

async fn start(limits: &str) -> TestSite {
    TestSite::start_with(site(), |flags| flags.limits.push(limits.into())).await
}

async fn connect(site: &TestSite) -> TcpStream {
    TcpStream::connect(site.address()).await.expect("a connection")
}

/// All that comes until the site closes the connection, while these bytes are sent one by one.
async fn drip(stream: TcpStream, bytes: &[u8]) -> String {
    let (mut reading, mut writing) = stream.into_split();
    let mut heard = Vec::new();
    let dripping = async {
        for byte in bytes {
            if writing.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(DRIP).await;
        }
        // The other half goes on until the site closes it.
        std::future::pending::<()>().await;
    };
    let closed = async { while !matches!(reading.read_buf(&mut heard).await, Ok(0) | Err(_)) {} };
    let closing = async {
        tokio::select! { () = closed => {}, () = dripping => {} }
    };
    timeout(DEADLINE, closing).await.expect("the site closes it");
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_headers() {
    let site = start("request_time=300ms").await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n",
        site.address(),
        "x".repeat(2_000)
    );
    let (nothing, dripped, whole) = tokio::join!(
        drip(connect(&site).await, b""),
        drip(connect(&site).await, head.as_bytes()),
        async {
            let mut stream = connect(&site).await;
            stream.write_all(head.as_bytes()).await.expect("written");
            let mut heard = vec![0; 12];
            stream.read_exact(&mut heard).await.expect("an answer");
            String::from_utf8(heard).expect("text")
        }
    );
    assert_eq!((&*nothing, &*dripped), ("", ""), "cut off without an answer");
    assert_eq!(whole, "HTTP/1.1 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_headers_of_a_second_request() {
    let site = start("keep_alive=300ms").await;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", site.address());
    for second in
        ["", "GET /healthz HTTP/1.1\r\nX: a header that takes for ever to arrive, byte by byte"]
    {
        let mut stream = connect(&site).await;
        stream.write_all(request.as_bytes()).await.expect("written");
        let heard = drip(stream, second.as_bytes()).await;
        assert_eq!(heard.matches("HTTP/1.1 200").count(), 1, "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies() {
    let site = start("request_time=300ms").await;
    let head = |more: &str| {
        format!("POST /api/signup HTTP/1.1\r\nHost: {}\r\n{more}\r\n\r\n", site.address())
    };
    for (more, body) in [
        ("Content-Length: 400", "x".repeat(400)),
        ("Content-Length: 400", String::new()),
        ("Transfer-Encoding: chunked", "1\r\nx\r\n".repeat(100)),
        ("Expect: 100-continue\r\nContent-Length: 400", "x".repeat(400)),
    ] {
        let mut stream = connect(&site).await;
        stream.write_all(head(more).as_bytes()).await.expect("written");
        let heard = drip(stream, body.as_bytes()).await;
        assert!(
            heard.contains("HTTP/1.1 408 ") && heard.contains("\"too_slow\""),
            "{more}: {heard}"
        );
    }
    assert_eq!(site.get("/healthz").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_and_headers() {
    let site = start("body_bytes=1000").await;
    for (length, status) in [(1_000, 400), (1_001, 413), (100_000, 413)] {
        let answer = site.post("/api/signup").body("x".repeat(length)).await;
        assert_eq!(answer.status(), status, "{length}");
    }
    // One that does not say how long it is is read as far as it may be.
    let head = format!(
        "POST /api/signup HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        site.address()
    );
    let mut stream = connect(&site).await;
    stream.write_all(head.as_bytes()).await.expect("written");
    for _ in 0..50 {
        let _ = stream.write_all(format!("64\r\n{}\r\n", "x".repeat(100)).as_bytes()).await;
    }
    let heard = drip(stream, b"").await;
    assert!(heard.starts_with("HTTP/1.1 413 "), "{heard}");
    // A header is at most 32 KiB long, and has at most a hundred lines.
    let lines = |n: usize, length: usize| {
        (0..n).map(|n| format!("X-{n}: {}\r\n", "x".repeat(length))).collect::<String>()
    };
    for (lines, status) in [
        (lines(90, 50), "200"),
        (lines(1, 20_000), "200"),
        (lines(1, 40_000), "431"),
        (lines(200, 1), "431"),
    ] {
        let mut stream = connect(&site).await;
        let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        let heard = drip(stream, b"").await;
        assert!(heard.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_without_a_request() {
    let site = start("waiting=4").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(connect(&site).await);
    }
    // The oldest four make room; and whoever sends a request is answered, as often as one likes.
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", site.address());
    for stream in open.drain(..4) {
        assert_eq!(drip(stream, b"").await, "");
    }
    for _ in 0..3 {
        let last = open.last_mut().unwrap();
        last.write_all(request.as_bytes()).await.expect("written");
        let mut heard = [0; 12];
        timeout(DEADLINE, last.read_exact(&mut heard)).await.expect("in time").expect("an answer");
        assert_eq!(&heard, b"HTTP/1.1 200");
        let mut rest = [0; 4_096];
        assert!(last.read(&mut rest).await.expect("the rest of it") > 0);
    }
    // The connection that asks is the fifth to wait, and waits no more when it has asked.
    let metrics = site.get("/metrics").await.text();
    for line in ["parlor_cut_total 5\n", "parlor_waiting 3\n"] {
        assert!(metrics.contains(line), "{line:?} is not in {metrics}");
    }
}

/// What becomes a socket is handed over as the connection that it was, with nothing around it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgraded_connection_is_the_bare_one() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let own = axum::Router::new().route(
        "/raw/",
        any(async move |request: Request| {
            tokio::spawn(async move {
                let upgraded = hyper::upgrade::on(request).await.expect("an upgrade");
                let parts = upgraded.downcast::<TokioIo<TcpStream>>().expect("the bare connection");
                let stream = parts.io.into_inner();
                let _ = tell.send((stream.nodelay().expect("an option"), parts.read_buf));
            });
            (StatusCode::SWITCHING_PROTOCOLS, [("upgrade", "raw"), ("connection", "upgrade")])
        }),
    );
    let site = Site::new("Counting").game(SessionManager::<Counter>::new()).routes(own);
    let site = TestSite::start(site).await;
    let mut stream = connect(&site).await;
    let head =
        "GET /raw/ HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nand more";
    stream.write_all(head.as_bytes()).await.expect("written");
    let (nodelay, rest) = timeout(DEADLINE, told.recv()).await.expect("in time").expect("told");
    assert!(nodelay);
    assert_eq!(&rest[..], b"and more", "what came with the head is not lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_journals_are_read_at_a_time() {
    let site = start("").await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit_v1(&guest, &table).await;
    for n in 0..400 {
        socket.send_as(&n.to_string(), "add", serde_json::json!({"n": 1})).await;
    }
    socket.acked("399").await;
    let path = format!("/api/sessions/{}/journal", table.id);
    let read = || site.get(&path).bearer(&guest.token).into_future();
    let answers = join_all((0..64).map(|_| read())).await;
    let count = |status| answers.iter().filter(|answer| answer.status() == status).count();
    assert!(count(200) >= 4 && count(503) > 0, "{} were answered", count(200));
    assert_eq!(count(200) + count(503), 64);
    let busy = answers.iter().find(|answer| answer.status() == 503).unwrap();
    assert_eq!((&*busy.code(), busy.header("retry-after")), ("busy", "2"));
    assert_eq!(
        read().await.json().as_array().map(Vec::len),
        Some(402),
        "all of it, a moment later"
    );
}
