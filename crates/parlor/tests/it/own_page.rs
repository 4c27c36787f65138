//! One's own page: each of its forms works without a script, tells what is wrong beside it, and takes no orders from elsewhere.

use crate::{
    game::site,
    people::{PASSWORD, log_in, sign_up},
};
use parlor_test::{
    Guest, TestSite,
    http::{Answer, Request},
};

/// Every form of the page, with something that it could mean.
const FORMS: [(&str, &str); 6] = [
    ("/account/upgrade/", "username=bob&password=correct+horse"),
    ("/account/password/", "password=correct+horse&new_password=battery+staple"),
    ("/account/logins/", "id=all"),
    ("/account/allowance/", ""),
    ("/account/limits/", "loss_a_day=1&minutes_a_day=1"),
    ("/account/delete/", "password=correct+horse&confirm=true"),
];

fn cookie(who: &Guest) -> String {
    format!("sid={}", who.token)
}

fn form(site: &TestSite, path: &str, text: &str) -> Request {
    site.post(path).form(text).as_page()
}

async fn send(site: &TestSite, who: &Guest, path: &str, text: &str) -> Answer {
    form(site, path, text).cookie(&cookie(who)).origin(&site.origin()).await
}

async fn page(site: &TestSite, cookie: &str) -> String {
    let page = site.get("/account/").cookie(cookie).as_page().await;
    assert_eq!(page.status(), 200, "{}", page.text());
    page.text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_is_sent_by_a_page_of_another_site_or_by_nobody() {
    let site = TestSite::start(site()).await;
    let (ann, guest) = (sign_up(&site, "ann").await, site.guest().await);
    for (path, text) in FORMS {
        for who in [&ann, &guest] {
            for elsewhere in ["https://evil.example", "null"] {
                let refused = form(&site, path, text).cookie(&cookie(who)).origin(elsewhere).await;
                assert_eq!(refused.status(), 403, "{path}");
            }
            assert_eq!(form(&site, path, text).cookie(&cookie(who)).await.status(), 403, "{path}");
            let looked = site.get(path).cookie(&cookie(who)).await;
            assert_eq!((looked.status(), &*looked.code()), (405, "method_not_allowed"));
        }
        let nobody = form(&site, path, text).origin(&site.origin()).await;
        assert_eq!((nobody.status(), nobody.location()), (303, "/login/?next=/account/"), "{path}");
    }
    // Both are who they were.
    let me = site.get("/api/me").bearer(&guest.token).await.json();
    assert_eq!((&me["guest"], &me["balance"]), (&true.into(), &"1000.00".into()));
    assert_eq!(site.get("/api/me").bearer(&ann.token).await.status(), 200);
    log_in(&site, "ann").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_becomes_somebody_changes_the_password_and_goes_by_forms_alone() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    sign_up(&site, "taken").await;
    let wrong =
        send(&site, &guest, "/account/upgrade/", "username=taken&password=correct+horse").await;
    assert_eq!(wrong.status(), 409);
    assert!(
        wrong.text().contains("value=\"taken\"") && wrong.text().contains("somebody has this name")
    );
    let upgraded =
        send(&site, &guest, "/account/upgrade/", "username=Ann&password=correct+horse").await;
    assert_eq!((upgraded.status(), upgraded.location()), (303, "/account/?done=upgrade"));
    assert_eq!(site.get("/account/").cookie(&cookie(&guest)).as_page().await.status(), 303);
    let first = upgraded.cookie().to_owned();
    assert!(page(&site, &first).await.contains("<h1>Ann</h1>"));

    let change = |cookie: &str, before: &str| {
        let text = format!("password={before}&new_password=battery+staple");
        form(&site, "/account/password/", &text).cookie(cookie).origin(&site.origin())
    };
    let wrong = change(&first, "wrong+horse").await;
    assert!(wrong.status() == 401 && wrong.text().contains("data-test=\"password-form-error\""));
    let changed = change(&first, "correct+horse").await;
    assert_eq!((changed.status(), changed.location()), (303, "/account/?done=password"));
    let second = changed.cookie().to_owned();
    assert!(page(&site, &second).await.contains("Ann"));

    let delete = |password: &str| {
        let text = format!("password={password}");
        form(&site, "/account/delete/", &text).cookie(&second).origin(&site.origin())
    };
    let wrong = delete("correct+horse").await;
    assert!(wrong.status() == 401 && wrong.text().contains("data-test=\"delete-error\""));
    let gone = delete("battery+staple").await;
    assert_eq!((gone.status(), gone.location(), gone.cookie()), (303, "/", "sid="));
    assert_eq!(site.get("/account/").cookie(&second).as_page().await.status(), 303);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_are_ended_by_a_button_each_and_one_for_all() {
    let site = TestSite::start(site()).await;
    let (here, there) = (sign_up(&site, "ann").await, log_in(&site, "ann").await);
    let text = page(&site, &cookie(&here)).await;
    assert_eq!(text.matches("data-test=\"end-login\"").count(), 1, "one's own is not among them");
    let id = text.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let end = format!("id={}", id.expect("its id"));
    let ended = send(&site, &here, "/account/logins/", &end).await;
    assert_eq!((ended.status(), ended.location()), (303, "/account/?done=logins"));
    assert_eq!(site.get("/api/me").bearer(&there.token).await.status(), 401);
    assert_eq!(send(&site, &here, "/account/logins/", &end).await.status(), 404);
    let there = log_in(&site, "ann").await;
    assert_eq!(send(&site, &here, "/account/logins/", "id=others").await.status(), 303);
    assert_eq!(site.get("/api/me").bearer(&there.token).await.status(), 401);
    let all = send(&site, &here, "/account/logins/", "id=all").await;
    assert_eq!((all.status(), all.location(), all.cookie()), (303, "/", "sid="));
    assert_eq!(site.get("/api/me").bearer(&here.token).await.status(), 401);
}

/// The token that one had before is nobody's, whoever else may know it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_fixation_by_another_password_or_name() {
    let site = TestSite::start(site()).await;
    let (given, ann) = (site.guest().await, sign_up(&site, "ann").await);
    let renewing = [
        (&given, "/account/upgrade/", "username=bob&password=correct+horse".to_owned()),
        (
            &ann,
            "/account/password/",
            format!("password={PASSWORD}&new_password=battery+staple").replace(' ', "+"),
        ),
    ];
    for (known, path, text) in renewing {
        let answer = send(&site, known, path, &text).await;
        assert_eq!(answer.status(), 303, "{}", answer.text());
        assert_ne!(answer.cookie(), cookie(known));
        assert_eq!(site.get("/api/me").bearer(&known.token).await.status(), 401, "{path}");
        assert_eq!(site.get("/api/me").cookie(answer.cookie()).await.status(), 200);
    }
}
