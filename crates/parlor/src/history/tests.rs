//! What a viewer's history tells, and what it must not: with a game in which each player has a hand of one's own.

use super::{
    bookmarks::Bookmarks,
    eyes::Eyes,
    page::{Asked, page},
};
use crate::{
    settings::Database,
    store::{
        Progress, Store,
        journal::{Append, first_link},
        sessions::{CreateSession, SessionRow},
    },
};
use parlor_core::{
    Chips, Cover, Game, Happening, Input, Outcome, Outside, Player, PlayerId, Record, Refusal,
    Seat, State, Table, Turn, Viewer, ensure, message, table::Timing, view,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Each player is dealt a number that nobody else sees until all are shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Hands {
    dealt: BTreeMap<u8, u8>,
    notes: BTreeMap<u8, String>,
    shown: bool,
}

#[message]
enum Action {
    Deal,
    Note { text: String },
    Show,
    Clear,
}

#[message]
enum Event {
    Dealt { mine: u8 },
    Shown,
}

#[view]
struct View {
    hands: BTreeMap<u8, u8>,
    note: Option<String>,
    fill: String,
}

impl Game for Hands {
    const NAME: &'static str = "hands";
    const MAX_PLAYERS: usize = 2;
    type Action = Action;
    type Event = Event;
    type View = View;

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        let Seat(seat) = turn.seat()?;
        match action {
            Action::Deal => {
                ensure!(self.dealt.is_empty(), Refusal::wrong_stage("they are dealt"));
                turn.new_seed();
                let seats: Vec<_> = turn.players().iter().map(|(seat, p)| (seat.0, p.id)).collect();
                for (seat, player) in seats {
                    let card = u8::try_from(turn.dice().below(4)).expect("four fit");
                    self.dealt.insert(seat, card);
                    turn.send_to(player, Event::Dealt { mine: card });
                }
            }
            Action::Note { text } => drop(self.notes.insert(seat, text)),
            Action::Show => {
                self.shown = true;
                turn.group_send(Event::Shown);
            }
            Action::Clear => *self = Self::default(),
        }
        turn.refresh();
        Ok(None)
    }

    fn view(&self, table: &Table<Self>, viewer: Viewer) -> View {
        let mine = viewer.player().and_then(|player| table.seat(player.id)).map(|seat| seat.0);
        let seen = self.dealt.iter().filter(|(seat, _)| self.shown || Some(**seat) == mine);
        let note = mine.and_then(|seat| self.notes.get(&seat)).cloned();
        let fill = note.iter().map(|note| note.repeat(100)).collect();
        View { hands: seen.map(|(seat, card)| (*seat, *card)).collect(), note, fill }
    }

    fn stage(&self) -> &'static str {
        match (self.dealt.is_empty(), self.shown) {
            (true, _) => "waiting",
            (false, false) => "dealt",
            (false, true) => "shown",
        }
    }
}

/// Every seed is this byte.
struct Seeds(u8);

impl Outside for Seeds {
    fn seed(&mut self) -> [u8; 32] {
        [self.0; 32]
    }

    fn stake(&mut self, _player: PlayerId, _amount: Chips) -> Cover {
        Cover::Full
    }
}

fn player(n: u128) -> Player {
    let name = match n {
        1 => "ann",
        2 => "bob",
        _ => "eve",
    };
    Player { id: PlayerId(Uuid::from_u128(n)), name: name.into() }
}

/// A session that is played with a certain seed.
struct Played {
    state: State<Hands>,
    records: Vec<Record<Hands>>,
    seed: u8,
}

impl Played {
    fn with(seed: u8) -> Self {
        let timing = Timing { turn: 0, ending: 0 };
        let input = Input::Created { options: Value::Null, timing, rules: 1 };
        let happening = Happening { at: 1, who: None, input, id: None };
        let created = State::create(happening, Box::new(Seeds(seed)));
        let (state, applied) = created.expect("a session");
        Self { state, records: vec![applied.record], seed }
    }

    fn happens(&mut self, who: u128, input: Input<Action>) {
        let at = i64::try_from(self.records.len()).expect("few records") + 1;
        let happening = Happening { at, who: Some(player(who)), input, id: None };
        let applied = self.state.apply(happening, Box::new(Seeds(self.seed)));
        self.records.push(applied.expect("a legal move").record);
    }

    fn acts(&mut self, who: u128, action: Action) {
        self.happens(who, Input::Acted(action));
    }

    fn note(&mut self, who: u128, text: &str) {
        self.acts(who, Action::Note { text: text.into() });
    }

    /// A round in which each notes something.
    fn round(&mut self, notes: [&str; 2]) {
        self.acts(1, Action::Deal);
        self.note(1, notes[0]);
        self.note(2, notes[1]);
        self.acts(1, Action::Show);
        self.acts(2, Action::Clear);
    }

