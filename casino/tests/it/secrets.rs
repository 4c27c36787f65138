//! What the program logs of those who use it, and what their log-ins cost it.

use crate::program::{Program, folder};
use futures_util::future::join_all;
use parlor_test::http::Answer;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    future::IntoFuture as _,
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse of mine";

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// The path of a socket in an address of the site.
fn path(created: &Value) -> String {
    let url = text(created, "ws_url");
    url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).expect("a path")
}

/// Everything that proves who one is goes through the program, which tells all it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_in_no_log() {
    let folder = folder();
    let program = Program::start(folder.path(), &[], &[("RUST_LOG", "trace")]);
    let own = format!("http://{}", program.address());
    let mut secrets = BTreeMap::new();
    let account = json!({"username": "ann", "password": PASSWORD});
    let signed_up = program.ask("POST", "/api/signup").json(account.clone()).await.json();
    let logged_in = program.ask("POST", "/api/login").json(account).await.json();
    let guest = program.ask("POST", "/api/guest").await.json();
    for (what, answer) in [("sign-up", &signed_up), ("log-in", &logged_in), ("guest", &guest)] {
        secrets.insert(what, text(answer, "token"));
    }
    secrets.insert("password", PASSWORD.into());
    secrets.insert("wrong password", "wrong horse of mine".into());
    let wrong = json!({"username": "ann", "password": secrets["wrong password"]});
    assert_eq!(program.ask("POST", "/api/login").json(wrong).await.status(), 401);
    // By form: a cookie, which signs out the one before.
    let form = format!("username=ann&password={}&next=/", PASSWORD.replace(' ', "+"));
    let by_form = program.ask("POST", "/login/").form(&form).origin(&own).await;
    let cookie = by_form.cookie().to_owned();
    secrets.insert("cookie", cookie.strip_prefix("sid=").expect("a cookie").to_owned());
    secrets.insert("password in a form", PASSWORD.replace(' ', "+"));
    let page = program.ask("GET", "/account/").cookie(&cookie).as_page().await;
    assert_eq!(page.status(), 200);
    // By bearer, ticket and cookie into a private table, whose invitation is a secret too.
    let token = &secrets["log-in"].clone();
    let create = program.ask("POST", "/api/games/blackjack/sessions").bearer(token);
    let created = create.json(json!({"private": true})).await.json();
    let (path, invite) = (path(&created), text(&created, "invite"));
    secrets.insert("invitation", invite.clone());
    let session = text(&created, "id");
    let ticket = program.ask("POST", "/api/ws-ticket").bearer(&secrets["guest"]);
    let ticket = ticket.json(json!({"session": session, "invite": invite})).await.json();
    secrets.insert("ticket", text(&ticket, "ticket"));
    let with_ticket = format!("{path}?ticket={}&invite={invite}", secrets["ticket"]);
    let mut sockets = vec![
        program.socket(&path).bearer(token).v1().await,
        program.socket(&path).cookie(&cookie).origin(&own).await,
        program.socket(&with_ticket).await,
    ];
    assert_eq!(program.socket(&with_ticket).open().await.err(), Some(401), "spent");
    for socket in &mut sockets {
        socket.find("load_game").await;
        socket.send("place_bet", json!({"bet": "5"})).await;
        socket.find("update").await;
    }
    // What fails is logged as well: another origin, a token that is nobody's, and a path with everything in it.
    let foreign = program.socket(&path).cookie(&cookie).origin("https://evil.example");
    assert_eq!(foreign.open().await.err(), Some(403));
    secrets.insert("made up", "f00dfeed".repeat(8));
    let made_up = program.ask("GET", "/api/me").bearer(&secrets["made up"]).await;
    assert_eq!(made_up.status(), 401);
    let nowhere = format!("/nothing/?token={}", secrets["sign-up"]);
    assert_eq!(program.ask("POST", &nowhere).cookie(&cookie).await.status(), 403);
    // A link that shares a table; the table goes on, and so there is none, but one may be made up.
    secrets.insert("share", "5ea5ca1e".repeat(8));
    for path in [format!("/history/{session}"), format!("/api/sessions/{session}/history")] {
        let shared = format!("{path}?share={}", secrets["share"]);
        assert_eq!(program.ask("GET", &shared).as_page().await.status(), 404);
    }
    assert_eq!(program.ask("POST", "/api/logout").bearer(token).await.status(), 204);
    assert_eq!(sockets[0].close_code().await, 4001);
    let log = program.log();
    for part in
        ["DEBUG", "sqlx::query", "INSERT INTO tokens", "refused a request from another origin"]
    {
        assert!(log.contains(part), "it tells less than it could: no {part}");
    }
    for (what, secret) in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "the {what} is in the log");
    }
}

