//! Pages: where they lead, what a site may change of them, and that looking changes nothing.

use crate::game::{Counter, site};
use parlor::prelude::*;
use parlor_test::TestSite;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_lead_where_the_contract_says() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let nowhere = "/games/counter/session/00000000-0000-4000-8000-000000000000";
    for unknown in [nowhere, "/games/counter/session/7", &format!("{nowhere}?spectate=true")] {
        // First of all, also for one who is not signed in.
        for asked in [site.get(unknown), site.get(unknown).bearer(&guest.token)] {
            let answer = asked.as_page().await;
            assert_eq!((answer.status(), answer.location()), (303, "/games/counter/"), "{unknown}");
        }
    }
    let page = table.page();
    for (path, next) in [
        (page.clone(), page.clone()),
        (format!("{page}?spectate=true"), format!("{page}%3Fspectate%3Dtrue")),
        ("/account/".to_owned(), "/account/".to_owned()),
    ] {
        let answer = site.get(&path).as_page().await;
        assert_eq!((answer.status(), answer.location()), (303, &*format!("/login/?next={next}")));
    }
    let slash = site.get(&format!("{page}/?invite=x")).as_page().await;
    assert_eq!((slash.status(), slash.location()), (308, &*format!("{page}?invite=x")));
    for path in ["/", "/login/", "/signup/", "/sessions/", "/games/counter/", "/tutorials/counter/"]
    {
        let answer = site.get(path).as_page().await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
    for path in ["/games/chess/", "/tutorials/chess/", "/games/chess/session/7", "/nothing/"] {
        let answer = site.get(path).as_page().await;
        assert_eq!(
            (answer.status(), answer.header("content-type")),
            (404, "text/html; charset=utf-8")
        );
        let for_programs = site.get(path).await;
        assert_eq!(for_programs.status(), 404);
        for_programs.code();
    }
    for path in [&page, "/account/", &format!("{page}?spectate=true")] {
        assert_eq!(site.get(path).bearer(&guest.token).as_page().await.status(), 200, "{path}");
    }
    let signed_in =
        site.get("/login/?next=/account/").cookie(&format!("sid={}", guest.token)).await;
    assert_eq!((signed_in.status(), signed_in.location()), (303, "/account/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_opens_a_table_and_says_what_is_wrong() {
    let site = TestSite::start(site()).await;
    let own = site.origin();
    let nobody = site.post("/games/counter/").form("").origin(&own).await;
    assert_eq!((nobody.status(), nobody.location()), (303, "/login/?next=/games/counter/"));
    let next = site.post("/login/guest/").form("next=/games/counter/").origin(&own).await;
    assert_eq!((next.status(), next.location()), (303, "/games/counter/"));
    let cookie = next.cookie();
    let opened = site.post("/games/counter/").form("private=on").cookie(cookie).origin(&own).await;
    assert_eq!(opened.status(), 303);
    assert!(opened.location().starts_with("/games/counter/session/"), "{}", opened.location());
    let page = site.get(opened.location()).cookie(cookie).as_page().await;
    assert!(page.text().contains("?invite="), "the host can hand on the invitation");
    let hidden = site.get("/api/games/counter/sessions").await.json();
    assert_eq!(hidden, json!([]));
    // The game's options are fields of the form, in which what looks like a number or a truth is one.
    for (form, status) in [
        ("options.locked=true", 303),
        ("options.locked=&private=", 303),
        ("options.locked=1", 422),
        ("options.locked=yes", 422),
    ] {
        let opened = site.post("/games/counter/").form(form).cookie(cookie).origin(&own).await;
        assert_eq!(opened.status(), status, "{form}: {}", opened.text());
    }
    let wrong =
        site.post("/signup/").form("username=a!&password=short&next=/x/").origin(&own).await;
    assert_eq!(wrong.status(), 422);
    let text = wrong.text();
    assert!(text.contains("a!") && text.contains("&#x2f;x&#x2f;"), "what was typed: {text}");
    assert!(!text.contains("value=\"short"), "but never a password");
    let wrong =
        site.post("/login/").form("username=%3Cb%3E&password=secret-word").origin(&own).await;
    assert_eq!(wrong.status(), 401);
    let text = wrong.text();
    assert!(!text.contains("<b>") && !text.contains("secret-word"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_changes_nothing() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    let written = || async {
        let metrics = site.get("/metrics").await.text();
        let line = metrics.lines().find(|line| line.starts_with("parlor_store_writes_total "));
        line.expect("the writes are counted").to_owned()
    };
    let (before, view) = (written().await, socket.view().await);
    let row = site.get(&table.row()).await.json();
    for path in [
        "/",
        "/login/",
        "/signup/",
        "/account/",
        "/sessions/",
        "/games/counter/",
        "/logout/",
        "/login/guest/",
        "/tutorials/counter/",
        &table.page(),
        &table.row(),
        "/api/me",
        "/api/games",
        "/api/guest",
        "/api/logout",
        "/api/ws-ticket",
        "/healthz",
        &table.socket(""),
        &format!("{}?spectate=true", table.page()),
        &table.socket("spectate=true"),
    ] {
        for method in ["GET", "HEAD"] {
            let request = parlor_test::http::Request::new(site.address(), method, path);
            request.cookie(&format!("sid={}", guest.token)).as_page().await;
        }
    }
    assert_eq!(written().await, before);
    assert_eq!(socket.view().await, view);
    assert_eq!(site.get(&table.row()).await.json(), row);
    assert_eq!(site.get("/api/me").bearer(&guest.token).await.status(), 200, "still signed in");
}

/// The table page of a site, with something of its own.
struct Own;

impl GameSessionView for Own {
    type Game = Counter;
    const TEMPLATE_NAME: &'static str = "own.html";
    const REDIRECT_TO: &'static str = "away";

    async fn get(&self, page: &Page<'_, Counter>, context: &mut Context) -> Result<(), Instead> {
        let row = page.manager.get(page.session).expect("the session is there");
        context.insert("greeting".into(), json!(format!("hello {} <b>", page.user.name)));
        context.insert("seated".into(), json!(row.players));
        match row.players {
            3.. => Err(Instead::Redirect("/full/".into())),
            _ => Ok(()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_changes_a_page_by_dropping_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let text =
        "{{ greeting }}, {{ seated }} seated, {{ ws_path | safe }}, {{ url('about') | safe }}";
    write("own.html", text);
    write("login.html", "{% extends 'base.html' %}{% block title %}Come in{% endblock %}");
    write("own.css", "body { color: red }");
    let manager = SessionManager::<Counter>::new().view(Own);
    let with = Site::new("Own")
        .game(manager)
        .templates(Assets::folder(folder.path()))
        .statics(Assets::folder(folder.path()))
        .named("about", "/about/")
        .named("away", "/gone/");
    let site = TestSite::start(with).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let page = site.get(&table.page()).bearer(&guest.token).as_page().await;
    let expected =
        format!("hello {} &lt;b&gt;, 0 seated, {}, /about/", guest.name, table.socket(""));
    assert_eq!((page.status(), page.text()), (200, expected));
    let gone = site.get("/games/counter/session/7").as_page().await;
    assert_eq!((gone.status(), gone.location()), (303, "/gone/"));
    assert!(site.get("/login/").as_page().await.text().contains("Come in"));
    let styles = site.get("/static/own.css").await;
    assert_eq!((styles.status(), styles.header("content-type")), (200, "text/css; charset=utf-8"));
    let again = site.get("/static/own.css").header("if-none-match", styles.header("etag")).await;
    assert_eq!((again.status(), &*again.text()), (304, ""));
    for outside in [
        "/static/../Cargo.toml",
        "/static/%2e%2e/own.css",
        "/static/..%2fown.css",
        "/static//etc/passwd",
    ] {
        assert_eq!(site.get(outside).await.status(), 404, "{outside}");
    }
    let sockets = [site.guest().await, site.guest().await];
    let _first = site.sit(&guest, &table).await;
    let _others = [site.sit(&sockets[0], &table).await, site.sit(&sockets[1], &table).await];
    let full = site.get(&table.page()).bearer(&guest.token).as_page().await;
    assert_eq!((full.status(), full.location()), (303, "/full/"));
}

/// What is at an address of a version never changes, and so nobody asks for it twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_page_loads_is_kept_for_good_and_packed() {
    let site = TestSite::start(Site::new("Own").game(SessionManager::<Counter>::new())).await;
    let page = site.get("/games/counter/").as_page().await.text();
    let start = page.find("/static/v-").expect("a static file");
    let root = &page[start..start + "/static/v-0123456789abcdef/".len()];
    let loaded: Vec<&str> = page.split('"').filter(|text| text.starts_with("/static/")).collect();
    assert!(loaded.iter().all(|address| address.starts_with(root)), "{loaded:?}");
    for early in ["lobby.js", "dom.js"] {
        assert!(loaded.contains(&&*format!("{root}{early}")), "{early} is not among {loaded:?}");
    }

    let forever = "public, max-age=31536000, immutable";
    let [plain, packed] = ["identity", "br, gzip;q=0.8"]
        .map(|coding| site.get(loaded[0]).header("accept-encoding", coding));
    let (plain, packed) = (plain.await, packed.await);
    assert_eq!((plain.header("cache-control"), packed.header("cache-control")), (forever, forever));
    assert_eq!(
        (plain.header("vary"), packed.header("vary")),
        ("accept-encoding", "accept-encoding")
    );
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_ne!(plain.header("etag"), packed.header("etag"), "two forms have two validators");

    for (address, caching) in [
        (format!("{root}parlor.css"), forever),
        ("/static/parlor.css".to_owned(), "no-cache"),
        ("/static/v-0123456789abcdef/parlor.css".to_owned(), "no-cache"),
    ] {
        let file = site.get(&address).await;
        assert_eq!((file.status(), file.header("cache-control")), (200, caching), "{address}");
        let known = format!("\"other\", W/{}", file.header("etag"));
        let again = site.get(&address).header("if-none-match", &known).await;
        assert_eq!((again.status(), again.header("cache-control")), (304, caching), "{address}");
    }
    assert_eq!(site.get(&format!("{root}nothing.css")).await.status(), 404);
}