    async fn kept(&self, store: &Store) -> SessionRow {
        let id = Uuid::new_v4();
        let body = |record: &Record<Hands>| serde_json::to_string(record).expect("JSON");
        let mut records = self.records.iter();
        let first = records.next().expect("a creation");
        let first = Append::new(id, (1, first.at), &first_link(id), body(first), Vec::new());
        let (game, summary) = ("hands".into(), "{}".into());
        let (rules, private, closed) = (1, false, false);
        let row =
            SessionRow { id, game, rules, host: None, private, invite: None, closed, summary };
        let mut link = first.link();
        store.write(CreateSession { row: row.clone(), first }).await.expect("a session");
        let progress = Progress::default();
        for record in records {
            let at = (record.seq, record.at);
            let append = Append::new(id, at, &link, body(record), Vec::new());
            link = append.link();
            if store.append(append, &progress).await.is_none() {
                progress.after(at.0 - 1).await.1.expect("a stored record");
            }
        }
        row
    }
}

fn seated(seed: u8) -> Played {
    let mut played = Played::with(seed);
    played.happens(1, Input::Joined);
    played.happens(2, Input::Joined);
    played
}

async fn memory() -> Store {
    Store::open(&Database::Memory).await.expect("a database in memory")
}

fn asked(from: u64, limit: u64, viewer: u128) -> Asked {
    let eyes = Eyes { player: player(viewer).id, shared_by: None, hears: true };
    Asked { from, limit, rounds: false, reach: 20_000, eyes }
}

/// A page, without what tells one session from another.
async fn read(store: &Store, marks: &Bookmarks<Hands>, row: &SessionRow, asked: Asked) -> Value {
    let page = page::<Hands>(store, marks, row, asked).await.expect("a page");
    let mut page = json!(page);
    page["session"] = Value::Null;
    page
}

async fn moments(played: &Played, viewer: u128) -> Vec<Value> {
    let store = memory().await;
    let row = played.kept(&store).await;
    let page = read(&store, &Bookmarks::default(), &row, asked(1, 500, viewer)).await;
    page["moments"].as_array().expect("moments").clone()
}

/// Two seeds with which Ann's hand is the same, and Bob's is another.
fn twins() -> (u8, u8) {
    let hands = |seed| {
        let mut played = seated(seed);
        played.acts(1, Action::Deal);
        played.state.game().dealt.clone()
    };
    let other = (2..=255).find(|seed| {
        let (here, there) = (hands(1), hands(*seed));
        here[&0] == there[&0] && here[&1] != there[&1]
    });
    (1, other.expect("another hand for Bob"))
}

#[tokio::test]
async fn worlds_that_differ_in_what_one_could_not_know_have_the_same_history_until_it_is_shown() {
    let (one, two) = twins();
    let (mut here, mut there) = (seated(one), seated(two));
    here.round(["mine", "his"]);
    there.round(["mine", "other"]);
    let texts =
        |moments: Vec<Value>| -> Vec<String> { moments.iter().map(ToString::to_string).collect() };
    for (viewer, differ_from) in [(1, "show"), (2, "deal"), (3, "show")] {
        let histories = (moments(&here, viewer).await, moments(&there, viewer).await);
        let (left, right) = (texts(histories.0), texts(histories.1));
        assert_eq!(left.len(), right.len());
        let first = left.iter().zip(&right).position(|(left, right)| left != right);
        let first: Value = serde_json::from_str(&left[first.expect("it is shown")]).expect("JSON");
        let records = ["created", "joined", "joined", "deal", "note", "note", "show", "clear"];
        let seq = first["seq"].as_u64().and_then(|seq| usize::try_from(seq).ok());
        assert_eq!(records[seq.expect("a number") - 1], differ_from, "as {viewer} sees it");
        for text in left.iter().chain(&right) {
            let seeds = [one, two].map(|seed| format!("{seed},{seed},{seed}"));
            assert!(!text.contains("seed") && !seeds.iter().any(|seed| text.contains(seed)));
        }
    }
}

#[tokio::test]
async fn a_history_tells_who_did_what_and_what_one_was_told_and_saw_then() {
    let mut played = seated(1);
    played.happens(3, Input::Watched);
    played.round(["mine", "his"]);
    played.happens(1, Input::Left);
    let (ann, bob) = (played.records[4].clone(), moments(&played, 2).await);
    assert_eq!(ann.input, Input::Acted(Action::Deal));
    let ann = moments(&played, 1).await;
    let at = |moments: &[Value], seq: u64| {
        moments.iter().find(|moment| moment["seq"] == seq).cloned().unwrap_or_default()
    };
    let deal = at(&ann, 5);
    assert_eq!(
        (&deal["who"], &deal["action"], &deal["stage"], &deal["at"]),
        (&json!("ann"), &json!({"type": "deal"}), &json!("dealt"), &json!(5))
    );
    let mine = deal["view"]["hands"]["0"].clone();
    assert_eq!(deal["events"], json!([{"type": "dealt", "data": {"mine": mine}}]));
    assert_eq!(
        (&deal["user"], deal["view"]["hands"].as_object().unwrap().len()),
        (&json!("ann"), 1)
    );
    assert_eq!(at(&bob, 5)["action"], Value::Null, "the game keeps actions to their players");
    assert_eq!(at(&bob, 6), Value::Null, "what told and showed one nothing is no moment");
    assert_eq!(at(&bob, 7)["action"]["data"]["text"], "his");
    assert_eq!(at(&ann, 8)["events"], json!([{"type": "shown"}]));
    assert_eq!(at(&ann, 8)["view"]["hands"].as_object().unwrap().len(), 2);
    assert_eq!(at(&ann, 4), Value::Null, "nothing changed for Ann when somebody came to watch");
    let left = at(&ann, 10);
    assert_eq!((&left["kind"], &left["user"]), (&json!("left"), &Value::Null));
    // Before she came, she sees what anyone could have.
    assert_eq!((&ann[0]["kind"], &ann[0]["user"]), (&json!("created"), &Value::Null));
}

