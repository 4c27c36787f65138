//! Every route of staff, asked by everyone.

use super::{account, ban, member, set_staff};
use crate::game::site;
use parlor_test::{TestSite, http::Request};
use serde_json::json;

/// Those of the API are all that the description has; a page has one address, and each of its forms another.
async fn routes(site: &TestSite) -> Vec<(String, String)> {
    let document = site.get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    let of_staff = paths.iter().filter(|(path, _)| path.starts_with("/api/admin/"));
    let mut routes: Vec<(String, String)> = of_staff
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert!(routes.len() >= 7, "{routes:?}");
    for (method, path) in [
        ("GET", "/admin/"),
        ("GET", "/admin/sessions/"),
        ("GET", "/admin/players/"),
        ("GET", "/admin/audit/"),
        ("POST", "/admin/sessions/{id}/close"),
        ("POST", "/admin/players/{name}/ban"),
        ("POST", "/admin/players/{name}/unban"),
    ] {
        routes.push((method.to_owned(), path.to_owned()));
    }
    routes
}

fn request(site: &TestSite, (method, path): &(String, String)) -> Request {
    let id = "0b0e8f1c-5d0a-4f0e-9d3b-6f5d1f0a2c11";
    let path = path.replace("{id}", id).replace("{name}", "nobody");
    let request = Request::new(site.address(), method, &path);
    match (&**method, path.starts_with("/api/")) {
        ("POST", true) => request.json(json!({"reason": "a test"})),
        ("POST", false) => request.form("reason=a+test"),
        _ => request,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_staff_may_ask_what_is_for_staff() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    let (player, guest) = (account(&site, "player").await, site.guest().await);
    let (demoted, banned) = (member(&site, "demoted").await, account(&site, "banned").await);
    // Known to be of the staff, and signed in, a moment ago.
    assert_eq!(site.get("/api/admin/audit").bearer(&demoted.token).await.status(), 200);
    assert_eq!(site.get("/api/me").bearer(&banned.token).await.status(), 200);
    set_staff(&site, "demoted", false).await;
    assert_eq!(ban(&site, &staff, "banned", json!({"reason": "a test"})).await.0, 200);
    for route in routes(&site).await {
        let ask = || request(&site, &route);
        let is_page = !route.1.starts_with("/api/");
        for nobody in [ask(), ask().bearer("made-up"), ask().bearer(&banned.token)] {
            let answer = nobody.await;
            if is_page && route.0 == "GET" {
                assert_eq!(answer.status(), 303, "{route:?}");
                assert!(answer.location().starts_with("/login/?next=/admin/"), "{route:?}");
            } else {
                assert_eq!((answer.status(), &*answer.code()), (401, "no_player"), "{route:?}");
            }
        }
        for other in [&player, &guest, &demoted] {
            let answer = ask().bearer(&other.token).await;
            assert_eq!((answer.status(), &*answer.code()), (403, "not_staff"), "{route:?}");
        }
        let answer = ask().bearer(&staff.token).await;
        let expected = if route.0 == "GET" { 200 } else { 404 };
        assert_eq!(answer.status(), expected, "{route:?}: {}", answer.text());
        // As everywhere: another site's page does nothing in the name of one who is signed in here.
        if route.0 == "POST" {
            let by_cookie = ask().cookie(&format!("sid={}", staff.token));
            for foreign in [by_cookie.clone(), by_cookie.clone().origin("https://evil.example")] {
                let answer = foreign.await;
                assert_eq!((answer.status(), &*answer.code()), (403, "cross_origin"), "{route:?}");
            }
            assert_eq!(by_cookie.origin(&site.origin()).await.status(), 404, "{route:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_page_leads_staff_and_nobody_else_to_their_pages() {
    let site = TestSite::start(site()).await;
    let (staff, player) = (member(&site, "staff").await, account(&site, "player").await);
    let (guest, demoted) = (site.guest().await, member(&site, "demoted").await);
    set_staff(&site, "demoted", false).await;
    for (who, sees) in [(&staff, true), (&player, false), (&guest, false), (&demoted, false)] {
        let page = site.get("/account/").bearer(&who.token).as_page().await.text();
        assert_eq!(page.contains("admin-link"), sees, "{}", who.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_that_is_taken_out_of_the_database_is_no_member_at_once() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    assert_eq!(site.get("/api/admin/audit").bearer(&staff.token).await.status(), 200);
    let mut database = parlor_test::Database::open(&site.database()).await;
    database.change("DELETE FROM tokens").await;
    let refused = site.get("/api/admin/audit").bearer(&staff.token).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "not_staff"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_that_make_no_sense_are_refused() {
    let site = TestSite::start(site()).await;
    let staff = member(&site, "staff").await;
    for path in [
        "/api/admin/players?only=nobody",
        "/api/admin/sessions?page=first",
        "/api/admin/sessions?page=-1",
        "/api/admin/audit?before=x",
        "/api/admin/overview?after=x",
    ] {
        let refused = site.get(path).bearer(&staff.token).await;
        assert_eq!((refused.status(), &*refused.code()), (400, "malformed"), "{path}");
    }
    // What a form sends that nothing was typed into.
    for path in ["/admin/sessions/?game=&page=", "/admin/players/?name=&only=&after="] {
        assert_eq!(site.get(path).bearer(&staff.token).await.status(), 200, "{path}");
    }
}
