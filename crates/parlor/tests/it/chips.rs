//! What has moved on one's account: told from the ledger, page by page, as JSON and as a page.

use crate::{
    game::site,
    people::{refusal, told, until_view},
};
use parlor_test::{Database, Guest, Socket, TestSite};
use serde_json::{Value, json};

/// Each plays at more tables than one may have a part in.
async fn with_many_tables() -> TestSite {
    TestSite::start_with(site(), |flags| flags.limits.push("sessions_per_user=1000".into())).await
}

/// Plays through every way in which chips move: 100 staked, 30 of them lost, 50 won, 70 returned.
async fn play(site: &TestSite, ann: &Guest, game: &str) -> (String, Socket) {
    let table = site.table(ann, game).await;
    let mut socket = site.sit(ann, &table).await;
    socket.send("stake", json!({"bet": "100.00"})).await;
    socket.send("lose", json!({"bet": "30.00"})).await;
    socket.send("win", json!({"chips": "50.00"})).await;
    socket.send("take_back", json!({"bet": "70.00"})).await;
    until_view(&mut socket, |view| view["staked"] == json!(["70.00"])).await;
    until_view(&mut socket, |view| view["staked"] == json!(["0.00"])).await;
    (table.id, socket)
}

fn row(row: &Value) -> [&str; 4] {
    ["what", "amount", "staked", "balance"].map(|field| row[field].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_movement_is_told_with_what_it_was_and_what_was_left() {
    let site = TestSite::start(site()).await;
    let ann = site.guest().await;
    let (id, _socket) = play(&site, &ann, "counter").await;
    let statement = told(&site, &ann, "/api/me/chips").await;
    let rows = statement["rows"].as_array().unwrap();
    assert_eq!(
        rows.iter().map(row).collect::<Vec<_>>(),
        [
            ["returned", "70.00", "-70.00", "1020.00"],
            ["won", "50.00", "0.00", "950.00"],
            ["lost", "0.00", "-30.00", "900.00"],
            ["staked", "-100.00", "100.00", "900.00"],
            ["starting_chips", "1000.00", "0.00", "1000.00"],
        ]
    );
    assert_eq!(statement["next"], Value::Null);
    assert_eq!((&rows[0]["session"], &rows[0]["game"]), (&json!(id), &json!("counter")));
    assert_eq!((&rows[4]["session"], &rows[4]["game"]), (&Value::Null, &Value::Null));
    let wall = site.wall();
    assert!(rows.iter().all(|row| (wall - row["at"].as_i64().unwrap()).abs() < 60_000));
    assert_eq!(site.balance(&ann).await, "1020.00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_any_length_tell_the_same_as_one() {
    let site = with_many_tables().await;
    let ann = site.guest().await;
    for _ in 0..6 {
        play(&site, &ann, "counter").await;
    }
    let whole = told(&site, &ann, "/api/me/chips?limit=500").await["rows"].clone();
    assert_eq!(whole.as_array().unwrap().len(), 25);
    for limit in [1, 2, 3, 7, 24, 25, 26] {
        let (mut rows, mut before) = (Vec::new(), String::new());
        loop {
            let page =
                told(&site, &ann, &format!("/api/me/chips?limit={limit}&before={before}")).await;
            let found = page["rows"].as_array().unwrap();
            assert!((1..=limit).contains(&found.len()), "{limit}: {page}");
            rows.extend(found.iter().cloned());
            match page["next"].as_str() {
                Some(next) => before = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(json!(rows), whole, "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_reads_ones_own_alone_whatever_one_makes_up() {
    let site = TestSite::start(site()).await;
    let (ann, eve) = (site.guest().await, site.guest().await);
    let (id, _socket) = play(&site, &ann, "counter").await;
    let next =
        told(&site, &ann, "/api/me/chips?limit=1").await["next"].as_str().unwrap().to_owned();
    let hers = told(&site, &eve, &format!("/api/me/chips?before={next}")).await;
    assert!(!hers.to_string().contains(&id), "{hers}");
    for wrong in ["x", "1", "-1.1", "1.1%27", "1.1.1", "99999999999999999999.0"] {
        let refused = site.get(&format!("/api/me/chips?before={wrong}")).bearer(&eve.token).await;
        assert_eq!(refusal(&refused), (422, "invalid_fields".into()), "{wrong}");
    }
    let refused = site.get("/api/me/chips?limit=many").bearer(&eve.token).await;
    assert_eq!(refusal(&refused), (422, "invalid_fields".into()));
    assert_eq!(refusal(&site.get("/api/me/chips").await), (401, "no_player".into()));
}

/// Most are written behind the site's back: a hundred thousand would take long to play.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_hundred_thousand_movements_is_told_at_once() {
    let site = TestSite::start(site()).await;
    let ann = site.guest().await;
    play(&site, &ann, "counter").await;
    let mut database = Database::open(&site.database()).await;
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50000), \
         ann (id) AS (SELECT substr(source, 9) FROM transfers WHERE debit = 'mint') \
         INSERT INTO transfers (source, seq, n, debit, credit, amount, at) \
         SELECT 'x', n, way, \
         CASE way WHEN 0 THEN 'player:' || id ELSE 'escrow:x:' || id END, \
         CASE way WHEN 1 THEN 'player:' || id ELSE 'escrow:x:' || id END, 100, n \
         FROM n, ann, (SELECT 0 AS way UNION ALL SELECT 1)";
    assert_eq!(database.change(many).await, 100_000);
    let started = std::time::Instant::now();
    for _ in 0..20 {
        let page = told(&site, &ann, "/api/me/chips").await;
        assert_eq!(page["rows"].as_array().unwrap().len(), 50);
        assert_eq!(row(&page["rows"][0]), ["returned", "1.00", "-1.00", "1020.00"]);
    }
    // A page takes a millisecond or two; looked through as a whole, it would take a hundred times as long.
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(2), "20 pages took {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_has_the_table_the_curve_and_the_way_on() {
    let site = with_many_tables().await;
    let ann = site.guest().await;
    let cookie = format!("sid={}", ann.token);
    for _ in 0..13 {
        play(&site, &ann, "counter").await;
    }
    let page = site.get("/account/chips/").cookie(&cookie).as_page().await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let text = page.text();
    assert_eq!(text.matches("<td>Stake lost</td>").count(), 12, "of fifty rows");
    assert!(
        text.contains("data-test=\"curve\"") && text.contains("<path class=\"curve-line\" d=\"M0 ")
    );
    assert!(!text.contains("style="), "no style of its own: {text}");
    let text = text.replace("&#x2f;", "/");
    let older = text.split("href=\"").find(|rest| rest.starts_with("/account/chips/?before="));
    let older = older.and_then(|rest| rest.split('"').next()).expect("the way on").to_owned();
    let page = site.get(&older).cookie(&cookie).as_page().await;
    assert!(page.text().contains("First chips"), "{}", page.text());
    let nobody = site.get("/account/chips/").as_page().await;
    assert_eq!((nobody.status(), nobody.location()), (303, "/login/?next=/account/chips/"));
}
