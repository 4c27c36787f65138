//! Every route is described, and every answer is what the description says.

use super::schema::faults;
use crate::{
    game::{Action, Counter, Seen, site},
    staff::{account, member},
};
use parlor::prelude::*;
use parlor_test::{
    TestSite,
    http::{Answer, Request},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

type Route = (String, String);

/// The routes for programs in the framework's source, by method and path.
fn routes_in_source() -> BTreeSet<Route> {
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut routes = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => routes.extend(routes_of(&path)),
            }
        }
    }
    routes
}

fn routes_of(file: &Path) -> Vec<Route> {
    let text = fs::read_to_string(file).expect("a source");
    let mut routes = Vec::new();
    for call in text.split(".route(").skip(1) {
        let mut parts = call.split('"');
        let (Some(before), Some(path)) = (parts.next(), parts.next()) else { continue };
        assert!(before.trim().is_empty(), "{}: a path that is no literal", file.display());
        let for_programs = path.starts_with("/api/") && path != "/api/"
            || path.starts_with("/ws/")
            || ["/healthz", "/readyz", "/metrics"].contains(&path);
        if !for_programs {
            continue;
        }
        let rest = parts.next().unwrap_or_default();
        // As far as the call goes.
        let mut depth = 1;
        let ends = rest.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let handlers = &rest[..ends.unwrap_or(rest.len())];
        let mut methods = Vec::new();
        for method in ["get", "post", "put", "patch", "delete", "any"] {
            let named = format!("{method}(");
            let calls = handlers.match_indices(&named);
            let calls = calls.filter(|(at, _)| {
                !handlers[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            });
            // Of a socket's address that answers every method itself, GET is the one that does something.
            methods.extend(calls.map(|_| if method == "any" { "get" } else { method }));
        }
        assert!(!methods.is_empty(), "{}: {path} has no method", file.display());
        let path = path.replace("{session}", "{id}");
        routes.extend(methods.into_iter().map(|method| (method.to_owned(), path.clone())));
    }
    routes
}

fn described(document: &Value) -> BTreeSet<Route> {
    let paths = document["paths"].as_object().expect("paths");
    let described = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").keys().cloned();
        methods.map(|method| (method, path.clone())).collect::<Vec<_>>()
    });
    described.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_is_described_and_nothing_else() {
    let site = TestSite::start(site()).await;
    let answer = site.get("/api/openapi.json").await;
    let document = answer.json();
    assert_eq!(
        (&document["openapi"], &document["info"]["title"]),
        (&json!("3.1.0"), &json!("Counting"))
    );
    assert_eq!(document["servers"][0]["url"], site.origin());
    let (is, told) = (routes_in_source(), described(&document));
    assert!(is.len() >= 18, "{is:?}");
    let not_told: Vec<_> = is.difference(&told).collect();
    let not_there: Vec<_> = told.difference(&is).collect();
    assert!(not_told.is_empty(), "describe these in crates/parlor/src/api: {not_told:?}");
    assert!(
        not_there.is_empty(),
        "crates/parlor/src/api describes what is not there: {not_there:?}"
    );
    // Those who read it by names need each once.
    let ids = document["paths"].as_object().expect("paths").values().flat_map(|methods| {
        methods.as_object().expect("methods").values().map(|it| it["operationId"].to_string())
    });
    let ids: Vec<String> = ids.collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

/// A bot that does nothing.
struct Idle;

impl Bot<Counter> for Idle {
    fn choose(&mut self, _: &Seen, _: &[Action], _: &mut Dice) -> Option<Action> {
        None
    }
}

fn site_with_bots() -> Site {
    Site::new("Counting").game(SessionManager::<Counter>::new().bots(|| Idle))
}

/// Asks, and checks what is answered.
struct Checking<'a> {
    site: &'a TestSite,
    document: Value,
    /// What was answered, by method, path and status.
    seen: BTreeSet<(String, String, String)>,
}

