//! Sessions looked back at: what comes back is what was heard, for those who may, and nothing besides.

use crate::game::site;
use parlor::settings::Flags;
use parlor_test::{
    Database, Guest, Socket, Table, TestSite,
    http::{Answer, Request},
};
use serde_json::{Value, json};

fn history_of(table: &Table, query: &str) -> String {
    format!("/api/sessions/{}/history{query}", table.id)
}

fn share_of(table: &Table) -> String {
    format!("/api/sessions/{}/share", table.id)
}

fn delete(site: &TestSite, path: &str) -> Request {
    Request::new(site.address(), "DELETE", path)
}

async fn moments(site: &TestSite, who: &Guest, table: &Table) -> Vec<Value> {
    let page = site.get(&history_of(table, "")).bearer(&who.token).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    page.json()["moments"].as_array().expect("moments").clone()
}

/// Ends a table: everyone's socket is closed.
async fn finish(mut socket: Socket) {
    socket.send("finish", json!(null)).await;
    assert_eq!(socket.close_code().await, 4040);
}

/// Shares a table, and gives the link without the site's own address.
async fn share(site: &TestSite, who: &Guest, table: &Table) -> String {
    let made = site.post(&share_of(table)).bearer(&who.token).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let url = made.json()["url"].as_str().expect("a link").to_owned();
    let path = url.strip_prefix(&site.origin()).expect("a link to this site").to_owned();
    assert!(path.starts_with(&format!("/history/{}?share=", table.id)), "{path}");
    path
}

fn query(link: &str) -> &str {
    link.find('?').map_or("", |mark| &link[mark..])
}

/// What a viewer saw, what the viewer was told, and what was said, each in its order; what did not change is named once.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    views: Vec<Value>,
    events: Vec<Value>,
    said: Vec<Value>,
}

impl Heard {
    fn view(&mut self, view: &Value) {
        if self.views.last() != Some(view) {
            self.views.push(view.clone());
        }
    }

    /// What came over a socket.
    fn frame(&mut self, mut frame: Value) {
        frame.as_object_mut().expect("a frame").shift_remove("seq");
        match frame["type"].as_str().expect("a type") {
            "load_game" => self.view(&frame["data"]),
            "chat_msg" => self.said.push(json!([frame["data"]["user"], frame["data"]["msg"]])),
            "welcome" | "ack" => {}
            _ => self.events.push(frame),
        }
    }