/// The statements that the program has logged since this much of its log.
fn statements(program: &Program, since: usize) -> Vec<String> {
    let log = program.log();
    let lines = log[since..].lines().filter(|line| line.contains("sqlx::query"));
    lines.map(ToOwned::to_owned).collect()
}

/// A storm of handshakes asks the database nothing that it has told lately: who it is, and what one has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opens_a_socket_costs_the_database_nothing() {
    let folder = folder();
    let program = Program::start(folder.path(), &[], &[("RUST_LOG", "sqlx=debug")]);
    let host = program.ask("POST", "/api/guest").await.json();
    let guest = program.ask("POST", "/api/guest").await.json();
    let (host, guest) = (text(&host, "token"), text(&guest, "token"));
    let create = program.ask("POST", "/api/games/blackjack/sessions").bearer(&host);
    let path = path(&create.json(json!({})).await.json());
    let mut sitting = program.socket(&path).bearer(&host).v1().await;
    sitting.welcomed().await;
    let since = program.log().len();
    let mut socket = program.socket(&path).bearer(&guest).v1().await;
    socket.welcomed().await;
    let first = statements(&program, since);
    let reads =
        |all: &[String]| all.iter().filter(|line| line.contains("summary=\"SELECT")).count();
    assert!(first.iter().any(|line| line.contains("INSERT INTO commits")), "it counts: {first:?}");
    assert_eq!(reads(&first), 0, "a seat is a record, and nothing is read: {first:?}");
    // One who comes back does not even write.
    let since = program.log().len();
    let mut again = program.socket(&path).bearer(&guest).v1().await;
    again.welcomed().await;
    assert_eq!(statements(&program, since), [""; 0]);
}

/// The most memory that the program has taken so far, in KiB.
fn peak(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).expect("its status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok()).expect("its peak")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashing_takes_little_memory_however_many_log_in() {
    let folder = folder();
    let limits = "login_failures=100000,login_failures_per_hour=100000";
    let program = Program::start(folder.path(), &["--limit", limits], &[]);
    let log_in = |n: u32| {
        let body = json!({"username": format!("nobody-{n}"), "password": "wrong horse"});
        program.ask("POST", "/api/login").json(body).into_future()
    };
    assert_eq!(log_in(0).await.status(), 401);
    let before = peak(&program);
    let answers = join_all((0..200).map(log_in)).await;
    assert!(answers.iter().all(|answer| matches!(answer.status(), 401 | 503)));
    let tried = answers.iter().filter(|answer| answer.status() == 401).count();
    assert!(tried >= 66, "{tried} were looked at");
    let grown = peak(&program).saturating_sub(before) / 1_024;
    // Two at a time take 38 MiB, of which the first was there; all 66 that are let in would take 1,254.
    assert!(grown < 80, "{grown} MiB more");
}

/// How long one log-in took.
async fn timed(program: &Program, username: &str) -> (Duration, Answer) {
    let body = json!({"username": username, "password": "wrong horse"});
    let request = program.ask("POST", "/api/login").json(body);
    let started = Instant::now();
    let answer = request.await;
    (started.elapsed(), answer)
}

/// Names that are there and names that are not are told apart by nothing. With `PARLOR_TIMINGS`, a number of tries of each,
/// not by the clock either: for a build for release, on a machine that does nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_enumeration_by_the_clock() {
    let wanted = std::env::var("PARLOR_TIMINGS").ok();
    let count = wanted.as_ref().map_or(5, |count| count.parse().expect("a number of tries"));
    let folder = folder();
    let limits = "login_failures=1000000,login_failures_per_hour=1000000";
    let program = Program::start(folder.path(), &["--limit", limits], &[]);
    let account = json!({"username": "ann", "password": "correct horse"});
    assert_eq!(program.ask("POST", "/api/signup").json(account).await.status(), 201);
    let mut took = [Vec::new(), Vec::new()];
    let mut bodies = Vec::new();
    // One of each in turn, so that whatever else the machine does meets both.
    for _ in 0..count {
        for (took, name) in took.iter_mut().zip(["ann", "bob"]) {
            let (time, answer) = timed(&program, name).await;
            took.push(time);
            bodies.push((answer.status(), answer.text()));
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "byte by byte the same: {bodies:?}");
    assert_eq!(bodies[0].0, 401);
    let [known, unknown] = took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2]
    });
    if wanted.is_some() {
        eprintln!(
            "{count} each: {known:?} for a name that is there, {unknown:?} for one that is not"
        );
        let apart = known.abs_diff(unknown);
        assert!(apart <= Duration::from_millis(2), "{apart:?} apart");
    }
}
