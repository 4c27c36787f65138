//! Private tables and their invitations, and tickets for handshakes that can't send a header.

use crate::game::site;
use parlor_test::{Guest, Table, TestSite};
use serde_json::{Value, json};
use std::time::Duration;

async fn start() -> (TestSite, Guest, Table) {
    let site = TestSite::start(site()).await;
    let host = site.guest().await;
    let table = site.table_with(&host, "counter", json!({"private": true})).await;
    (site, host, table)
}

async fn ticket(site: &TestSite, guest: &Guest, body: Value) -> String {
    let answer = site.post("/api/ws-ticket").bearer(&guest.token).json(body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_table_is_hidden_from_those_who_are_not_invited() {
    let (site, host, table) = start().await;
    let stranger = site.guest().await;
    let invite = table.invite.clone().expect("an invitation");
    assert!(invite.len() >= 22, "{invite}");
    let rows = site.get("/api/games/counter/sessions").bearer(&stranger.token).await.json();
    assert_eq!(rows, json!([]));
    assert_eq!(site.get("/api/games").await.json()[0]["sessions"], 0);
    for page in ["/games/counter/", "/sessions/"] {
        let page = site.get(page).bearer(&stranger.token).as_page().await.text();
        assert!(!page.contains(&table.id) && !page.contains(&invite));
    }
    for asked in [site.get(&table.row()), site.get(&table.row()).bearer(&stranger.token)] {
        let row = asked.await;
        assert_eq!((row.status(), &*row.code()), (404, "no_such_session"));
    }
    let for_ticket = json!({"session": table.id});
    let refused = site.post("/api/ws-ticket").bearer(&stranger.token).json(for_ticket).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "invite_required"));
    let journal = format!("/api/sessions/{}/journal", table.id);
    assert_eq!(site.get(&journal).bearer(&stranger.token).await.status(), 404);
    for query in ["", "spectate=true", "invite=", "invite=wrong", "spectate=true&invite=x"] {
        let handshake = site.socket(&table.socket(query)).bearer(&stranger.token);
        let refused = handshake.clone().refusal().await;
        assert_eq!((refused.status(), &*refused.code()), (403, "invite_required"), "{query}");
        let plain = handshake.plain().await;
        assert_eq!((plain.status(), &*plain.code()), (403, "invite_required"), "{query}");
    }
    let page = site.get(&table.page()).bearer(&stranger.token).await;
    assert_eq!((page.status(), &*page.code()), (403, "invite_required"));
    let row = site.get(&table.row()).bearer(&host.token).await.json();
    assert_eq!((&row["private"], &row["players"]), (&json!(true), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_guests_with_the_invitation_and_the_seated_come_in() {
    let (site, host, table) = start().await;
    let friend = site.guest().await;
    let invited = format!("invite={}", table.invite.as_ref().unwrap());
    site.sit(&host, &table).await.close().await;
    let page = format!("{}?{invited}", table.page());
    assert_eq!(site.get(&page).bearer(&friend.token).as_page().await.status(), 200);
    let mut watching =
        site.socket(&table.socket(&format!("spectate=true&{invited}"))).bearer(&friend.token).await;
    watching.expect("load_game").await;
    // One who watches by the invitation is not seated, and needs it again.
    let without = site.socket(&table.socket("")).bearer(&friend.token).refusal().await;
    assert_eq!(without.status(), 403);
    let mut socket = site.socket(&table.socket(&invited)).bearer(&friend.token).await;
    socket.expect("load_game").await;
    site.sit(&friend, &table).await.close().await;
    assert_eq!(site.get(&table.row()).bearer(&friend.token).await.status(), 200);
    assert_eq!(site.get(&table.page()).bearer(&friend.token).as_page().await.status(), 200);
    ticket(&site, &friend, json!({"session": table.id})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_opens_one_socket_of_its_player_in_its_session() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (site.guest().await, site.guest().await);
    let (table, other) = (site.table(&ann, "counter").await, site.table(&ann, "counter").await);
    let once = ticket(&site, &ann, json!({"session": table.id})).await;
    let query = format!("ticket={once}");
    // A plain GET spends no ticket.
    for _ in 0..2 {
        let plain = site.socket(&table.socket(&query)).plain().await;
        assert_eq!((plain.status(), &*plain.code()), (426, "upgrade_required"));
    }
    // No Origin and no header are needed with it; it is its holder's, whoever's cookie comes with it.
    let with_cookie = site.socket(&table.socket(&query)).cookie(&format!("sid={}", bob.token));
    let mut socket = with_cookie.origin("https://elsewhere.example").await;
    assert_eq!(socket.expect("load_game").await["user"], ann.name);
    for handshake in [site.socket(&table.socket(&query)), site.socket(&other.socket(&query))] {
        let again = handshake.clone().refusal().await;
        assert_eq!((again.status(), &*again.code()), (401, "no_player"), "it has one use");
        assert_eq!(handshake.plain().await.status(), 401);
    }
    let elsewhere = ticket(&site, &ann, json!({"session": table.id})).await;
    let query = format!("ticket={elsewhere}");
    assert_eq!(site.socket(&other.socket(&query)).plain().await.status(), 401);
    assert_eq!(site.socket(&other.socket(&query)).refusal().await.status(), 401);
    for (body, status) in [
        (json!({"session": "7"}), 404),
        (json!({"session": "00000000-0000-4000-8000-000000000000"}), 404),
        (json!({}), 422),
    ] {
        let refused = site.post("/api/ws-ticket").bearer(&ann.token).json(body).await;
        assert_eq!(refused.status(), status);
    }
    let nobody = site.post("/api/ws-ticket").json(json!({"session": table.id})).await;
    assert_eq!((nobody.status(), &*nobody.code()), (401, "no_player"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_dies_with_its_log_in() {
    let site = TestSite::start(site()).await;
    let ann = site.guest().await;
    let table = site.table(&ann, "counter").await;
    let unused = ticket(&site, &ann, json!({"session": table.id})).await;
    let used = ticket(&site, &ann, json!({"session": table.id})).await;
    let mut socket = site.socket(&table.socket(&format!("ticket={used}"))).await;
    socket.expect("load_game").await;
    assert_eq!(site.post("/api/logout").bearer(&ann.token).await.status(), 204);
    assert_eq!(socket.close_code().await, 4001, "a socket opened by ticket is of that log-in too");
    let refused = site.socket(&table.socket(&format!("ticket={unused}"))).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_good_for_30_seconds() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let ann = site.guest().await;
    let table = site.table(&ann, "counter").await;
    let mut queries = Vec::new();
    for _ in 0..2 {
        queries.push(format!("ticket={}", ticket(&site, &ann, json!({"session": table.id})).await));
    }
    site.jump_wall(3_600_000);
    site.advance(Duration::from_millis(29_999)).await;
    assert_eq!(site.socket(&table.socket(&queries[1])).plain().await.status(), 426);
    site.socket(&table.socket(&queries[0])).await.expect("load_game").await;
    site.advance(Duration::from_millis(1)).await;
    assert_eq!(site.socket(&table.socket(&queries[1])).plain().await.status(), 401);
    let refused = site.socket(&table.socket(&queries[1])).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
}