    /// What the history of somebody with a seat says.
    fn from_history(moments: &[Value]) -> Self {
        let mut heard = Self::default();
        for moment in moments {
            if moment["view"].is_object() {
                heard.view(&moment["view"]);
            }
            heard.events.extend(moment["events"].as_array().into_iter().flatten().cloned());
            if moment["said"].is_string() {
                heard.said.push(json!([moment["who"], moment["said"]]));
            }
        }
        heard
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_what_was_heard_at_the_table() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (site.guest().await, site.guest().await);
    let table = site.table(&ann, "counter").await;
    let mut heard = Heard::default();
    let mut anns = site.socket(&table.socket("")).bearer(&ann.token).v1().await;
    for frame in <[Value; 2]>::from(anns.welcomed().await) {
        heard.frame(frame);
    }
    let mut bobs = site.sit_v1(&bob, &table).await;
    heard.frame(anns.expect("load_game").await);
    for (n, (by_ann, kind, data)) in [
        (true, "add", json!({"n": 2})),
        (false, "add", json!({"n": 3})),
        (true, "whisper", json!({"text": "mine"})),
        (false, "whisper", json!({"text": "for bob"})),
        (true, "each", json!(null)),
        (false, "announce", json!({"text": "all"})),
        (false, "stake", json!({"bet": "5"})),
        (true, "chat_msg", json!({"msg": "hello"})),
        (false, "chat_msg", json!({"msg": "good luck"})),
        (false, "roll", json!(null)),
    ]
    .into_iter()
    .enumerate()
    {
        let mover = if by_ann { &mut anns } else { &mut bobs };
        let id = format!("m{n}");
        mover.send_as(&id, kind, data).await;
        let mine = mover.acked(&id).await.0;
        if by_ann {
            mine.into_iter().for_each(|frame| heard.frame(frame));
        }
        // What Bob's move told her has come before the answer to her own question.
        anns.send_as(&format!("q{n}"), "chat_msg", json!({"msg": format!("{n}")})).await;
        anns.acked(&format!("q{n}")).await.0.into_iter().for_each(|frame| heard.frame(frame));
    }
    bobs.send("leave", json!(null)).await;
    bobs.close_code().await;
    heard.frame(anns.expect("load_game").await);
    anns.send("finish", json!(null)).await;
    while let Ok(frame) = anns.heard().await {
        heard.frame(frame);
    }
    let all = moments(&site, &ann, &table).await;
    let came = all.iter().position(|moment| moment["user"] == ann.name).expect("her coming");
    assert_eq!((&all[came]["kind"], &all[0]["user"]), (&json!("joined"), &Value::Null));
    let hers = &all[came..];
    assert_eq!(hers.last().expect("an end")["kind"], "closed");
    assert_eq!(Heard::from_history(hers), heard);
    let whispers = hers.iter().filter(|moment| moment["kind"] == "acted");
    let actions: Vec<&Value> = whispers.map(|moment| &moment["action"]["type"]).collect();
    assert!(actions.contains(&&json!("whisper")) && actions.contains(&&Value::Null));
    assert!(!json!(hers).to_string().contains("for bob"), "what was whispered to Bob");
}

/// What an answer comes to, in a word.
fn word(answer: &Answer) -> String {
    match answer.status() {
        200 => "shown".to_owned(),
        _ => answer.code(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_look_at_what() {
    let site = TestSite::start(site()).await;
    let (host, ann, eve) = (site.guest().await, site.guest().await, site.guest().await);
    for private in [false, true] {
        let table = site.table_with(&host, "counter", json!({"private": private})).await;
        let invited = table.invite.iter().map(|code| format!("invite={code}")).collect::<String>();
        let mut socket = site.socket(&table.socket(&invited)).bearer(&ann.token).await;
        socket.expect("load_game").await;
        let stranger = if private { "no_such_session" } else { "shown" };
        for finished in [false, true] {
            let path = history_of(&table, "");
            for (who, expected) in [
                (Some(&host), "shown"),
                (Some(&ann), "shown"),
                (Some(&eve), stranger),
                (None, "no_player"),
            ] {
                let asked = site.get(&path);
                let asked = who.iter().fold(asked, |asked, who| asked.bearer(&who.token));
                let answer = asked.await;
                assert_eq!(word(&answer), expected, "private: {private}, finished: {finished}");
                if expected == "shown" {
                    assert_eq!(answer.json()["finished"], finished);
                }
            }
            if !finished {
                let early = site.post(&share_of(&table)).bearer(&ann.token).await;
                assert_eq!((early.status(), &*early.code()), (409, "not_finished"));
                let state = site.get(&share_of(&table)).bearer(&ann.token).await.json();
                assert_eq!(state, json!({"may_share": false, "shared_at": null}));
                socket.send("finish", json!(null)).await;
                assert_eq!(socket.close_code().await, 4040);
            }
        }
        // One who had no seat has nothing to share, the host neither.
        let refused = if private { (404, "no_such_session") } else { (403, "not_seated") };
        for who in [&host, &eve] {
            let answer = site.post(&share_of(&table)).bearer(&who.token).await;
            assert_eq!((answer.status(), &*answer.code()), refused);
        }
        assert_eq!(site.post(&share_of(&table)).await.status(), 401);
        let state = site.get(&share_of(&table)).bearer(&ann.token).await.json();
        assert_eq!(state, json!({"may_share": true, "shared_at": null}));
        let link = share(&site, &ann, &table).await;
        let state = site.get(&share_of(&table)).bearer(&ann.token).await.json();
        assert!(state["shared_at"].is_i64(), "{state}");
        for who in [None, Some(&eve)] {
            for path in [history_of(&table, query(&link)), link.clone()] {
                let asked = site.get(&path);
                let asked = who.iter().fold(asked, |asked, who| asked.bearer(&who.token));
                assert_eq!(asked.as_page().await.status(), 200, "{path}");
            }
        }
        // A share is of one session, and takes the place of the one before.
        let other = site.table(&host, "counter").await;
        let again = share(&site, &ann, &table).await;
        for dead in [
            history_of(&table, query(&link)),
            history_of(&other, query(&again)),
            history_of(&table, "?share="),
            history_of(&table, "?share=x"),
        ] {
            let answer = site.get(&dead).await;
            assert_eq!((answer.status(), &*answer.code()), (404, "no_such_share"), "{dead}");
        }
        assert_eq!(delete(&site, &share_of(&table)).bearer(&eve.token).await.status(), 204);
        assert_eq!(site.get(&history_of(&table, query(&again))).await.status(), 200);
        for _ in 0..2 {
            assert_eq!(delete(&site, &share_of(&table)).bearer(&ann.token).await.status(), 204);
            let answer = site.get(&history_of(&table, query(&again))).await;
            assert_eq!((answer.status(), &*answer.code()), (404, "no_such_share"));
        }
        assert_eq!(delete(&site, &share_of(&table)).await.status(), 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_shows_what_its_maker_knew_and_no_talk_of_a_private_table() {
    let site = TestSite::start(site()).await;
    let (ann, bob) = (site.guest().await, site.guest().await);
    for private in [false, true] {
        let table = site.table_with(&ann, "counter", json!({"private": private})).await;
        let invited = table.invite.iter().map(|code| format!("invite={code}")).collect::<String>();
        let mut anns = site.socket(&table.socket(&invited)).bearer(&ann.token).await;
        let mut bobs = site.socket(&table.socket(&invited)).bearer(&bob.token).await;
        anns.send("whisper", json!({"text": "for ann"})).await;
        anns.find("whispered").await;
        bobs.send("whisper", json!({"text": "for bob"})).await;
        bobs.find("whispered").await;
        bobs.catch_up("between us").await;
        finish(anns).await;
        let link = share(&site, &ann, &table).await;
        let shown = site.get(&history_of(&table, query(&link))).await.json();
        let text = shown.to_string();
        assert!(text.contains("for ann") && !text.contains("for bob"));
        assert_eq!(text.contains("between us"), !private);
        let own = moments(&site, &ann, &table).await;
        assert!(json!(own).to_string().contains("between us"), "who was there reads it");
        assert_eq!(shown["moments"][1]["user"], ann.name);
        let page = site.get(&link).as_page().await.text();
        assert!(page.contains(&format!("Shared by {}", ann.name)), "{page}");
    }
    // The database opens no share.
    let link = share(&site, &ann, &site.played(&ann).await).await;
    let token = link.split("share=").nth(1).expect("a token").to_owned();
    assert_eq!(token.len(), 64);
    let mut database = Database::open(&site.database()).await;
    let kept = database.rows("SELECT json_array(hash) FROM shares").await;
    assert!(!kept.is_empty() && !json!(kept).to_string().contains(&token));
    database.close().await;
}

trait Played {
    async fn played(&self, who: &Guest) -> Table;
}

impl Played for TestSite {
    /// A table at which somebody has counted, and that is over.
    async fn played(&self, who: &Guest) -> Table {
        let table = self.table(who, "counter").await;
        let mut socket = self.sit(who, &table).await;
        for n in 1..=5 {
            socket.send("add", json!({ "n": n })).await;
            socket.expect("load_game").await;
        }
        finish(socket).await;
        table
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_reads_the_same_after_a_restart_and_in_the_archive() {
    let running = TestSite::start(site()).await;
    let ann = running.guest().await;
    let (over, open) = (running.played(&ann).await, running.table(&ann, "counter").await);
    let mut socket = running.sit(&ann, &open).await;
    socket.send("add", json!({"n": 7})).await;
    socket.expect("load_game").await;
    let before = (moments(&running, &ann, &over).await, moments(&running, &ann, &open).await);
    assert_eq!(before.0.len(), 9, "the creation, her coming, six moves and the end");
    let link = share(&running, &ann, &over).await;
    let folder = running.stop().await;
    let at_once = |flags: &mut Flags| flags.keep_records = Some("0s".into());
    let again = TestSite::start_again(site(), folder, at_once).await;
    until_archived(&again, 2).await;
    assert_eq!(moments(&again, &ann, &over).await, before.0);
    assert_eq!(moments(&again, &ann, &open).await[..3], before.1[..3]);
    let part = again.get(&history_of(&over, "?from=4&limit=2")).bearer(&ann.token).await.json();
    assert_eq!(part["moments"][0]["view"]["count"], 3);
    assert_eq!((&part["next"], &part["last"]), (&json!(6), &json!(9)));
    let shared = history_of(&over, query(&link));
    assert_eq!(again.get(&shared).await.json()["moments"], json!(before.0));
    // What is no longer kept is as if it had never been, and so are the links to it.
    for _ in 0..2 {
        again.advance(std::time::Duration::from_secs(3_601)).await;
    }
    until_archived(&again, 3).await;
    let gone = again.get(&history_of(&over, "")).bearer(&ann.token).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_session"));
    assert_eq!(again.get(&shared).await.code(), "no_such_share");
}

async fn until_archived(site: &TestSite, stage: u8) {
    let mut database = Database::open(&site.database()).await;
    let asked = format!("SELECT json_array(count(*)) FROM sessions WHERE archived = {stage}");
    let started = std::time::Instant::now();
    while database.rows(&asked).await[0][0] == 0 {
        assert!(started.elapsed() < parlor_test::http::DEADLINE, "nothing is ever at {stage}");
    }
    database.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_of_a_history_has_bounds() {
    let site = TestSite::start(site()).await;
    let ann = site.guest().await;
    let table = site.played(&ann).await;
    for (query, named) in [
        ("?from=0", "from"),
        ("?from=x", "from"),
        ("?from=18446744073709551615", "from"),
        ("?limit=0", "limit"),
        ("?limit=501", "limit"),
        ("?limit=-1", "limit"),
    ] {
        let refused = site.get(&history_of(&table, query)).bearer(&ann.token).await;
        assert_eq!((refused.status(), &*refused.code()), (400, "malformed"), "{query}");
        let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.starts_with(named), "{detail}");
    }
    let beyond = site.get(&history_of(&table, "?from=999999999999")).bearer(&ann.token).await;
    assert_eq!(beyond.json()["moments"], json!([]));
    let all = site.get(&history_of(&table, "?limit=500&rounds=true")).bearer(&ann.token).await;
    assert_eq!(all.json()["rounds"], json!([1]));
    let nowhere = "/api/sessions/00000000-0000-4000-8000-000000000000";
    for id in [nowhere, "/api/sessions/7"] {
        for path in [format!("{id}/history"), format!("{id}/share")] {
            let answer = site.get(&path).bearer(&ann.token).await;
            assert_eq!((answer.status(), &*answer.code()), (404, "no_such_session"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_history_leads_where_it_should_and_changes_nothing() {
    let site = TestSite::start(site()).await;
    let (ann, eve) = (site.guest().await, site.guest().await);
    let table = site.played(&ann).await;
    let page = format!("/history/{}", table.id);
    let nobody = site.get(&page).as_page().await;
    assert_eq!((nobody.status(), nobody.location()), (303, &*format!("/login/?next={page}")));
    let slash = site.get(&format!("{page}/?share=x")).as_page().await;
    assert_eq!((slash.status(), slash.location()), (308, &*format!("{page}?share=x")));
    for path in ["/history/7", "/history/00000000-0000-4000-8000-000000000000"] {
        let lost = site.get(path).bearer(&ann.token).as_page().await;
        assert_eq!(lost.status(), 404, "{path}");
    }
    // A dead link is no reason to sign in.
    let dead = site.get(&format!("{page}?share=x")).as_page().await;
    assert_eq!((dead.status(), dead.location()), (404, ""));
    for who in [&ann, &eve] {
        let shown = site.get(&page).bearer(&who.token).as_page().await;
        assert_eq!((shown.status(), shown.header("cache-control")), (200, "no-store"));
        let text = shown.text();
        assert!(text.contains(&format!("data-api=\"&#x2f;api&#x2f;sessions&#x2f;{}\"", table.id)));
        // The game has no board, and so its view is shown as it is.
        assert!(text.contains("data-test=\"view\"") && !text.contains("data-board"));
    }
    let secret = site.table_with(&ann, "counter", json!({"private": true})).await;
    let hidden = format!("/history/{}", secret.id);
    assert_eq!(site.get(&hidden).bearer(&eve.token).as_page().await.status(), 404);
    assert_eq!(site.get(&hidden).bearer(&ann.token).as_page().await.status(), 200);
    let mut database = Database::open(&site.database()).await;
    assert_eq!(database.rows("SELECT json_array(count(*)) FROM shares").await[0][0], 0);
    database.close().await;
    // Another origin's page can't share in somebody's name.
    let cookie = format!("sid={}", ann.token);
    let foreign = site.post(&share_of(&table)).cookie(&cookie).origin("https://evil.example").await;
    assert_eq!((foreign.status(), &*foreign.code()), (403, "cross_origin"));
}
