//! Draws that anyone can check: what is public of them, to whom, when; and a second program that draws them again.

mod pack;
mod verifier;

use crate::game::Counter;
use pack::Pack;
use parlor::prelude::*;
use parlor_test::{Database, Guest, Table, TestSite, socket::Socket};
use serde_json::{Value, json};

fn site() -> Site {
    Site::new("Packs").game(SessionManager::<Pack>::new()).game(SessionManager::<Counter>::new())
}

fn fair(table: &Table) -> String {
    format!("/api/sessions/{}/fair", table.id)
}

/// The types and numbers of all proofs, in their order, and the proofs.
async fn proofs(site: &TestSite, guest: &Guest, table: &Table) -> (Vec<String>, Value) {
    let all = site.get(&fair(table)).bearer(&guest.token).await.json();
    let list = all["proofs"].as_array().expect("proofs");
    let told = list.iter().map(|proof| {
        let proof = &proof["proof"];
        format!("{} {}", proof["type"].as_str().expect("a type"), proof["data"]["number"])
    });
    (told.collect(), all)
}

/// Deals until the first shoe is spent; what everyone is told of it.
async fn spend(socket: &mut Socket) -> Value {
    for _ in 0..4 {
        socket.send("deal", json!({"cards": 10})).await;
    }
    socket.send("deal", json!({"cards": 1})).await;
    socket.find("shoe_spent").await["data"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_is_public_before_it_is_drawn_from_and_shown_when_it_is_spent() {
    let site = TestSite::start(site()).await;
    let (host, other) = (site.guest().await, site.guest().await);
    let table = site.table(&host, "pack").await;
    let (told, all) = proofs(&site, &other, &table).await;
    assert_eq!(told, ["shoe_sealed 1"]);
    assert_eq!(
        (&all["session"], &all["game"], &all["closed"]),
        (&json!(table.id), &json!("pack"), &json!(false))
    );
    let hash = all["proofs"][0]["proof"]["data"]["hash"].clone();
    let mut socket = site.sit(&host, &table).await;
    let view = socket.view().await;
    assert_eq!((&view["hash"], &view["next"]), (&json!(null), &hash));
    socket.send("add_entropy", json!({"text": "luck"})).await;
    let spent = spend(&mut socket).await;
    assert_eq!((&spent["number"], &spent["hash"]), (&json!(1), &hash));
    assert_eq!(spent["entropy"], json!([{"player": host.name, "text": "luck"}]));
    assert_eq!(spent["dealt"].as_array().map(Vec::len), Some(40));
    let (told, all) = proofs(&site, &other, &table).await;
    let expected = [
        "shoe_sealed 1",
        "entropy_added 1",
        "shoe_taken 1",
        "shoe_sealed 2",
        "shoe_taken 2",
        "shoe_sealed 3",
        "shoe_spent 1",
    ];
    assert_eq!(told, expected);
    let rows = all["proofs"].as_array().unwrap();
    assert_eq!(rows[6]["proof"]["data"], spent);
    let seqs: Vec<u64> = rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted() && seqs[0] == 1 && seqs[1] < seqs[2], "{seqs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_over_has_shown_all_and_a_game_without_proofs_has_none() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "pack").await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send("deal", json!({"cards": 3})).await;
    socket.send("finish", json!(null)).await;
    // Who is there is told before the socket closes.
    let (used, unused) = (socket.find("shoe_spent").await, socket.find("shoe_spent").await);
    assert_eq!((&used["data"]["number"], &unused["data"]["number"]), (&json!(1), &json!(2)));
    assert_eq!(unused["data"]["dealt"], json!([]));
    assert_eq!(socket.close_code().await, 4040);
    let (told, all) = proofs(&site, &guest, &table).await;
    let expected =
        ["shoe_sealed 1", "shoe_taken 1", "shoe_sealed 2", "shoe_spent 1", "shoe_spent 2"];
    assert_eq!((told.as_slice(), &all["closed"]), (&expected.map(str::to_owned)[..], &json!(true)));
    // After a restart the same, from the archive too.
    let folder = site.stop().await;
    let again = TestSite::start_again(self::site(), folder, |_| ()).await;
    assert_eq!(proofs(&again, &guest, &table).await.1, all);
    let counter = again.table(&guest, "counter").await;
    assert_eq!(proofs(&again, &guest, &counter).await.0, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_that_fails_when_it_is_to_show_its_last_keeps_nobodys_chips() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let options = json!({"options": {"fails_at_its_end": true}});
    let table = site.table_with(&guest, "pack", options).await;
    let mut socket = site.sit(&guest, &table).await;
    socket.send("stake", json!({"bet": "10.00"})).await;
    socket.send("finish", json!(null)).await;
    assert_eq!(socket.close_code().await, 4040);
    assert_eq!(site.balance(&guest).await, "1000.00");
    site.expect_chips_conserved().await;
    // It has shown nothing then, and is replayed like any other.
    assert_eq!(proofs(&site, &guest, &table).await.0, ["shoe_sealed 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proofs_are_for_those_who_may_read_the_journal() {
    let site = TestSite::start(site()).await;
    let (host, stranger) = (site.guest().await, site.guest().await);
    let open = site.table(&host, "pack").await;
    let private = site.table_with(&host, "pack", json!({"private": true})).await;
    let nobody = site.get(&fair(&open)).await;
    assert_eq!((nobody.status(), &*nobody.code()), (401, "no_player"));
    for (table, guest, status) in
        [(&open, &stranger, 200), (&private, &host, 200), (&private, &stranger, 404)]
    {
        assert_eq!(site.get(&fair(table)).bearer(&guest.token).await.status(), status);
        let page = format!("/fair/{}", table.id);
        assert_eq!(site.get(&page).bearer(&guest.token).as_page().await.status(), status);
    }
    let page = format!("/fair/{}", open.id);
    let nobody = site.get(&page).as_page().await;
    assert_eq!((nobody.status(), nobody.location()), (303, &*format!("/login/?next={page}")));
    for unknown in ["7", "00000000-0000-4000-8000-000000000000"] {
        for path in [format!("/fair/{unknown}"), format!("/api/sessions/{unknown}/fair")] {
            let answer = site.get(&path).bearer(&host.token).await;
            assert_eq!((answer.status(), &*answer.code()), (404, "no_such_session"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_begun_by_other_rules_says_so() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "pack").await;
    let folder = site.stop().await;
    let mut database = Database::open(&folder.database()).await;
    assert_eq!(database.change("UPDATE sessions SET rules = 0").await, 1);
    database.close().await;
    let again = TestSite::start_again(self::site(), folder, |_| ()).await;
    let answer = again.get(&fair(&table)).bearer(&guest.token).await;
    assert_eq!((answer.status(), &*answer.code()), (409, "other_rules"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_seed_is_told_before_it_is_spent_and_none_is_in_the_journal() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "pack").await;
    let mut socket = site.sit(&guest, &table).await;
    let spent = spend(&mut socket).await;
    socket.send("deal", json!({"cards": 1})).await;
    socket.catch_up("all is told").await;
    let journal = site.get(&format!("/api/sessions/{}/journal", table.id)).bearer(&guest.token);
    let public = [journal.await.text(), proofs(&site, &guest, &table).await.1.to_string()];
    socket.send("finish", json!(null)).await;
    let (current, next) = (socket.find("shoe_spent").await, socket.find("shoe_spent").await);
    for later in [&current, &next] {
        let seed = later["data"]["seed"].as_str().expect("a seed");
        assert!(public.iter().all(|text| !text.contains(seed)), "{seed}");
    }
    let seed = spent["seed"].as_str().expect("a seed");
    assert!(!public[0].contains(seed) && public[1].contains(seed));
    assert!(!public[0].contains("observed") && !public[0].contains("seed"), "{}", public[0]);
}
