//! Bots: they sit down for the host, play like anyone, and leave for people.

use crate::game::{Action, Counter, Door, Seen};
use parlor::prelude::*;
use parlor_test::{
    Guest, Socket, Table, TestSite,
    http::{Answer, Request},
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// Longer than a bot takes for a move.
const PAUSE: Duration = Duration::from_secs(2);

/// How long a session without players stays open.
const EMPTY_AFTER: Duration = Duration::from_secs(60);

/// What a bot of these tests does when it is asked.
enum Plan {
    Do(Action),
    Panic,
    /// Thinks until the door of this name opens, and does this then.
    Think(String, Action),
}

/// What bots are to do, one after the other, and what they were shown.
#[derive(Clone, Default)]
struct Plans(Arc<Mutex<(VecDeque<Plan>, Vec<Shown>)>>);

/// Who was asked, at which count, with which legal actions.
type Shown = (Option<String>, u32, Vec<Action>);

impl Plans {
    fn of(plans: impl IntoIterator<Item = Plan>) -> Self {
        Self(Arc::new(Mutex::new((plans.into_iter().collect(), Vec::new()))))
    }

    fn then(&self, plan: Plan) {
        self.0.lock().unwrap().0.push_back(plan);
    }

    fn shown(&self) -> Vec<Shown> {
        self.0.lock().unwrap().1.clone()
    }
}

/// A bot that does what it is told to, and rests where it is told nothing.
struct Scripted(Plans);

impl Bot<Counter> for Scripted {
    fn choose(&mut self, view: &Seen, legal: &[Action], _dice: &mut Dice) -> Option<Action> {
        let plan = {
            let mut plans = self.0.0.lock().unwrap();
            plans.1.push((view.you.clone(), view.count, legal.to_vec()));
            plans.0.pop_front()
        };
        match plan? {
            Plan::Do(action) => Some(action),
            Plan::Panic => panic!("the bot breaks"),
            Plan::Think(door, action) => {
                Door::wait(&door);
                Some(action)
            }
        }
    }
}

/// A site whose bots follow these plans.
fn site(plans: &Plans) -> Site {
    let plans = plans.clone();
    let counter = SessionManager::<Counter>::new().bots(move || Scripted(plans.clone()));
    Site::new("Counting").game(counter)
}

/// A site whose clock goes by `advance` alone, and a host at a table of hers.
async fn start(plans: &Plans) -> (TestSite, Guest, Table, Socket) {
    let site = TestSite::start(site(plans)).await;
    site.stand_still();
    let host = site.guest().await;
    let table = site.table(&host, "counter").await;
    let socket = site.sit(&host, &table).await;
    (site, host, table, socket)
}

async fn add(site: &TestSite, who: &Guest, table: &Table) -> Answer {
    site.post(&format!("{}/bots", table.row())).bearer(&who.token).await
}

async fn added(site: &TestSite, host: &Guest, table: &Table) -> String {
    let answer = add(site, host, table).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.json()["name"].as_str().unwrap().to_owned()
}

async fn seated(site: &TestSite, table: &Table) -> Value {
    let row = site.get(&table.row()).await.json();
    json!([row["players"], row["bots"]])
}

async fn journal(site: &TestSite, who: &Guest, table: &Table) -> Vec<(Value, Value)> {
    let path = format!("/api/sessions/{}/journal", table.id);
    let records = site.get(&path).bearer(&who.token).await.json();
    let records = records.as_array().expect("records").iter();
    records.map(|record| (record["who"].clone(), record["input"]["type"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_sits_down_for_the_host_and_plays_after_a_pause_like_anyone() {
    let plans = Plans::of([Plan::Do(Action::Add { n: 7 })]);
    let (site, host, table, mut ann) = start(&plans).await;
    let name = added(&site, &host, &table).await;
    assert_eq!(name, "Ada (bot)");
    ann.until(|frame| frame["data"]["players"] == json!([host.name, name])).await;
    assert_eq!(seated(&site, &table).await, json!([2, 1]));
    assert_eq!(site.metric("parlor_bots").await, 1);
    // Not before its time.
    site.advance(Duration::from_millis(600)).await;
    assert_eq!(plans.shown(), []);
    site.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 7).await;
    // It goes by what is seen from its seat, and by what is legal there.
    let legal = vec![Action::Add { n: 1 }, Action::Add { n: 9 }];
    assert_eq!(plans.shown(), [(Some(name.clone()), 0, legal.clone())]);
    // Its own move is something to look at too; then it rests, until something happens.
    for _ in 0..3 {
        site.advance(PAUSE).await;
    }
    assert_eq!(plans.shown()[1..], [(Some(name.clone()), 7, legal)]);
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 8).await;
    site.advance(PAUSE).await;
    assert_eq!(plans.shown().len(), 3);
    let records = journal(&site, &host, &table).await;
    let bots: Vec<_> = records.into_iter().filter(|(who, _)| *who == name).collect();
    assert_eq!(bots, [(json!(name), json!("joined")), (json!(name), json!("acted"))]);
    assert_eq!(site.metric("parlor_bot_moves_total").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_are_the_hosts_to_add_and_to_send_away() {
    let (site, host, table, mut ann) = start(&Plans::default()).await;
    let other = site.guest().await;
    let refused = add(&site, &other, &table).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "not_host"));
    let nobody = site.post(&format!("{}/bots", table.row())).await;
    assert_eq!((nobody.status(), &*nobody.code()), (401, "no_player"));
    for nowhere in [
        "/api/games/counter/sessions/7/bots",
        "/api/games/counter/sessions/00000000-0000-4000-8000-000000000000/bots",
    ] {
        let refused = site.post(nowhere).bearer(&host.token).await;
        assert_eq!((refused.status(), &*refused.code()), (404, "no_such_session"));
    }
    for (who, sees) in [(&host, true), (&other, false)] {
        let page = site.get(&table.page()).bearer(&who.token).as_page().await.text();
        assert_eq!(page.contains("add-bot"), sees, "{}", who.name);
    }
    let names = [added(&site, &host, &table).await, added(&site, &host, &table).await];
    let full = add(&site, &host, &table).await;
    assert_eq!((full.status(), &*full.code()), (409, "session_full"));
    let bots = format!("{}/bots", table.row());
    assert_eq!(site.get(&bots).await.json(), json!([{"name": names[0]}, {"name": names[1]}]));

    let escaped = names[0].replace(' ', "%20");
    let remove = |who: &Guest, name: &str| {
        Request::new(site.address(), "DELETE", &format!("{bots}/{name}")).bearer(&who.token)
    };
    let refused = remove(&other, &escaped).await;
    assert_eq!((refused.status(), &*refused.code()), (403, "not_host"));
    assert_eq!(remove(&host, &escaped).await.status(), 204);
    ann.until(|frame| frame["data"]["players"] == json!([host.name, names[1]])).await;
    let gone = remove(&host, &escaped).await;
    assert_eq!((gone.status(), &*gone.code()), (404, "no_such_bot"));
    // A person is no bot, whatever the host thinks of one.
    let mut bob = site.sit(&other, &table).await;
    let person = remove(&host, &other.name).await;
    assert_eq!((person.status(), &*person.code()), (404, "no_such_bot"));
    bob.catch_up("still here").await;
    // A bot's name is one that nobody can sign up by.
    let impostor = json!({"username": names[0], "password": "correct horse"});
    let refused = site.post("/api/signup").json(impostor).await;
    assert_eq!((refused.status(), &*refused.code()), (422, "invalid_fields"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_without_bots_says_so_and_a_private_table_tells_strangers_nothing() {
    let site = TestSite::start(crate::game::site()).await;
    let (host, other) = (site.guest().await, site.guest().await);
    let table = site.table_with(&host, "counter", json!({"private": true})).await;
    let refused = add(&site, &host, &table).await;
    assert_eq!((refused.status(), &*refused.code()), (409, "no_bots"));
    let page = site.get(&table.page()).bearer(&host.token).as_page().await.text();
    assert!(!page.contains("add-bot"), "{page}");
    let hidden = add(&site, &other, &table).await;
    assert_eq!((hidden.status(), &*hidden.code()), (404, "no_such_session"));
    let bots = format!("{}/bots", table.row());
    assert_eq!(site.get(&bots).bearer(&other.token).await.status(), 404);
    assert_eq!(site.get(&bots).bearer(&host.token).await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_gives_up_its_seat_for_a_person_and_rather_one_with_nothing_at_stake() {
    let stake = Action::Stake { bet: Chips::new(50) };
    let plans = Plans::of([Plan::Do(stake)]);
    let (site, host, table, mut ann) = start(&plans).await;
    let staking = added(&site, &host, &table).await;
    site.advance(PAUSE).await;
    let other_bot = added(&site, &host, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, staking, other_bot])).await;
    // A handshake that is only asked about changes nothing.
    let (bob, cay, dan) = (site.guest().await, site.guest().await, site.guest().await);
    let plain = site.socket(&table.socket("")).bearer(&bob.token).plain().await;
    assert_eq!(plain.status(), 426);
    assert_eq!(seated(&site, &table).await, json!([3, 2]));
    let _bob = site.sit(&bob, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, staking, bob.name])).await;
    // The one with chips on the table is the last to go, and they go back.
    let _cay = site.sit(&cay, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, cay.name, bob.name])).await;
    assert_eq!(seated(&site, &table).await, json!([3, 0]));
    let full = site.socket(&table.socket("")).bearer(&dan.token).refusal().await;
    assert_eq!((full.status(), &*full.code()), (409, "session_full"));
    let records = journal(&site, &host, &table).await;
    let last: Vec<_> =
        records[records.len() - 4..].iter().map(|(who, what)| json!([who, what])).collect();
    let expected = [
        json!([other_bot, "left"]),
        json!([bob.name, "joined"]),
        json!([staking, "left"]),
        json!([cay.name, "joined"]),
    ];
    assert_eq!(last, expected);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bot_leaves_for_one_who_is_not_let_in_even_so() {
    let site = TestSite::start(site(&Plans::default())).await;
    let (host, other) = (site.guest().await, site.guest().await);
    let table = site.table_with(&host, "counter", json!({"options": {"panics": "leave"}})).await;
    let _ann = site.sit(&host, &table).await;
    added(&site, &host, &table).await;
    added(&site, &host, &table).await;
    // Here nobody can leave: the game fails over it.
    let refused = site.socket(&table.socket("")).bearer(&other.token).refusal().await;
    assert_eq!((refused.status(), &*refused.code()), (409, "session_full"));
    assert_eq!(seated(&site, &table).await, json!([3, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_seat_of_a_bot_is_given_once() {
    let (site, host, table, mut ann) = start(&Plans::default()).await;
    added(&site, &host, &table).await;
    added(&site, &host, &table).await;
    let mut opening = Vec::new();
    for _ in 0..12 {
        let guest = site.guest().await;
        let handshake = site.socket(&table.socket("")).bearer(&guest.token);
        opening.push(tokio::spawn(handshake.open()));
    }
    let (mut sockets, mut refused) = (Vec::new(), 0);
    for opened in opening {
        match opened.await.unwrap() {
            Ok(socket) => sockets.push(socket),
            Err(status) => {
                assert_eq!(status, 409);
                refused += 1;
            }
        }
    }
    assert_eq!((sockets.len(), refused), (2, 10));
    ann.catch_up("everyone has come").await;
    assert_eq!(seated(&site, &table).await, json!([3, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_plays_with_the_houses_chips_and_takes_none_along() {
    let moves = [
        Action::Stake { bet: Chips::new(5_000) },
        Action::Lose { bet: Chips::new(2_000) },
        Action::Win { chips: Chips::new(70) },
        Action::Stake { bet: Chips::new(1_000_000) },
        Action::TakeBack { bet: Chips::new(1) },
    ];
    let plans = Plans::of(moves.map(Plan::Do));
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    for staked in ["5000.00", "3000.00", "3000.00", "1003000.00", "1002999.00"] {
        site.advance(PAUSE).await;
        ann.until(|frame| frame["data"]["staked"][1] == staked).await;
        site.expect_chips_conserved().await;
    }
    let escaped = bot.replace(' ', "%20");
    let path = format!("{}/bots/{escaped}", table.row());
    let removed = Request::new(site.address(), "DELETE", &path).bearer(&host.token).await;
    assert_eq!(removed.status(), 204);
    // It left without settling, as this game lets anyone: the stake stays until the table closes.
    ann.send("finish", Value::Null).await;
    assert_eq!(ann.close_code().await, 4040);
    site.expect_chips_conserved().await;
    assert_eq!(site.balance(&host).await, "1000.00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_breaks_the_rules_or_itself_leaves_and_the_others_play_on() {
    for breaks in [Plan::Do(Action::Add { n: 10 }), Plan::Panic, Plan::Do(Action::Crash)] {
        let (site, host, table, mut ann) = start(&Plans::of([breaks])).await;
        added(&site, &host, &table).await;
        let stays = added(&site, &host, &table).await;
        site.advance(PAUSE).await;
        // Which of the two was asked first is the dice's to say.
        let left = ann.until(|frame| frame["data"]["players"].as_array().unwrap().len() == 2).await;
        assert_eq!(left["data"]["count"], 0);
        assert_eq!(seated(&site, &table).await, json!([2, 1]), "{stays}");
        ann.send("add", json!({"n": 3})).await;
        ann.until(|frame| frame["data"]["count"] == 3).await;
        site.advance(PAUSE).await;
        assert_eq!(seated(&site, &table).await, json!([2, 1]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_thinks_for_long_holds_up_nobody_and_is_not_blamed_for_what_changed_meanwhile() {
    let door = Door::new();
    let plans = Plans::of([Plan::Think(door.0.clone(), Action::Add { n: 2 })]);
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    // The clock moves, but nobody waits here for what the bot comes to.
    site.adjuster().advance(PAUSE);
    while plans.shown().is_empty() {
        tokio::task::yield_now().await;
    }
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 1).await;
    // While the counter is stopped, the rules forbid what the bot is about to do.
    ann.send("stop", json!({"stopped": true})).await;
    ann.until(|frame| frame["type"] == "load_game").await;
    drop(door);
    site.advance(PAUSE).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]), "{bot} is not blamed");
    assert_eq!(site.metric("parlor_bot_moves_total").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_with_bots_alone_is_empty_and_they_do_not_play_there() {
    let plans = Plans::default();
    let (site, host, table, mut ann) = start(&plans).await;
    added(&site, &host, &table).await;
    site.advance(PAUSE).await;
    let looked = plans.shown().len();
    plans.then(Plan::Do(Action::Add { n: 1 }));
    ann.send_text(r#"{"type":"leave"}"#).await;
    assert_eq!(ann.close_code().await, 1000);
    site.advance(EMPTY_AFTER - Duration::from_millis(1)).await;
    assert_eq!(seated(&site, &table).await, json!([1, 1]));
    assert_eq!(plans.shown().len(), looked, "there is nobody to play with");
    site.advance(Duration::from_millis(1)).await;
    assert_eq!(site.get(&table.row()).await.status(), 404);
    assert_eq!(site.metric("parlor_bots").await, 0);
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_rest_where_a_person_sits_who_does_nothing_for_long() {
    let plans = Plans::default();
    let (site, host, table, mut ann) = start(&plans).await;
    let bot = added(&site, &host, &table).await;
    ann.until(|frame| frame["data"]["players"] == json!([host.name, bot])).await;
    // Something happens at the table later, by itself: in nine minutes, and in eleven.
    for minutes in [9, 11] {
        ann.send("ring", json!({"ms": minutes * 60_000})).await;
        ann.find("load_game").await;
        site.advance(PAUSE).await;
        let before = plans.shown().len();
        site.advance(Duration::from_secs(minutes * 60)).await;
        ann.find("rang").await;
        site.advance(PAUSE).await;
        assert_eq!(plans.shown().len() - before, usize::from(minutes == 9), "{minutes}");
    }
    let before = plans.shown().len();
    ann.send("add", json!({"n": 1})).await;
    ann.until(|frame| frame["data"]["count"] == 1).await;
    site.advance(PAUSE).await;
    assert_eq!(plans.shown().len() - before, 1, "there she is again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_play_on_after_a_restart() {
    let plans = Plans::of([Plan::Do(Action::Add { n: 4 })]);
    let (first, host, table, mut ann) = start(&plans).await;
    let bot = added(&first, &host, &table).await;
    first.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 4).await;
    drop(ann);
    let folder = first.stop().await;

    plans.then(Plan::Do(Action::Add { n: 5 }));
    let second = TestSite::start_again(site(&plans), folder, |_| ()).await;
    second.stand_still();
    assert_eq!(seated(&second, &table).await, json!([2, 1]), "as it is stored");
    let mut ann = second.sit(&host, &table).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]));
    second.advance(PAUSE).await;
    ann.until(|frame| frame["data"]["count"] == 9).await;
    // It is never away, so no grace time ends its stay.
    second.advance(Duration::from_secs(120)).await;
    assert_eq!(ann.view().await["players"], json!([host.name, bot]));
    drop(ann);
    let folder = second.stop().await;

    // A program that has no bots for the game lets them go.
    let third = TestSite::start_again(crate::game::site(), folder, |_| ()).await;
    let mut ann = third.sit(&host, &table).await;
    let view = ann.view().await;
    assert_eq!((&view["players"], &view["count"]), (&json!([host.name]), &json!(9)));
}
