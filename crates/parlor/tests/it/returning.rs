//! `parlor.v1`: one who comes back is told exactly what was missed.

use crate::{
    game::site,
    v1::{kind, seq, start},
};
use parlor_test::{Database, Guest, Socket, Table, TestSite};
use serde_json::{Value, json};

async fn back(site: &TestSite, guest: &Guest, table: &Table, after: u64) -> Socket {
    site.socket(&table.socket("")).bearer(&guest.token).v1().after(after).await
}

/// A message that is acknowledged, and its number.
async fn say(socket: &mut Socket, id: &str, kind: &str, data: Value) -> u64 {
    socket.send_as(id, kind, data).await;
    socket.acked(id).await.1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hears_what_was_missed_then_sees_the_game() {
    let (site, guest, table) = start().await;
    let (other, watcher) = (site.guest().await, site.guest().await);
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut bob = site.sit_v1(&other, &table).await;
    let path = table.socket("spectate=true");
    let mut eve = site.socket(&path).bearer(&watcher.token).v1().await;
    eve.welcomed().await;
    say(&mut ann, "0", "chat_msg", json!({"msg": "before"})).await;
    let heard = seq(&bob.until(|frame| frame["data"]["msg"] == "before").await);
    drop(bob);
    let mut ids = (1..).map(|n: u32| n.to_string());
    let mut id = || ids.next().unwrap();
    for n in 0..3 {
        say(&mut ann, &id(), "announce", json!({"text": format!("said {n}")})).await;
        say(&mut ann, &id(), "add", json!({"n": 1})).await;
        say(&mut ann, &id(), "whisper", json!({"text": "for ann alone"})).await;
        say(&mut ann, &id(), "each", json!(null)).await;
        say(&mut eve, &id(), "chat_msg", json!({"msg": format!("line {n}")})).await;
    }
    // What a member hears live is what one who comes back hears.
    let mut bob = back(&site, &other, &table, heard).await;
    let welcome = bob.expect("welcome").await;
    assert_eq!((&welcome["data"]["resumed"], seq(&welcome)), (&json!(true), heard));
    let mut last = heard;
    for n in 0..3 {
        for (kind, data) in [
            ("announced", json!({"text": format!("said {n}")})),
            ("seen", json!({"by": other.name})),
            ("chat_msg", json!({"user": watcher.name, "msg": format!("line {n}")})),
        ] {
            let frame = bob.next_frame().await;
            assert_eq!((&frame["type"], &frame["data"]), (&json!(kind), &data));
            assert!(seq(&frame) > last, "{frame}");
            last = seq(&frame);
        }
    }
    let load = bob.expect("load_game").await;
    assert_eq!((&load["data"]["count"], seq(&load)), (&json!(3), last));
    assert!(bob.view().await.is_object(), "no history apart from that");
    // Ann was told more; she who watches sees with other eyes.
    let mut ann = back(&site, &guest, &table, heard).await;
    ann.expect("welcome").await;
    let told: Vec<Value> = frames_before_load(&mut ann).await;
    let kinds: Vec<&str> = told.iter().map(kind).collect();
    assert_eq!(kinds, ["announced", "whispered", "seen", "chat_msg"].repeat(3));
    let mut eve = site.socket(&path).bearer(&watcher.token).v1().after(heard).await;
    eve.expect("welcome").await;
    let told = frames_before_load(&mut eve).await;
    assert_eq!(told.len(), 9);
    assert_eq!(told[1]["data"]["by"], "a spectator");
    // One who has heard everything is told nothing, and shown the game.
    let mut bob = back(&site, &other, &table, last).await;
    let (welcome, load) = bob.welcomed().await;
    assert_eq!((&welcome["data"]["resumed"], seq(&welcome)), (&json!(true), last));
    assert_eq!(seq(&load), last);
    assert!(bob.view().await.is_object());
    say(&mut bob, "on", "announce", json!({"text": "on"})).await;
    assert_eq!(seq(&ann.until(|frame| frame["data"]["text"] == "on").await), last + 1);
}

async fn frames_before_load(socket: &mut Socket) -> Vec<Value> {
    let mut told = Vec::new();
    loop {
        let frame = socket.next_frame().await;
        if kind(&frame) == "load_game" {
            return told;
        }
        told.push(frame);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_number_of_the_past_begins_anew() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let now = say(&mut ann, "a", "chat_msg", json!({"msg": "history"})).await;
    let future = (now + 1).to_string();
    for after in ["", "-1", "x", "1.0", "1e0", "null", "18446744073709551616", "%20", &future] {
        let mut socket =
            site.socket(&table.socket("")).bearer(&guest.token).v1().after(after).await;
        let (welcome, load) = socket.welcomed().await;
        assert_eq!(welcome["data"]["resumed"], false, "{after:?}");
        assert_eq!((seq(&welcome), seq(&load)), (now, now), "{after:?}");
        let line = socket.expect("chat_msg").await;
        assert_eq!((&line["data"]["msg"], seq(&line)), (&json!("history"), now));
    }
    let mut socket = back(&site, &guest, &table, 0).await;
    assert_eq!(socket.expect("welcome").await["data"]["resumed"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_longer_kept_is_not_claimed() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut acked = Vec::new();
    // More bytes than are kept, in few messages.
    for n in 0..60 {
        let text = json!({"text": "x".repeat(15_000)});
        acked.push(say(&mut ann, &n.to_string(), "announce", text).await);
    }
    assert!(site.hits("history").await > 0);
    let now = *acked.last().unwrap();
    let mut kept = 0;
    for after in acked {
        let mut socket = back(&site, &guest, &table, after).await;
        let welcome = socket.expect("welcome").await;
        if welcome["data"]["resumed"] == true {
            assert_eq!(seq(&welcome), after);
            let told = frames_before_load(&mut socket).await;
            let numbers: Vec<u64> = told.iter().map(seq).collect();
            assert_eq!(numbers, (after + 1..=now).collect::<Vec<_>>());
            kept += 1;
        } else {
            assert_eq!((kept, seq(&welcome)), (0, now), "from one number on all are kept");
            assert_eq!(seq(&socket.expect("load_game").await), now);
        }
        socket.close().await;
    }
    assert!((20..60).contains(&kept), "{kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_go_on_after_a_restart() {
    let (first, guest, table) = start().await;
    let other = first.guest().await;
    let mut ann = first.sit_v1(&guest, &table).await;
    let mut bob = first.sit_v1(&other, &table).await;
    say(&mut ann, "a", "announce", json!({"text": "one"})).await;
    let now = say(&mut ann, "b", "chat_msg", json!({"msg": "two"})).await;
    bob.until(|frame| frame["data"]["msg"] == "two").await;
    drop((ann, bob));
    let second = TestSite::start_again(site(), first.stop().await, |_| ()).await;
    let mut ann = back(&second, &guest, &table, now).await;
    let (welcome, load) = ann.welcomed().await;
    assert_eq!((&welcome["data"]["resumed"], seq(&welcome)), (&json!(true), now));
    assert_eq!(seq(&load), now);
    let next = say(&mut ann, "c", "announce", json!({"text": "three"})).await;
    assert_eq!(next, now + 1);
    // Bob, who comes back later, hears what was told since.
    let mut bob = back(&second, &other, &table, now).await;
    bob.expect("welcome").await;
    let told = frames_before_load(&mut bob).await;
    assert_eq!(told.iter().map(seq).collect::<Vec<_>>(), [next]);
    // And so does one who had not heard what was told before the stop.
    let mut bob = back(&second, &other, &table, now - 2).await;
    let welcome = bob.expect("welcome").await;
    assert_eq!((&welcome["data"]["resumed"], seq(&welcome)), (&json!(true), now - 2));
    let told = frames_before_load(&mut bob).await;
    let numbers: Vec<u64> = told.iter().map(seq).collect();
    assert_eq!(numbers, [now - 1, now, next]);
}

/// What was told lately is made again from records, however often a snapshot was kept in between, and only so far back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_before_many_stops_is_told_again() {
    let (mut at, guest, table) = start().await;
    let mut numbers = Vec::new();
    for n in 0..4 {
        let mut ann = at.sit_v1(&guest, &table).await;
        for m in 0..200 {
            numbers
                .push(say(&mut ann, &format!("{n}-{m}"), "announce", json!({"text": "x"})).await);
        }
        drop(ann);
        at = TestSite::start_again(site(), at.stop().await, |_| ()).await;
    }
    // 256 records back at the least, and not without end.
    let resumed = async |back_by: usize| {
        let after = numbers[numbers.len() - back_by - 1];
        let mut socket = back(&at, &guest, &table, after).await;
        let welcome = socket.expect("welcome").await;
        let resumed = welcome["data"]["resumed"] == true;
        if resumed {
            let told = frames_before_load(&mut socket).await;
            assert_eq!(
                told.iter().map(seq).collect::<Vec<_>>(),
                numbers[numbers.len() - back_by..]
            );
        }
        socket.close().await;
        resumed
    };
    assert!(resumed(1).await && resumed(100).await && resumed(240).await);
    assert!(!resumed(700).await);
    let folder = at.stop().await;
    let mut database = Database::open(&folder.database()).await;
    let kept = "SELECT json_array(count(*)) FROM snapshots";
    let kept = database.rows(kept).await[0][0].as_u64().expect("a count");
    assert!((2..=5).contains(&kept), "{kept} snapshots");
}

/// A snapshot, a damaged one, and none at all lead to the same game, and to the same acknowledgements.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_snapshot_the_same_session_is_taken_up() {
    let (mut at, guest, table) = start().await;
    let mut ann = at.sit_v1(&guest, &table).await;
    ann.send("stake", json!({"bet": "12.50"})).await;
    for n in 0..600 {
        ann.send_as(&format!("m{n}"), "add", json!({"n": 1})).await;
    }
    ann.acked("m599").await;
    ann.send_text(r#"{"type":"load_game"}"#).await;
    let before = ann.expect("load_game").await["data"].take();
    assert_eq!(before["count"], 600);
    drop(ann);
    let damage = [
        "DELETE FROM snapshots WHERE seq IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 1)",
        "UPDATE snapshots SET body = replace(body, '600', '601')",
        "UPDATE snapshots SET hash = link",
        "UPDATE snapshots SET body = '{}'",
        "DELETE FROM snapshots",
    ];
    for (n, statement) in damage.into_iter().enumerate() {
        let folder = at.stop().await;
        let mut database = Database::open(&folder.database()).await;
        assert!(database.change(statement).await > 0, "{statement}");
        database.close().await;
        at = TestSite::start_again(site(), folder, |_| ()).await;
        let mut ann = at.sit_v1(&guest, &table).await;
        ann.send_as("look", "load_game", json!(null)).await;
        let mut view = ann.acked("look").await.0.pop().expect("the game");
        assert_eq!(view["data"].take(), before, "{statement}");
        ann.send_as("m599", "add", json!({"n": 1})).await;
        assert!(ann.acked("m599").await.0.is_empty(), "{statement}");
        // Something new in each run, so that its stop keeps a snapshot.
        say(&mut ann, &format!("after {n}"), "chat_msg", json!({"msg": "x"})).await;
    }
    assert_eq!(at.balance(&guest).await, "987.50");
    at.expect_chips_conserved().await;
}

/// Where the last records are gone, no older snapshot leads to what was acknowledged since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_last_records_are_gone_is_not_taken_up_as_it_was_before_them() {
    let (first, guest, table) = start().await;
    let mut ann = first.sit_v1(&guest, &table).await;
    for n in 0..600 {
        ann.send_as(&format!("m{n}"), "add", json!({"n": 1})).await;
    }
    ann.acked("m599").await;
    drop(ann);
    let folder = first.stop().await;
    let mut database = Database::open(&folder.database()).await;
    database.split_runs().await;
    let gone = database.change("DELETE FROM records WHERE first > 500").await;
    assert_eq!(gone, 2 + 600 - 500);
    database.close().await;
    let second = TestSite::start_again(site(), folder, |_| ()).await;
    let refused = second.socket(&table.socket("")).bearer(&guest.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (500, "internal"));
    let next = second.table(&guest, &table.game).await;
    second.sit_v1(&guest, &next).await.close().await;
}

/// What is kept for one who comes back may be more than what one who is there may have unsent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_kept_is_told_at_once() {
    let (site, guest, table) = start().await;
    let mut ann = site.sit_v1(&guest, &table).await;
    for n in 0..1_000 {
        ann.send_as(&n.to_string(), "announce", json!({ "text": n.to_string() })).await;
    }
    ann.acked("999").await;
    for _ in 0..3 {
        let mut again = back(&site, &guest, &table, 1).await;
        assert_eq!(again.expect("welcome").await["data"]["resumed"], true);
        let told = frames_before_load(&mut again).await;
        assert_eq!(told.len(), 1_000);
        again.close().await;
    }
    site.closes(4008, 0).await;
}
