//! Golden journals: sessions that were recorded once, and must be the same for ever.
//!
//! `tests/golden/<game>-<name>.journal` begins with a line that says what it is: the version of the rules, and the hash of
//! the state that its records come to. Each line after it is a record, as the journal keeps it. Such a file is never
//! changed. Where it can't be replayed any more, every site's journals can't be either: raise the game's `RULES_VERSION`,
//! record a journal of the new rules, and leave the old one as the last word of the old ones.
//!
//! `PARLOR_RECORD_GOLDEN="blackjack-evening 200" cargo test -p games --test golden` records one of about so many records,
//! another each time, and never over one that is there.

use games::{Blackjack, TicTacToe};
use parlor_core::{
    Chips, Game, Happening, Input, Message, Player, Record, Rejected, State, table::Timing,
};
use parlor_test::{Bank, session};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// The variable that names a journal to record.
const RECORD: &str = "PARLOR_RECORD_GOLDEN";

/// Where the journals are.
const FOLDER: &str = "tests/golden";

/// SHA-256 of `good luck`: what stands in the journal for a line of chat.
const GOOD_LUCK: &str = "64410594d70e5b06ec7d283efd35253e72a5650d45b1468319624342d64c660a";

/// Noon on 1 January 2026, in milliseconds since 1970.
const NOON: i64 = 1_767_268_800_000;

#[test]
fn blackjack_is_what_it_was() {
    check::<Blackjack>(bets);
}

#[test]
fn tic_tac_toe_is_what_it_was() {
    check::<TicTacToe>(|_, legal| legal);
}

#[test]
fn what_is_recorded_is_a_journal_of_a_game() {
    let Some((name, _)) = wanted() else { return };
    let games = [Blackjack::NAME, TicTacToe::NAME];
    let known = games.iter().any(|game| name.starts_with(&format!("{game}-")));
    assert!(known, "{RECORD}: {name} begins with none of {games:?} and a hyphen");
}

/// Some bets between the least and the most that are listed as legal.
fn bets(
    random: &mut fastrand::Rng,
    legal: <Blackjack as Game>::Action,
) -> <Blackjack as Game>::Action {
    if legal.kind() != "place_bet" {
        return legal;
    }
    let bet = random.choice(["1", "2.5", "10.00", "25.50", "0"]).expect("there are bets");
    Message::decode("place_bet", Some(&json!({"bet": bet}).to_string())).expect("a bet")
}

/// Replays every journal of the game; records one before that, where one is named.
fn check<G: Game>(vary: fn(&mut fastrand::Rng, G::Action) -> G::Action) {
    if let Some((name, records)) = wanted().filter(|(name, _)| belongs::<G>(name)) {
        write(&name, &record::<G>(records, vary));
    }
    let mut replayed = 0;
    for path in journals::<G>() {
        let text = fs::read_to_string(&path).expect("a journal");
        let journal = Journal::read(&text);
        if journal.rules == G::RULES_VERSION {
            journal.replay::<G>().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            replayed += 1;
        }
    }
    assert!(replayed > 0, "there is no journal of {} by rules {}", G::NAME, G::RULES_VERSION);
}

fn journals<G: Game>() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect("the folder of the journals");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.file_stem().is_some_and(|name| belongs::<G>(&name.to_string_lossy())))
        .collect();
    paths.sort();
    paths
}

fn belongs<G: Game>(name: &str) -> bool {
    name.strip_prefix(G::NAME).is_some_and(|rest| rest.starts_with('-'))
}

/// A golden journal as it was read.
struct Journal<'a> {
    rules: u32,
    hash: &'a str,
    records: Vec<&'a str>,
}

impl<'a> Journal<'a> {
    fn read(text: &'a str) -> Self {
        let mut lines = text.lines();
        let head = lines.next().and_then(|head| head.strip_prefix("# rules "));
        let (rules, hash) =
            head.and_then(|head| head.split_once(", state ")).expect("a first line");
        Self { rules: rules.parse().expect("a version"), hash, records: lines.collect() }
    }

    /// The same state from the records, and the same text of the records.
    fn replay<G: Game>(&self) -> Result<(), String> {
        let mut records: Vec<Record<G>> = Vec::new();
        for line in &self.records {
            let record = serde_json::from_str(line).map_err(|why| format!("{line}: {why}"))?;
            let text = serde_json::to_string(&record).map_err(|why| why.to_string())?;
            if text != *line {
                return Err(format!("a record is written otherwise:\n- {line}\n+ {text}"));
            }
            records.push(record);
        }
        let mut half = State::replay(records[..records.len() / 2].iter().cloned(), |_| ())
            .map_err(|why| why.to_string())?;
        half = State::from_snapshot(&half.snapshot()).map_err(|why| why.to_string())?;
        half.catch_up(records[records.len() / 2..].iter().cloned(), |_| ())
            .map_err(|why| format!("from a snapshot, {why}"))?;
        let whole = State::replay(records, |_| ()).map_err(|why| why.to_string())?;
        for (state, from) in [(whole, "the first record"), (half, "a snapshot")] {
            if state.hash() != self.hash {
                return Err(format!(
                    "from {from} it comes to {}: {}",
                    state.hash(),
                    state.snapshot()
                ));
            }
        }
        Ok(())
    }
}