impl Checking<'_> {
    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        set: impl FnOnce(Request) -> Request,
    ) -> Answer {
        self.ask_at(method, path, path, set).await
    }

    /// Asks at this address for what is described by that path.
    async fn ask_at(
        &mut self,
        method: &str,
        path: &str,
        address: &str,
        set: impl FnOnce(Request) -> Request,
    ) -> Answer {
        let request = Request::new(self.site.address(), &method.to_uppercase(), address);
        let answer = set(request).await;
        self.check(method, path, &answer);
        answer
    }

    fn check(&mut self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.document["paths"][path][method];
        let status = answer.status().to_string();
        let told = &operation["responses"][&*status];
        assert!(told.is_object(), "{method} {path}: {status} is not described: {}", answer.text());
        let kind = answer.header("content-type").split(';').next().unwrap_or_default();
        match told["content"].as_object() {
            None => assert_eq!(answer.text(), "", "{method} {path}"),
            Some(content) => {
                let schema = content.get(kind).map(|content| &content["schema"]);
                let schema = schema.unwrap_or_else(|| panic!("{method} {path}: it is {kind}"));
                let value =
                    if kind.ends_with("json") { answer.json() } else { json!(answer.text()) };
                let faults = faults(&self.document, schema, &value);
                assert!(faults.is_empty(), "{method} {path} {status}: {faults:#?}");
            }
        }
        self.seen.insert((method.to_owned(), path.to_owned(), status));
    }
}

/// What is about oneself: somebody who goes all the way, from a guest to the end.
async fn ask_about_oneself(it: &mut Checking<'_>) {
    let guest = it.site.guest().await;
    let as_guest = |request: Request| request.bearer(&guest.token);
    let reads = ["logins", "tables", "chips", "allowance", "limits"];
    for path in reads.map(|name| format!("/api/me/{name}")) {
        it.ask("get", &path, as_guest).await;
        it.ask("get", &path, |request| request).await;
    }
    it.ask_at("get", "/api/me/chips", "/api/me/chips?before=x", as_guest).await;
    it.ask("post", "/api/me/allowance", as_guest).await;
    let limits = json!({"loss_a_day": "5.00", "minutes_a_day": 60});
    it.ask("put", "/api/me/limits", |request| as_guest(request).json(limits)).await;
    let looser = json!({"loss_a_day": null, "minutes_a_day": 90});
    it.ask("put", "/api/me/limits", |request| as_guest(request).json(looser)).await;
    it.ask("put", "/api/me/limits", |request| as_guest(request).json(json!({"loss_a_day": -1})))
        .await;
    it.ask("post", "/api/me/password", as_guest).await;
    it.ask("post", "/api/me/delete", as_guest).await;
    let taken = json!({"username": "ann", "password": "correct horse"});
    it.ask("post", "/api/upgrade", |request| as_guest(request).json(taken)).await;
    let free = json!({"username": "somebody", "password": "correct horse"});
    let upgraded = it.ask("post", "/api/upgrade", |request| as_guest(request).json(free)).await;
    let token = upgraded.json()["token"].as_str().expect("a token").to_owned();
    let change = |before: &str| json!({"password": before, "new_password": "battery staple"});
    let wrong = change("wrong horse");
    it.ask("post", "/api/me/password", |request| request.bearer(&token).json(wrong)).await;
    let right = change("correct horse");
    let changed = it.ask("post", "/api/me/password", |request| request.bearer(&token).json(right));
    let token = changed.await.json()["token"].as_str().expect("a token").to_owned();
    let as_somebody = |request: Request| request.bearer(&token);
    let again = json!({"username": "somebody", "password": "battery staple"});
    it.ask("post", "/api/login", |request| request.json(again)).await;
    let log_ins = it.ask("get", "/api/me/logins", as_somebody).await.json();
    let other = log_ins.as_array().expect("log-ins").iter().find(|it| it["current"] == false);
    let other = other.and_then(|other| other["id"].as_str()).expect("another").to_owned();
    let one = "/api/me/logins/{id}";
    it.ask_at("delete", one, &format!("/api/me/logins/{other}"), as_somebody).await;
    it.ask_at("delete", one, "/api/me/logins/7", as_somebody).await;
    it.ask_at("delete", "/api/me/logins", "/api/me/logins?others=true", as_somebody).await;
    let delete = json!({"password": "battery staple"});
    it.ask("post", "/api/me/delete", |request| as_somebody(request).json(delete)).await;

    // An hour later it is another day, and somebody else is broke.
    let day = it.site.wall().div_euclid(86_400_000);
    it.site.adjuster().set_wall(day * 86_400_000 + 82_800_000);
    let poor = it.site.guest().await;
    let table = it.site.table(&poor, "counter").await;
    let mut socket = it.site.sit(&poor, &table).await;
    for kind in ["stake", "lose"] {
        socket.send(kind, json!({"bet": "1000.00"})).await;
        socket.expect("load_game").await;
    }
    it.site.adjuster().jump_wall(3_600_000);
    let as_poor = |request: Request| request.bearer(&poor.token);
    it.ask("post", "/api/me/allowance", as_poor).await;
}

