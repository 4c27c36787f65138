//! People with accounts, and many guests at once, for tests that need more than a guest.

use parlor_test::{Guest, Socket, Table, TestSite, http::Answer};
use serde_json::{Value, json};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// Somebody with an account of that name.
pub(crate) async fn sign_up(site: &TestSite, name: &str) -> Guest {
    let body = json!({ "username": name, "password": PASSWORD });
    let answer = site.post("/api/signup").json(body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    signed_in(&answer)
}

/// The same account, signed in once more.
pub(crate) async fn log_in(site: &TestSite, name: &str) -> Guest {
    let body = json!({ "username": name, "password": PASSWORD });
    let answer = site.post("/api/login").json(body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    signed_in(&answer)
}

/// Whom an answer signs in.
pub(crate) fn signed_in(answer: &Answer) -> Guest {
    let signed_in = answer.json();
    let text = |name: &str| signed_in[name].as_str().expect("a text").to_owned();
    Guest { name: text("username"), token: text("token") }
}

/// What a GET of this address tells somebody.
pub(crate) async fn told(site: &TestSite, who: &Guest, path: &str) -> Value {
    let answer = site.get(path).bearer(&who.token).await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
    answer.json()
}

/// The status and the code of a refusal.
pub(crate) fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status(), answer.code())
}

/// The first frame from here on that shows such a game.
pub(crate) async fn until_view(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    socket.until(|frame| frame["type"] == "load_game" && wanted(&frame["data"])).await
}

/// So many guests come to a table at once: the sockets of those whom it had a seat for. All others are refused, 409.
pub(crate) async fn rush(site: &TestSite, table: &Table, guests: usize) -> Vec<Socket> {
    let mut opening = Vec::new();
    for _ in 0..guests {
        let guest = site.guest().await;
        let handshake = site.socket(&table.socket("")).bearer(&guest.token);
        opening.push(tokio::spawn(handshake.open()));
    }
    let mut sockets = Vec::new();
    for opened in opening {
        match opened.await.expect("an answer") {
            Ok(socket) => sockets.push(socket),
            Err(status) => assert_eq!(status, 409),
        }
    }
    sockets
}
