//! Shutting somebody out, and letting them in again.

use super::{PASSWORD, account, ban, log_in, member};
use crate::game::site;
use parlor_test::TestSite;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_is_shut_out_is_out_within_a_second() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    let (ann, bob) = (account(&site, "ann").await, site.guest().await);
    let [played, watched] = [site.table(&bob, "counter").await, site.table(&bob, "counter").await];
    let mut bobs = site.sit(&bob, &played).await;
    let mut plays = site.sit(&ann, &played).await;
    let mut again = site.sit(&ann, &played).await;
    let mut watches = site.watch(&ann, &watched).await;
    plays.send("stake", json!({"bet": "100"})).await;
    bobs.until(|frame| frame["data"]["staked"] == json!(["0.00", "100.00"])).await;
    let ticket = site.post("/api/ws-ticket").bearer(&ann.token).json(json!({"session": played.id}));
    let ticket = ticket.await.json()["ticket"].as_str().expect("a ticket").to_owned();

    let sentence = json!({"reason": "abuse in the chat"});
    let path = "/api/admin/players/ANN/ban";
    let banning = site.post(path).bearer(&staff.token).json(sentence);
    let banning = tokio::spawn(std::future::IntoFuture::into_future(banning));
    for socket in [&mut plays, &mut again, &mut watches] {
        let closed = timeout(Duration::from_secs(1), socket.close_code()).await;
        assert_eq!(closed.expect("within a second"), 4001);
    }
    let banned = banning.await.expect("an answer");
    assert_eq!((banned.status(), banned.json()), (200, json!({"until": null})));

    // The others see the seat go. What was staked is lost: so this game has it for one who leaves.
    bobs.until(|frame| frame["data"]["players"] == json!([bob.name])).await;
    site.expect_chips_conserved().await;
    let row = site.get("/api/admin/players?name=ann").bearer(&staff.token).await.json();
    let row = &row["players"][0];
    assert_eq!((&row["balance"], &row["tables"]), (&json!("900.00"), &json!([])));
    assert_eq!((&row["log_ins"], &row["sockets"]), (&json!(0), &json!(0)));
    assert_eq!(row["banned"]["reason"], "abuse in the chat");

    // Nothing that stood for the account does so any more.
    let refused = site.get("/api/me").bearer(&ann.token).await;
    assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
    let refused = site.socket(&played.socket("")).bearer(&ann.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (401, "no_player"));
    let with_ticket = site.socket(&played.socket(&format!("ticket={ticket}")));
    assert_eq!(with_ticket.refusal().await.status(), 401);

    // The journal keeps what was done.
    let journal = site.get(&format!("/api/sessions/{}/journal", played.id));
    let journal = journal.bearer(&bob.token).await.text();
    assert!(journal.contains(r#""who":"ann","input":{"type":"left"}"#), "{journal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_password_tells_that_an_account_is_shut_out() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    account(&site, "ann").await;
    assert_eq!(ban(&site, &staff, "ann", json!({"reason": "spam", "for": "1h"})).await.0, 200);
    let (status, wrong) = log_in(&site, "ann", "wrong horse").await;
    assert_eq!((status, wrong), log_in(&site, "nobody-at-all", "wrong horse").await);
    assert_eq!(status, 401);
    let (status, told) = log_in(&site, "ann", PASSWORD).await;
    assert_eq!((status, &told["code"]), (403, &json!("banned")));
    let detail = told["detail"].as_str().expect("a sentence");
    assert!(detail.contains("UTC") && detail.ends_with(": spam"), "{detail}");
    // The form says the same, and gives no cookie.
    let form = site.post("/login/").form("username=ann&password=correct+horse");
    let page = form.origin(&site.origin()).as_page().await;
    assert_eq!((page.status(), page.cookie()), (403, ""));
    assert!(page.text().contains("this account is shut out"), "{}", page.text());
    let taken = site.post("/api/signup").json(json!({"username": "ann", "password": PASSWORD}));
    assert_eq!(taken.await.status(), 409, "the name is not free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_ends_by_itself_or_is_lifted() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let staff = member(&site, "staff").await;
    account(&site, "ann").await;
    let (status, told) = ban(&site, &staff, "ann", json!({"reason": "spam", "for": "2h"})).await;
    assert_eq!((status, &told["until"]), (200, &json!(site.wall() + 2 * 3_600_000)));
    site.advance(Duration::from_secs(2 * 3600 - 1)).await;
    assert_eq!(log_in(&site, "ann", PASSWORD).await.0, 403);
    site.advance(Duration::from_secs(1)).await;
    assert_eq!(log_in(&site, "ann", PASSWORD).await.0, 200);
    let row = site.get("/api/admin/players?only=banned").bearer(&staff.token).await.json();
    assert_eq!(row["players"][0]["banned"]["holds"], false, "{row}");

    for (sentence, status) in [
        (json!({"reason": "spam", "for": "forever"}), 200),
        (json!({"reason": "once more, and for longer", "for": null}), 200),
        (json!({"reason": "spam", "for": "soon"}), 422),
        (json!({"reason": "spam", "for": 7}), 422),
        (json!({"reason": " "}), 422),
        (json!({"reason": "two\nlines"}), 422),
        (json!({"reason": "x".repeat(301)}), 422),
        (json!({}), 422),
    ] {
        let (is, told) = ban(&site, &staff, "ann", sentence.clone()).await;
        assert_eq!(is, status, "{sentence}: {told}");
    }
    assert_eq!(log_in(&site, "ann", PASSWORD).await.0, 403);
    let lift = async |name: &str| {
        let path = format!("/api/admin/players/{name}/unban");
        let lifting = site.post(&path).bearer(&staff.token).json(json!({"reason": "a mistake"}));
        let answer = lifting.await;
        (answer.status(), if answer.status() == 204 { String::new() } else { answer.code() })
    };
    assert_eq!(lift("ann").await, (204, String::new()));
    assert_eq!(log_in(&site, "ann", PASSWORD).await.0, 200);
    assert_eq!(lift("ann").await, (409, "not_banned".into()));
    assert_eq!(lift("nobody").await, (404, "no_such_player".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_shuts_out_no_staff() {
    let site = TestSite::start(site()).await;
    let (staff, other) = (member(&site, "staff").await, member(&site, "other").await);
    for name in ["staff", "other"] {
        let (status, told) = ban(&site, &staff, name, json!({"reason": "a quarrel"})).await;
        assert_eq!((status, &told["code"]), (409, &json!("is_staff")), "{name}");
    }
    assert_eq!(site.get("/api/me").bearer(&other.token).await.status(), 200);
    let (status, told) = ban(&site, &staff, "nobody", json!({"reason": "a test"})).await;
    assert_eq!((status, &told["code"]), (404, &json!("no_such_player")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_of_a_session_that_sleeps_is_given_up_too() {
    let first = TestSite::start(site()).await;
    let (staff, ann) = (member(&first, "staff").await, account(&first, "ann").await);
    let table = first.table(&staff, "counter").await;
    let mut socket = first.sit(&ann, &table).await;
    socket.send("stake", json!({"bet": "100"})).await;
    socket.expect("load_game").await;
    let stopping = tokio::spawn(first.stop());
    assert_eq!(socket.close_code().await, 1001);
    let kept = stopping.await.expect("it stops");
    let site = TestSite::start_again(site(), kept, |_| ()).await;
    site.stand_still();
    assert_eq!(ban(&site, &staff, "ann", json!({"reason": "a test"})).await.0, 200);
    let row = site.get(&table.row()).await.json();
    assert_eq!(row["players"], 0, "{row}");
    site.expect_chips_conserved().await;
}
