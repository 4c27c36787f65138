//! Quick play: one click to a seat at the best table, or at a new one.

use crate::game::{Counter, site};
use parlor::prelude::*;
use parlor_test::{Guest, Table, TestSite, http::Answer};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

async fn play(site: &TestSite, who: &Guest) -> Answer {
    site.post("/api/games/counter/quick-play").bearer(&who.token).await
}

/// The id of the table that this guest comes to, and whether it is new.
async fn played(site: &TestSite, who: &Guest) -> (String, bool) {
    let answer = play(site, who).await;
    assert!(matches!(answer.status(), 200 | 201), "{}", answer.text());
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    (id, answer.status() == 201)
}

fn at(id: &str) -> Table {
    Table { game: "counter".into(), id: id.to_owned(), invite: None }
}

async fn players(site: &TestSite, table: &Table) -> u64 {
    site.get(&table.row()).await.json()["players"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_gets_a_new_table_and_those_who_follow_a_seat_at_it() {
    let site = TestSite::start(site()).await;
    let (ann, bob, cay, dan) =
        (site.guest().await, site.guest().await, site.guest().await, site.guest().await);
    let answer = play(&site, &ann).await;
    assert_eq!(answer.status(), 201);
    let created = answer.json();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["url"], format!("{}/games/counter/session/{id}", site.origin()));
    let ws = format!("{}/ws/counter/{id}/", site.origin().replacen("http", "ws", 1));
    assert_eq!((&created["ws_url"], &created["invite"]), (&json!(ws), &json!(null)));
    // The seat is there before any socket is.
    assert_eq!(played(&site, &bob).await, (id.to_owned(), false));
    assert_eq!(players(&site, &at(id)).await, 2);
    // Again is the same again.
    assert_eq!(played(&site, &bob).await, (id.to_owned(), false));
    assert_eq!(played(&site, &cay).await, (id.to_owned(), false));
    let (other, new) = played(&site, &dan).await;
    assert!(new && other != id, "three chairs are taken");
    let mut socket = site.sit(&bob, &at(id)).await;
    assert_eq!(socket.view().await["players"], json!([ann.name, bob.name, cay.name]));
    let nobody = site.post("/api/games/counter/quick-play").await;
    assert_eq!((nobody.status(), &*nobody.code()), (401, "no_player"));
    let nothing = site.post("/api/games/chess/quick-play").bearer(&ann.token).await;
    assert_eq!((nothing.status(), &*nothing.code()), (404, "no_such_game"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_nobody_comes_to_is_given_up_after_its_grace_time() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let (ann, bob) = (site.guest().await, site.guest().await);
    let (id, _) = played(&site, &ann).await;
    played(&site, &bob).await;
    let _ann = site.sit(&ann, &at(&id)).await;
    assert_eq!(players(&site, &at(&id)).await, 2);
    site.advance(Duration::from_secs(30)).await;
    assert_eq!(players(&site, &at(&id)).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_come_first_then_those_with_whom_one_plays_at_once() {
    let site = TestSite::start(site()).await;
    let host = site.guest().await;
    // The oldest is empty, and the next is private.
    site.table(&host, "counter").await;
    let private = site.table_with(&host, "counter", json!({"private": true})).await;
    let _hidden = site.sit(&host, &private).await;
    // With two at it, a third waits for the next round here.
    let waits = json!({"options": {"waits": true}});
    let (bob, cay, dan, eve) =
        (site.guest().await, site.guest().await, site.guest().await, site.guest().await);
    let slow = site.table_with(&bob, "counter", waits).await;
    let _bob = site.sit(&bob, &slow).await;
    let _cay = site.sit(&cay, &slow).await;
    assert_eq!(played(&site, &eve).await, (slow.id.clone(), false), "people are better than none");
    leave(site.sit(&eve, &slow).await).await;
    let open = site.table(&dan, "counter").await;
    let _dan = site.sit(&dan, &open).await;
    assert_eq!(played(&site, &eve).await, (open.id, false), "there eve plays at once");
    // One's own table is the best, also where it is private.
    assert_eq!(played(&site, &host).await.0, private.id);
}

async fn leave(mut socket: parlor_test::Socket) {
    socket.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(socket.close_code().await, 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_all_get_a_seat_and_none_is_taken_twice() {
    let site = TestSite::start(site()).await;
    let mut guests = Vec::new();
    for _ in 0..20 {
        guests.push(site.guest().await);
    }
    let playing = guests.iter().map(|guest| played(&site, guest));
    let tables = futures_util::future::join_all(playing).await;
    for (guest, (id, _)) in guests.iter().zip(&tables) {
        let mut socket = site.sit(guest, &at(id)).await;
        let seated = socket.view().await["players"].as_array().unwrap().len();
        assert!((1..=3).contains(&seated));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_makes_room_and_a_stalled_table_is_passed_over() {
    struct Idle;
    impl Bot<Counter> for Idle {
        fn choose(
            &mut self,
            _: &<Counter as Game>::View,
            _: &[<Counter as Game>::Action],
            _: &mut Dice,
        ) -> Option<<Counter as Game>::Action> {
            None
        }
    }
    let counter = SessionManager::<Counter>::new().bots(|| Idle);
    let site = TestSite::start(Site::new("Counting").game(counter)).await;
    let (host, bob, cay, dan) =
        (site.guest().await, site.guest().await, site.guest().await, site.guest().await);
    let table = site.table(&host, "counter").await;
    let mut ann = site.sit(&host, &table).await;
    for _ in 0..2 {
        let bots = format!("{}/bots", table.row());
        assert_eq!(site.post(&bots).bearer(&host.token).await.status(), 201);
    }
    for guest in [&bob, &cay] {
        assert_eq!(played(&site, guest).await, (table.id.clone(), false));
    }
    ann.until(|frame| frame["data"]["players"] == json!([host.name, cay.name, bob.name])).await;
    let cays = site.sit(&cay, &table).await;
    leave(cays).await;
    // The game does not come back from this move while the door is closed.
    let door = crate::game::Door::new();
    ann.send("wait", json!({"door": door.0})).await;
    let (other, new) = played(&site, &dan).await;
    assert!(new && other != table.id);
}

/// A table offers a seat, and then its game does not come back: whoever was to sit there sits elsewhere, and nobody sits there
/// when it has come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_stalls_after_its_offer_is_passed_over() {
    let (asked, mut asks) = mpsc::unbounded_channel();
    let counter = SessionManager::<Counter>::new().consumer(move || Asks(asked.clone()));
    let site = TestSite::start(Site::new("Counting").game(counter)).await;
    let (host, dan) = (site.guest().await, site.guest().await);
    let table = site.table(&host, "counter").await;
    let sitting = async {
        let going = asks.recv().await.expect("the site is asked");
        going.send(()).expect("it waits");
    };
    let (mut ann, ()) = tokio::join!(site.sit(&host, &table), sitting);
    let door = crate::game::Door::new();
    let stalling = async {
        let going = asks.recv().await.expect("the site is asked");
        ann.send("wait", json!({"door": door.0})).await;
        tokio::task::block_in_place(|| door.reached());
        going.send(()).expect("it waits");
        // The new table.
        let going = asks.recv().await.expect("the site is asked");
        going.send(()).expect("it waits");
    };
    let ((other, new), ()) = tokio::join!(played(&site, &dan), stalling);
    assert!(new && other != table.id);
    drop(door);
    ann.catch_up("come back").await;
    assert_eq!(players(&site, &table).await, 1);
}

/// A hook that lets nobody in before the test says so.
struct Asks(mpsc::UnboundedSender<oneshot::Sender<()>>);

impl Consumer for Asks {
    type Game = Counter;

    async fn authorize(&mut self, _: &Handshake) -> Result<(), Problem> {
        let (go, going) = oneshot::channel();
        self.0.send(go).expect("the test goes on");
        going.await.expect("the test goes on");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_a_part_in_too_many_tables_is_told_so() {
    let site =
        TestSite::start_with(site(), |flags| flags.limits.push("sessions_per_user=1".into())).await;
    let (ann, bob) = (site.guest().await, site.guest().await);
    site.table(&ann, "counter").await;
    // The own table is a part, and a seat at it is the same part.
    let (id, new) = played(&site, &ann).await;
    assert_eq!((new, players(&site, &at(&id)).await), (false, 1));
    // One's private table is nothing that quick play finds, and there may be no other.
    site.table_with(&bob, "counter", json!({"private": true})).await;
    let refused = play(&site, &bob).await;
    assert_eq!((refused.status(), &*refused.code()), (429, "rate_limited"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hook_of_a_site_is_asked_for_each_seat() {
    #[derive(Default)]
    struct NoGuests;
    impl Consumer for NoGuests {
        type Game = Counter;
        async fn authorize(&mut self, handshake: &Handshake) -> Result<(), Problem> {
            match handshake.guest {
                true => Err(Problem::new(
                    parlor::axum::http::StatusCode::FORBIDDEN,
                    "no_guests",
                    "sign up first",
                )),
                false => Ok(()),
            }
        }
    }
    let counter = SessionManager::<Counter>::new().consumer(NoGuests::default);
    let site = TestSite::start(Site::new("Counting").game(counter)).await;
    let guest = site.guest().await;
    let refused = play(&site, &guest).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "no_guests"));
    let credentials = json!({"username": "ann", "password": "correct horse"});
    let token = site.post("/api/signup").json(credentials).await.json()["token"].clone();
    let ann = Guest { name: "ann".into(), token: token.as_str().unwrap().to_owned() };
    played(&site, &ann).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_click_seats_a_visitor_whom_nobody_knows() {
    let site =
        TestSite::start_with(site(), |flags| flags.limits.push("guests_per_hour=1".into())).await;
    let tables = site.get("/games/counter/").as_page().await.text();
    let action = r#"action="&#x2f;games&#x2f;counter&#x2f;play""#;
    assert!(tables.contains(action), "{tables}");
    let click = || site.post("/games/counter/play").as_page().form("");
    let elsewhere = click().origin("https://evil.example").await;
    assert_eq!(elsewhere.status(), 403);
    let seated = click().origin(&site.origin()).await;
    assert_eq!(seated.status(), 303);
    let (page, cookie) = (seated.location().to_owned(), seated.cookie().to_owned());
    assert!(page.starts_with("/games/counter/session/"), "{page}");
    let shown = site.get(&page).cookie(&cookie).as_page().await;
    assert_eq!(shown.status(), 200);
    let rows = site.get("/api/games/counter/sessions").await.json();
    assert_eq!((&rows[0]["players"], rows.as_array().unwrap().len()), (&json!(1), 1));
    // The same visitor comes back to the same seat, and is no further guest.
    let again = click().origin(&site.origin()).cookie(&cookie).await;
    assert_eq!((again.status(), again.location(), again.cookie()), (303, &*page, ""));
    // Where there can be no more guests, the log-in says why, and leads on to the tables.
    let late = click().origin(&site.origin()).await;
    assert_eq!(late.status(), 429);
    let text = late.text();
    assert!(text.contains("too many guests") && text.contains("counter&#x2f;"), "{text}");
    // Looking changes nothing.
    assert_eq!(site.get("/games/counter/play").as_page().await.status(), 405);
}
