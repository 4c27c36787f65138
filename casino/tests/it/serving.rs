//! The program while it serves: how it stops, what it keeps, and what it logs.

use crate::program::{Program, folder};
use parlor_test::Socket;
use serde_json::{Value, json};

async fn post(program: &Program, path: &str, token: &str, body: Value) -> Value {
    let answer = program.ask("POST", path).bearer(token).json(body).await;
    assert!((200..300).contains(&answer.status()), "{path}: {}", answer.text());
    answer.json()
}

/// A guest's token, and the address of the socket of a table of the guest's.
async fn table(program: &Program, game: &str) -> (String, String) {
    let guest = program.ask("POST", "/api/guest").await.json();
    let token = guest["token"].as_str().unwrap().to_owned();
    let created = post(program, &format!("/api/games/{game}/sessions"), &token, json!({})).await;
    let address = format!("ws://{}", program.address());
    let url = created["ws_url"].as_str().unwrap().strip_prefix(&address);
    (token, url.expect("the port that was picked").to_owned())
}

async fn sit(program: &Program, token: &str, path: &str) -> Socket {
    let mut socket = program.socket(path).bearer(token).await;
    socket.expect("load_game").await;
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sigterm_sockets_are_closed_and_the_status_is_0() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        let mut program = Program::start(folder.path(), &[], &[]);
        let (token, path) = table(&program, "blackjack").await;
        let mut sockets = [sit(&program, &token, &path).await, sit(&program, &token, &path).await];
        sockets[0].send("place_bet", json!({"bet": "25"})).await;
        sockets[0].find("update").await;
        program.signal(signal);
        for socket in &mut sockets {
            assert_eq!(socket.close_code().await, 1001);
        }
        drop(sockets);
        assert_eq!(program.ended().code(), Some(0), "{}", program.log());
        assert!(folder.path().join("data/parlor.db").exists(), "where it is kept by default");

        let again = Program::start(folder.path(), &[], &[]);
        let mut socket = again.socket(&path).bearer(&token).await;
        let view = socket.expect("load_game").await["data"].take();
        assert_eq!(view["players"][0]["bet"], "25.00");
        let me = again.ask("GET", "/api/me").bearer(&token).await.json();
        assert_eq!(me["balance"], "975.00");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_crash() {
    let folder = folder();
    let mut program = Program::start(folder.path(), &["--limit", "messages_burst=1000"], &[]);
    let (token, path) = table(&program, "blackjack").await;
    let mut socket = sit(&program, &token, &path).await;
    // Bets on their way, of which some are told of before the crash.
    for bet in 1..=200 {
        socket.send("place_bet", json!({ "bet": bet })).await;
    }
    let bet_of = |frame: &Value| -> Option<u32> {
        frame["data"]["players"][0]["bet"].as_str()?.strip_suffix(".00")?.parse().ok()
    };
    let mut told = 0;
    while told < 20 {
        told = bet_of(&socket.next_frame().await).unwrap_or(told);
    }
    program.signal("KILL");
    while let Ok(frame) = socket.heard().await {
        told = bet_of(&frame).unwrap_or(told);
    }
    assert_eq!(program.ended().code(), None);
    let again = Program::start(folder.path(), &[], &[]);
    let mut socket = again.socket(&path).bearer(&token).await;
    let kept = bet_of(&socket.expect("load_game").await).unwrap();
    assert!((told..=200).contains(&kept), "{told} was told, and {kept} is kept");
    let me = again.ask("GET", "/api/me").bearer(&token).await.json();
    assert_eq!(me["balance"], format!("{}.00", 1000 - kept));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_holds_no_secret() {
    let folder = folder();
    let mut program = Program::start(folder.path(), &[], &[("RUST_LOG", "trace")]);
    let password = "correct-horse-battery";
    let wrong = "wrong-horse-battery";
    let signed_up =
        post(&program, "/api/signup", "none", json!({"username": "ann", "password": password}))
            .await;
    let token = signed_up["token"].as_str().unwrap().to_owned();
    let refused =
        program.ask("POST", "/api/login").json(json!({"username": "ann", "password": wrong}));
    assert_eq!(refused.await.status(), 401);
    let form = format!("username=ann&password={password}&next=/account/");
    let logged_in = program.ask("POST", "/login/").form(&form).await;
    let cookie = logged_in.cookie().to_owned();
    assert!(cookie.starts_with("sid="), "{cookie}");
    let private = json!({"private": true});
    let created = post(&program, "/api/games/blackjack/sessions", &token, private).await;
    let (id, invite) = (created["id"].as_str().unwrap(), created["invite"].as_str().unwrap());
    let (other, _) = table(&program, "tic-tac-toe").await;
    let path = format!("/ws/blackjack/{id}/");
    sit(&program, &other, &format!("{path}?invite={invite}")).await.close().await;
    let page = program.ask("GET", &format!("/games/blackjack/session/{id}?invite={invite}"));
    assert_eq!(page.bearer(&other).as_page().await.status(), 200);
    let ticket = post(&program, "/api/ws-ticket", &token, json!({"session": id})).await;
    let ticket = ticket["ticket"].as_str().unwrap();
    let mut socket = program.socket(&format!("{path}?ticket={ticket}")).await;
    socket.expect("load_game").await;
    assert_eq!(program.socket(&format!("{path}?ticket={ticket}")).refusal().await.status(), 401);
    assert_eq!(
        program.socket(&format!("{path}?invite={invite}x")).bearer(&token).plain().await.status(),
        426
    );
    let origin = format!("http://{}", program.address());
    let mut by_cookie = program.socket(&path).cookie(&cookie).origin(&origin).await;
    by_cookie.expect("load_game").await;
    program.ask("POST", "/logout/").form("").cookie(&cookie).origin(&origin).await;
    assert_eq!(by_cookie.close_code().await, 4001);
    drop((socket, by_cookie));
    program.signal("TERM");
    assert_eq!(program.ended().code(), Some(0));
    let log = program.log();
    assert!(log.lines().count() > 20, "everything is logged: {log}");
    let sid = cookie.strip_prefix("sid=").unwrap();
    for secret in [&token, &other, sid, invite, ticket, password, wrong] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