#[tokio::test]
async fn pages_are_parts_of_one_history_wherever_they_begin() {
    let mut played = seated(1);
    for _ in 0..12 {
        played.round(["mine", "his"]);
    }
    let store = memory().await;
    let row = played.kept(&store).await;
    let whole = read(&store, &Bookmarks::default(), &row, asked(1, 500, 1)).await;
    let last = played.records.len() as u64;
    assert_eq!((&whole["last"], &whole["next"]), (&json!(last), &Value::Null));
    let rounds: Vec<u64> = (0..=12).map(|n| if n == 0 { 1 } else { 3 + 5 * n }).collect();
    assert_eq!(whole["rounds"], json!(rounds), "a round begins where the first stage comes back");
    let seen = |moments: &Value| -> Vec<(Value, Value)> {
        let (mut view, mut all) = (Value::Null, Vec::new());
        for moment in moments.as_array().expect("moments") {
            if moment["view"].is_object() {
                view = json!([moment["user"], moment["view"]]);
            }
            let mut bare = moment.clone();
            for part in ["user", "view"] {
                bare.as_object_mut().expect("a moment").shift_remove(part);
            }
            all.push((bare, view.clone()));
        }
        all
    };
    let all = seen(&whole["moments"]);
    for limit in [1, 3, 7, 40] {
        let marks = Bookmarks::default();
        let (mut from, mut parts) = (Some(1), Vec::new());
        while let Some(begin) = from {
            let page = read(&store, &marks, &row, asked(begin, limit, 1)).await;
            let first = &page["moments"][0];
            assert!(first.is_null() || first["view"].is_object(), "{first}");
            parts.extend(seen(&page["moments"]));
            from = page["next"].as_u64();
        }
        assert_eq!(parts, all, "{limit} records a page");
        // Back, and with other eyes: bookmarks are nobody's.
        for begin in [31, 2, 50] {
            for viewer in [1, 2, 3] {
                let again = read(&store, &marks, &row, asked(begin, limit, viewer)).await;
                let none = Bookmarks::default();
                let anew = read(&store, &none, &row, asked(begin, limit, viewer)).await;
                assert_eq!(again, anew, "from {begin} as {viewer}");
            }
        }
    }
    let beyond = read(&store, &Bookmarks::default(), &row, asked(last + 9, 5, 1)).await;
    assert_eq!((&beyond["moments"], &beyond["next"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn a_page_takes_no_more_work_than_its_reach_and_comes_nearer_each_time() {
    let mut played = seated(1);
    for _ in 0..12 {
        played.round(["mine", "his"]);
    }
    let store = memory().await;
    let row = played.kept(&store).await;
    let marks = Bookmarks::default();
    let far = || Asked { reach: 20, ..asked(60, 4, 1) };
    for from in [21, 45, 60] {
        assert_eq!(read(&store, &marks, &row, far()).await["from"], from);
    }
    let rounds = Asked { rounds: true, ..far() };
    let known = read(&store, &Bookmarks::default(), &row, Asked { from: 1, ..rounds }).await;
    assert_eq!(known["rounds"], json!([1, 8, 13, 18]), "of those within reach");
}

#[tokio::test]
async fn a_page_that_is_full_ends_early_and_the_next_goes_on_from_there() {
    let mut played = seated(1);
    for n in 0..40 {
        played.note(1, &format!("{n:03}").repeat(1_000));
    }
    let store = memory().await;
    let row = played.kept(&store).await;
    let marks = Bookmarks::default();
    let (mut from, mut notes, mut pages) = (Some(1), 0, 0);
    while let Some(begin) = from {
        let page = read(&store, &marks, &row, asked(begin, 500, 1)).await;
        assert!(page.to_string().len() < 3 << 20, "a page of {}", page.to_string().len());
        notes += page["moments"].as_array().expect("moments").len();
        (from, pages) = (page["next"].as_u64(), pages + 1);
    }
    assert_eq!(notes, 42, "the creation, Ann's coming, and 40 notes");
    assert!(pages > 4, "{pages} pages");
}

#[tokio::test]
async fn what_other_rules_made_is_not_played_again() {
    let played = seated(1);
    let store = memory().await;
    let row = SessionRow { rules: 9, ..played.kept(&store).await };
    let refused = page::<Hands>(&store, &Bookmarks::default(), &row, asked(1, 5, 1)).await;
    let refused = refused.expect_err("other rules");
    assert_eq!((refused.status().as_u16(), refused.code()), (409, "other_rules"));
}