/// What is kept of a table: somebody sits at it until it is over, and shares it.
async fn ask_about_what_is_kept(it: &mut Checking<'_>) {
    let ann = it.site.guest().await;
    let table = it.site.table(&ann, "counter").await;
    let mut socket = it.site.sit(&ann, &table).await;
    let as_ann = |request: Request| request.bearer(&ann.token);
    let share = "/api/sessions/{id}/share";
    let shared = format!("/api/sessions/{}/share", table.id);
    it.ask_at("post", share, &shared, as_ann).await;
    socket.send("finish", json!(null)).await;
    assert_eq!(socket.close_code().await, 4040);
    for method in ["get", "post", "get", "delete"] {
        it.ask_at(method, share, &shared, as_ann).await;
    }
    for what in ["journal", "history", "fair"] {
        let (path, of) = (format!("/api/sessions/{{id}}/{what}"), |id: &str| {
            format!("/api/sessions/{id}/{what}")
        });
        let kept = it.ask_at("get", &path, &of(&table.id), as_ann).await;
        assert!(what == "fair" || kept.text().contains("joined"), "{}", kept.text());
        it.ask_at("get", &path, &of("7"), as_ann).await;
        it.ask_at("get", &path, &of(&table.id), |request| request).await;
    }
    let history = "/api/sessions/{id}/history";
    let limited = format!("/api/sessions/{}/history?limit=0", table.id);
    it.ask_at("get", history, &limited, as_ann).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_is_what_is_described() {
    let site = TestSite::start(site_with_bots()).await;
    let document = site.get("/api/openapi.json").await.json();
    let mut checking = Checking { site: &site, document, seen: BTreeSet::new() };
    let it = &mut checking;
    let credentials = json!({"username": "ann", "password": "correct horse"});
    let with = |body: &Value| {
        let body = body.clone();
        move |request: Request| request.json(body)
    };
    it.ask("post", "/api/signup", with(&credentials)).await;
    it.ask("post", "/api/signup", with(&credentials)).await;
    it.ask("post", "/api/signup", with(&json!({"username": "a"}))).await;
    it.ask("post", "/api/signup", |request| request.body("{")).await;
    it.ask("post", "/api/login", with(&credentials)).await;
    it.ask("post", "/api/login", with(&json!({"username": "ann", "password": "no"}))).await;
    let guest = it.ask("post", "/api/guest", |request| request).await.json();
    let guest = guest["token"].as_str().expect("a token").to_owned();
    let as_guest = |request: Request| request.bearer(&guest);
    it.ask("get", "/api/me", as_guest).await;
    it.ask("get", "/api/me", |request| request).await;
    it.ask("get", "/api/games", |request| request).await;

    let tables = "/api/games/{game}/sessions";
    let opened = "/api/games/counter/sessions";
    let (quick, quickly) = ("/api/games/{game}/quick-play", "/api/games/counter/quick-play");
    it.ask_at("post", quick, quickly, as_guest).await;
    let created = it.ask_at("post", tables, opened, as_guest).await.json();
    let private = |request: Request| as_guest(request).json(json!({"private": true}));
    let hidden = it.ask_at("post", tables, opened, private).await.json();
    it.ask_at("post", tables, opened, |request| as_guest(request).json(json!({"options": 7})))
        .await;
    it.ask_at("get", tables, opened, |request| request).await;
    it.ask_at("get", tables, "/api/games/chess/sessions", |request| request).await;
    let id = created["id"].as_str().expect("an id").to_owned();
    let row = "/api/games/{game}/sessions/{id}";
    it.ask_at("get", row, &format!("{opened}/{id}"), |request| request).await;
    it.ask_at("get", row, &format!("{opened}/7"), |request| request).await;
    ask_about_what_is_kept(it).await;
    let ticket = "/api/ws-ticket";
    it.ask("post", ticket, |request| as_guest(request).json(json!({"session": id}))).await;
    let ann = account(&site, "ann-2").await;
    it.ask_at("post", quick, quickly, |request| request.bearer(&ann.token)).await;
    let bots = "/api/games/{game}/sessions/{id}/bots";
    let at = format!("{opened}/{id}/bots");
    it.ask_at("post", bots, &at, |request| request.bearer(&ann.token)).await;
    let bot = it.ask_at("post", bots, &at, as_guest).await.json();
    it.ask_at("get", bots, &at, |request| request).await;
    let bot = format!("{at}/{}", bot["name"].as_str().expect("a name").replace(' ', "%20"));
    for _ in 0..2 {
        it.ask_at("delete", &format!("{bots}/{{name}}"), &bot, as_guest).await;
    }
    let not_invited = json!({"session": hidden["id"]});
    it.ask("post", ticket, |request| request.bearer(&ann.token).json(not_invited)).await;
    let socket = "/ws/{game}/{id}/";
    it.ask_at("get", socket, &format!("/ws/counter/{id}/"), as_guest).await;
    it.ask_at("get", socket, &format!("/ws/counter/{id}/"), |request| request).await;
    let upgrade = |request: Request| {
        let request =
            as_guest(request).header("connection", "upgrade").header("upgrade", "websocket");
        request
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
    };
    it.ask_at("get", socket, &format!("/ws/counter/{id}/"), upgrade).await;

    for path in ["/healthz", "/readyz", "/metrics", "/api/openapi.json"] {
        it.ask("get", path, |request| request).await;
    }

    let staff = member(&site, "staff").await;
    let as_staff = |request: Request| request.bearer(&staff.token);
    let because = |request: Request| as_staff(request).json(json!({"reason": "a test"}));
    let close = "/api/admin/sessions/{id}/close";
    it.ask("get", "/api/admin/sessions", as_staff).await;
    it.ask_at("post", close, &format!("/api/admin/sessions/{id}/close"), because).await;
    it.ask_at("post", close, &format!("/api/admin/sessions/{id}/close"), because).await;
    let (ban, unban) = ("/api/admin/players/{name}/ban", "/api/admin/players/{name}/unban");
    it.ask_at("post", ban, "/api/admin/players/ann/ban", because).await;
    it.ask_at("post", ban, "/api/admin/players/staff/ban", because).await;
    it.ask_at("post", ban, "/api/admin/players/ann/ban", as_staff).await;
    it.ask("post", "/api/login", with(&credentials)).await;
    for path in ["/api/admin/overview", "/api/admin/players", "/api/admin/audit"] {
        it.ask("get", path, as_staff).await;
        it.ask("get", path, as_guest).await;
    }
    it.ask_at("post", unban, "/api/admin/players/ann/unban", because).await;
    it.ask_at("post", unban, "/api/admin/players/ann/unban", because).await;
    it.ask_at("post", unban, "/api/admin/players/nobody/unban", because).await;
    it.ask("post", "/api/logout", as_guest).await;
    ask_about_oneself(it).await;

    let all = described(&checking.document).into_iter().flat_map(|(method, path)| {
        let responses = &checking.document["paths"][&path][&method]["responses"];
        let good = responses.as_object().expect("responses").keys();
        let good = good.filter(|status| status.starts_with(['1', '2']));
        good.map(|status| (method.clone(), path.clone(), status.clone())).collect::<Vec<_>>()
    });
    let not_asked: Vec<_> = all.filter(|route| !checking.seen.contains(route)).collect();
    assert!(not_asked.is_empty(), "what is described was not asked for: {not_asked:?}");
}
