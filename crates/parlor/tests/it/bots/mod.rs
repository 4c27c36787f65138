//! Bots: they sit down for the host, play like anyone, and leave for people.

mod playing;
mod seats;

use crate::game::{Action, Counter, Door, Seen};
use parlor::prelude::*;
use parlor_test::{Guest, Socket, Table, TestSite, http::Answer};
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
