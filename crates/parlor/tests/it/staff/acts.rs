//! Closing tables, and the audit log.

use super::{account, acts, ban, member};
use crate::game::site;
use parlor_test::{Database, TestSite};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_staff_closes_returns_the_stakes() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    let [ann, bob, cat] = [site.guest().await, site.guest().await, site.guest().await];
    let table = site.table_with(&ann, "counter", json!({"private": true})).await;
    let mut anns = site.sit(&ann, &table).await;
    let invited = format!("invite={}", table.invite.as_ref().expect("an invitation"));
    let mut bobs = site.socket(&table.socket(&invited)).bearer(&bob.token).await;
    let watching = format!("spectate=true&{invited}");
    let mut cats = site.socket(&table.socket(&watching)).bearer(&cat.token).await;
    anns.send("stake", json!({"bet": "100"})).await;
    bobs.send("stake", json!({"bet": "999.99"})).await;
    cats.until(|frame| frame["data"]["staked"] == json!(["100.00", "999.99"])).await;

    let listed = site.get("/api/admin/sessions").bearer(&staff.token).await;
    assert!(!listed.text().contains(&invited["invite=".len()..]), "an invitation is not shown");
    let listed = listed.json();
    let row = &listed["tables"][0];
    assert_eq!((&listed["total"], &row["id"]), (&json!(1), &json!(table.id)), "{listed}");
    assert_eq!((&row["players"], &row["spectators"]), (&json!(2), &json!(1)));
    assert!(row["opened"].as_i64() <= row["moved"].as_i64() && row["private"] == true, "{row}");

    let path = format!("/api/admin/sessions/{}/close", table.id);
    let close = || site.post(&path).bearer(&staff.token);
    assert_eq!(close().json(json!({"reason": ""})).await.status(), 422);
    assert_eq!(close().json(json!({"reason": "a bug in the game"})).await.status(), 204);
    for socket in [&mut anns, &mut bobs, &mut cats] {
        assert_eq!(socket.close_code().await, 4040);
    }
    for guest in [&ann, &bob, &cat] {
        assert_eq!(site.balance(guest).await, "1000.00");
    }
    site.expect_chips_conserved().await;
    let gone = close().json(json!({"reason": "again"})).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_session"));
    assert_eq!(acts(&site, &staff).await.len(), 1, "what came to nothing is no act");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_staff_does_is_in_the_audit_log() {
    let site = TestSite::start_with(site(), |flags| {
        flags.trusted_proxies = Some("127.0.0.0/8".into());
    })
    .await;
    let staff = member(&site, "staff").await;
    account(&site, "Ann").await;
    let table = site.table(&staff, "counter").await;
    let act = async |path: &str, body: Value| {
        let request = site.post(path).bearer(&staff.token).json(body);
        let status = request.header("x-forwarded-for", "203.0.113.9").await.status();
        assert!((200..300).contains(&status), "{path}: {status}");
    };
    act("/api/admin/players/ann/ban", json!({"reason": "abuse", "for": "1d"})).await;
    act("/api/admin/players/ann/unban", json!({"reason": "a mistake"})).await;
    act(&format!("/api/admin/sessions/{}/close", table.id), json!({"reason": "a bug"})).await;
    // By the forms of the pages too.
    let form = site.post("/admin/players/ann/ban").form("reason=once+more&for=7d");
    let by_form = form.cookie(&format!("sid={}", staff.token)).origin(&site.origin()).await;
    assert_eq!((by_form.status(), by_form.location()), (303, "/admin/players/?name=ann"));
    let form = site.post("/admin/players/ann/unban").form("reason=enough");
    assert_eq!(form.bearer(&staff.token).await.status(), 303);

    let acts = acts(&site, &staff).await;
    let told: Vec<[&Value; 5]> = acts
        .iter()
        .map(|act| ["n", "staff", "action", "about", "reason"].map(|name| &act[name]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            [5, "staff", "unban", "Ann", "enough"],
            [4, "staff", "ban", "Ann", "once more"],
            [3, "staff", "close", "The Counter, table 1", "a bug"],
            [2, "staff", "unban", "Ann", "a mistake"],
            [1, "staff", "ban", "Ann", "abuse"],
        ])
    );
    assert_eq!(
        (&acts[2]["subject"], &acts[2]["address"]),
        (&json!(table.id), &json!("203.0.113.9"))
    );
    assert_eq!(acts[4]["until"], json!(acts[4]["at"].as_i64().expect("a time") + 24 * 3_600_000));
    let page = site.get("/admin/audit/").bearer(&staff.token).as_page().await.text();
    assert!(page.contains("203.0.113.9") && page.contains("once more"), "{page}");

    // What was done can't be changed, not even by the program.
    for change in ["UPDATE audit SET reason = ''", "DELETE FROM audit WHERE n = 1"] {
        let mut database = Database::open(&site.database()).await;
        let changed = tokio::spawn(async move { database.change(change).await }).await;
        assert!(changed.is_err(), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_lists_come_a_page_at_a_time_and_each_row_once() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("sessions_per_user=1000".into());
    })
    .await;
    let (staff, host) = (member(&site, "staff").await, site.guest().await);
    account(&site, "ann").await;
    let mut guests: BTreeSet<String> = BTreeSet::from([host.name.clone()]);
    for _ in 0..119 {
        guests.insert(site.guest().await.name);
        site.table(&host, "counter").await;
        assert_eq!(ban(&site, &staff, "ann", json!({"reason": "again"})).await.0, 200);
    }
    let ask = async |path: &str| {
        let answer = site.get(path).bearer(&staff.token).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json()
    };
    let rows = |page: &Value, list: &str, name: &str| -> Vec<Value> {
        let rows = page[list].as_array().expect("a list");
        rows.iter().map(|row| row[name].clone()).collect()
    };
    let (mut seen, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = ask(&format!("/api/admin/players?name=guest-&after={after}")).await;
        let names = rows(&page, "players", "username");
        assert!(names.len() <= 50);
        for name in names {
            assert!(seen.insert(name.as_str().expect("a name").to_owned()), "{name} twice");
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, guests);
    let (mut numbers, mut before) = (Vec::new(), 0);
    loop {
        let page = ask(&format!("/api/admin/audit?before={before}")).await;
        numbers.extend(rows(&page, "acts", "n"));
        match page["next"].as_i64() {
            Some(next) => before = next,
            None => break,
        }
    }
    assert_eq!(json!(numbers), json!((1..=119).rev().collect::<Vec<_>>()));
    let mut tables = BTreeSet::new();
    for (page, length) in [(0, 50), (1, 50), (2, 19)] {
        let listed = ask(&format!("/api/admin/sessions?game=counter&page={page}")).await;
        assert_eq!((&listed["total"], &listed["pages"]), (&json!(119), &json!(3)));
        let ids = rows(&listed, "tables", "id");
        assert_eq!(ids.len(), length);
        tables.extend(ids.iter().map(ToString::to_string));
    }
    assert_eq!(tables.len(), 119);
    assert_eq!(ask("/api/admin/sessions?game=chess").await["total"], 0);
    assert_eq!(ask("/api/admin/players?only=staff").await["players"][0]["username"], "staff");
    for page in ["/admin/players/?name=guest-", "/admin/sessions/?page=1", "/admin/audit/"] {
        let text = site.get(page).bearer(&staff.token).as_page().await.text();
        assert!(text.contains("rel=\"next\""), "{page}");
    }
}
