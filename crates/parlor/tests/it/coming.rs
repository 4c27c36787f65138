//! What those at a table hear when somebody comes or goes.

use crate::game::site;
use parlor_test::{Socket, TestSite};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_gets_a_load_game_when_somebody_comes_or_goes() {
    let site = TestSite::start(site()).await;
    let [first, second, third] = [site.guest().await, site.guest().await, site.guest().await];
    let table = site.table(&first, "counter").await;
    let mut ann = site.sit(&first, &table).await;
    let mut bob = site.sit(&second, &table).await;
    assert_eq!(ann.expect("load_game").await["data"]["players"], json!([first.name, second.name]));
    // Not for each socket.
    let mut bobs_other = site.sit(&second, &table).await;
    let mut eve = site.watch(&third, &table).await;
    for socket in [&mut ann, &mut bob, &mut bobs_other] {
        assert_eq!(socket.expect("load_game").await["data"]["spectating"], json!([third.name]));
    }
    let eves_other = site.watch(&third, &table).await;
    eve.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(eve.close_code().await, 1000, "a spectator's leave closes its own socket");
    assert_eq!(ann.view().await["spectating"], json!([third.name]));
    eves_other.close().await;
    for socket in [&mut ann, &mut bob, &mut bobs_other] {
        assert_eq!(socket.expect("load_game").await["data"]["spectating"], json!([]));
    }
    bob.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(ann.expect("load_game").await["data"]["players"], json!([first.name]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gets_its_own_view_and_what_is_told_to_it_alone() {
    let site = TestSite::start(site()).await;
    let [first, second, third] = [site.guest().await, site.guest().await, site.guest().await];
    let table = site.table(&first, "counter").await;
    let mut ann = site.sit(&first, &table).await;
    let mut bob = site.sit(&second, &table).await;
    let mut eve = site.watch(&third, &table).await;
    ann.until(|frame| frame["data"]["spectating"] == json!([third.name])).await;
    bob.find("load_game").await;
    ann.send("whisper", json!({"text": "psst"})).await;
    assert_eq!(ann.expect("whispered").await["data"]["text"], "psst");
    for (socket, name, you) in [
        (&mut ann, &first.name, json!(first.name)),
        (&mut bob, &second.name, json!(second.name)),
        (&mut eve, &third.name, json!(null)),
    ] {
        let load = socket.expect("load_game").await;
        assert_eq!((&load["user"], &load["data"]["you"]), (&json!(name), &you));
        assert_eq!(load.as_object().unwrap().len(), 3, "{load}");
    }
    bob.send_text(r#"{"type":"each"}"#).await;
    for (socket, by) in
        [(&mut ann, &*first.name), (&mut bob, &second.name), (&mut eve, "a spectator")]
    {
        assert_eq!(socket.expect("seen").await, json!({"type": "seen", "data": {"by": by}}));
        socket.expect("load_game").await;
    }
    bob.send("announce", json!({"text": "hear"})).await;
    for socket in [&mut ann, &mut bob, &mut eve] {
        let told = json!({"type": "announced", "data": {"text": "hear"}});
        assert_eq!(socket.expect("announced").await, told);
    }
}

/// `load_game` is the first frame of every connection, whatever happens meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_frame_is_the_game() {
    let site = TestSite::start(site()).await;
    let host = site.guest().await;
    let table = site.table(&host, "counter").await;
    let mut talking = site.sit(&host, &table).await;
    for n in 0..10 {
        talking.catch_up(&format!("line {n}")).await;
    }
    for round in 0..20 {
        let guest = site.guest().await;
        talking.send("add", json!({"n": 1})).await;
        talking.send("announce", json!({"text": "x"})).await;
        let query = if round % 2 == 0 { "spectate=true" } else { "" };
        let mut socket: Socket = site.socket(&table.socket(query)).bearer(&guest.token).await;
        talking.send("add", json!({"n": 1})).await;
        socket.send_text("no form").await;
        socket.send_text(r#"{"type":"jump"}"#).await;
        talking.send("add", json!({"n": 1})).await;
        socket.expect("load_game").await;
        socket.refused("malformed").await;
        socket.refused("unknown_type").await;
        socket.send_text(r#"{"type":"leave"}"#).await;
        assert_eq!(socket.close_code().await, 1000);
    }
}