/// The journal to record: its name, and about how many records it is to have.
#[expect(
    clippy::disallowed_methods,
    reason = "a journal is recorded by those who ask for it alone"
)]
fn wanted() -> Option<(String, u64)> {
    let wanted = std::env::var(RECORD).ok()?;
    let (name, records) = wanted.split_once(' ').unwrap_or((&wanted, "60"));
    Some((name.to_owned(), records.parse().expect("the number of records")))
}

/// Writes a new journal: one that is there stays as it is.
fn write(name: &str, text: &str) {
    let path = Path::new(FOLDER).join(format!("{name}.journal"));
    let file = fs::File::create_new(&path);
    let mut file = file.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    file.write_all(text.as_bytes()).expect("a journal that can be written");
}

/// A random session, as the text of its journal.
fn record<G: Game>(records: u64, vary: fn(&mut fastrand::Rng, G::Action) -> G::Action) -> String {
    let mut evening = Evening::<G>::new();
    for name in ["ann", "bob"] {
        evening.happen(Some(&session::player(name)), Input::Joined, None);
    }
    while evening.state.seq() < records && !evening.state.ended() {
        evening.go_on(vary);
    }
    if !evening.state.ended() {
        evening.happen(None, Input::Closed, None);
    }
    let (rules, hash) = (G::RULES_VERSION, evening.state.hash());
    format!("# rules {rules}, state {hash}\n{}\n", evening.records.join("\n"))
}

/// A session that is recorded.
struct Evening<G: Game> {
    state: State<G>,
    bank: Bank,
    random: fastrand::Rng,
    now: i64,
    people: Vec<Player>,
    records: Vec<String>,
}

impl<G: Game> Evening<G> {
    fn new() -> Self {
        let mut random = fastrand::Rng::new();
        let bank = Bank::new(random.u64(..));
        let timing = Timing { turn: 30_000, ending: 15_000 };
        let input = Input::Created { options: Value::Null, timing, rules: G::RULES_VERSION };
        let created = Happening { at: NOON, who: None, input, id: None };
        let (state, applied) = State::create(created, Box::new(bank.clone())).expect("a table");
        let people = ["ann", "bob", "cid", "dora"].map(session::player).to_vec();
        for player in &people {
            bank.open(player.id, Chips::new(200));
        }
        let record = serde_json::to_string(&applied.record).expect("a record is JSON");
        Self { state, bank, random, now: NOON, people, records: vec![record] }
    }

    /// Something happens, or is refused.
    fn go_on(&mut self, vary: fn(&mut fastrand::Rng, G::Action) -> G::Action) {
        self.now += i64::from(self.random.u32(..4000));
        let who = self.random.choice(&self.people).cloned().expect("there are people");
        let players = self.state.players();
        let (sits, watches) = (players.contains(who.id), players.watches(who.id));
        let late = self.state.next_alarm().filter(|(at, _)| *at <= self.now);
        let id = self.random.bool().then(|| format!("m{}", self.state.seq()));
        match (late, self.random.u32(..60)) {
            (Some((_, input)), _) => self.happen(None, input, None),
            (None, 0) => self.happen(None, Input::Resumed, None),
            (None, 1) => self.happen(None, Input::Sent(json!({"type": "hello"})), None),
            (None, 2..4) => {
                self.happen(Some(&who), Input::Said { hash: GOOD_LUCK.into() }, id);
            }
            (None, 4) if sits => self.happen(Some(&who), Input::Left, id),
            (None, 5..10) if watches => self.happen(Some(&who), Input::Unwatched, None),
            (None, 10..12) if !sits && !watches => self.happen(Some(&who), Input::Watched, None),
            (None, 12..16) if !sits && !watches => self.happen(Some(&who), Input::Joined, None),
            _ => {
                let legal = self.state.legal(who.id);
                let Some(action) = self.random.choice(legal) else { return };
                let action = vary(&mut self.random, action);
                self.happen(Some(&who), Input::Acted(action), id);
            }
        }
    }

    fn happen(&mut self, who: Option<&Player>, input: Input<G::Action>, id: Option<String>) {
        let happening = Happening { at: self.now, who: who.cloned(), input, id };
        match self.state.apply(happening, Box::new(self.bank.clone())) {
            Ok(applied) => {
                self.bank.settle(&applied.transfers).expect("transfers that add up");
                let record = serde_json::to_string(&applied.record).expect("a record is JSON");
                self.records.push(record);
            }
            Err(Rejected::Refused(_)) => self.bank.undo(),
            Err(Rejected::Fault(why)) => panic!("the game failed: {why}"),
        }
    }
}
