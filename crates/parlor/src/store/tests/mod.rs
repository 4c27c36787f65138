//! What many writes in one commit must come to.

mod accounts;
mod archive;
mod journal;
mod memory;
mod staff;
mod waiting;

use super::{
    Progress, Store, Write, WriteError,
    accounts::{Account, CreateAccount},
    journal::{Append, Hash, Line, first_link},
    sessions::{CreateSession, SessionRow},
};
use crate::settings::Database;
use parlor_core::{Account as Of, Chips, PlayerId, Transfer};
use sqlx::AnyConnection;
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::Notify;
use uuid::Uuid;

/// A session on its way: the number of its last record, and the link after it.
struct Session {
    id: Uuid,
    seq: u64,
    link: Hash,
}

impl Session {
    async fn create(store: &Store) -> Self {
        let id = Uuid::new_v4();
        let mut session = Self { id, seq: 0, link: first_link(id) };
        session.begin(store).await;
        session
    }

    /// Makes it, with its first record.
    async fn begin(&mut self, store: &Store) {
        let first = Append::new(self.id, (1, 0), &self.link, "created".into(), Vec::new());
        (self.seq, self.link) = (1, first.link());
        let row = SessionRow {
            id: self.id,
            game: "game".into(),
            rules: 1,
            host: None,
            private: false,
            invite: None,
            closed: false,
            summary: "{}".into(),
        };
        store.write(CreateSession { row, first }).await.expect("a session");
    }

    /// Its next record, with these transfers.
    fn next(&mut self, transfers: Vec<Transfer>) -> Append {
        self.seq += 1;
        let body = format!("record {}", self.seq);
        let record = Append::new(self.id, (self.seq, 0), &self.link, body, transfers);
        self.link = record.link();
        record
    }

    /// How many records are kept, all of them as they were written.
    async fn kept(&self, store: &Store) -> usize {
        let (records, _) = store.records(self.id, 0, first_link(self.id)).await.expect("a journal");
        records.len()
    }
}

async fn store() -> Store {
    Store::open(&Database::Memory).await.expect("a database in memory")
}

async fn player(store: &Store, cents: i64) -> PlayerId {
    let id = PlayerId(Uuid::new_v4());
    let account = Account { id, name: id.0.to_string(), password: None };
    let chips = Chips::try_from_cents(cents).expect("an amount");
    store.write(CreateAccount { account, chips, at: 0 }).await.expect("an account");
    id
}

/// Queues these at once, and says what became of each.
async fn append(store: &Store, records: Vec<Append>) -> Vec<Result<(), WriteError>> {
    let count = records.len();
    let mut results: Vec<Option<Result<(), WriteError>>> = vec![None; count];
    let mut waiting = Vec::new();
    for (n, record) in records.into_iter().enumerate() {
        let (seq, progress) = (record.seq(), Progress::default());
        results[n] = store.append(record, &progress).await;
        waiting.push((seq, progress));
    }
    for (result, (seq, progress)) in results.iter_mut().zip(waiting) {
        if result.is_none() {
            let (stored, became) = progress.after(seq - 1).await;
            assert_eq!(stored, seq);
            *result = Some(became);
        }
    }
    results.into_iter().flatten().collect()
}

fn stake(from: PlayerId, cents: i64) -> Transfer {
    let amount = Chips::try_from_cents(cents).expect("an amount");
    Transfer { from: Of::Player(from), to: Of::Escrow(from), amount }
}

#[tokio::test]
async fn records_of_many_sessions_are_written_in_few_commits() {
    let store = store().await;
    let mut sessions = Vec::new();
    for _ in 0..70 {
        sessions.push(Session::create(&store).await);
    }
    let before = store.measures().commits.get();
    let mut records = Vec::new();
    for round in 0..5 {
        for session in &mut sessions {
            let mut record = session.next(Vec::new());
            if round == 3 {
                let line = Line { player: session.id, name: "ann".into(), text: "hi".into() };
                record = record.said(line).summary(format!("\"{}\"", session.id));
            }
            records.push(record);
        }
    }
    let written = append(&store, records).await;
    assert!(written.iter().all(Result::is_ok));
    let commits = store.measures().commits.get() - before;
    assert!(commits < 20, "{commits} commits");
    for session in &sessions {
        assert_eq!(session.kept(&store).await, 6);
        assert_eq!(store.said_after(session.id, 0).await.expect("chat").len(), 1);
        let row = store.session(session.id).await.expect("a row").expect("the session");
        assert_eq!(row.summary, format!("\"{}\"", session.id));
    }
}

/// A write that takes until it is let go.
struct Held(Arc<Notify>);

impl Write for Held {
    type Out = ();

    async fn run(&self, _: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.0.notified().await;
        Ok(())
    }
}

#[tokio::test]
async fn only_so_many_writes_wait_and_those_who_have_more_wait_themselves() {
    let store = store().await;
    let mut session = Session::create(&store).await;
    let go = Arc::new(Notify::new());
    store.queue(Held(go.clone()), |written| written.expect("it is let go")).await;
    // One is on its way, up to 1,024 may be taken out with it, and 4,096 wait.
    let records = (0..4_096 + 1_024 + 10).map(|_| session.next(Vec::new())).collect();
    let mut appending = Box::pin(append(&store, records));
    let waits = async {
        while store.measures().full.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut appending => panic!("nothing can have been written"),
        () = waits => {}
    }
    go.notify_one();
    assert!(appending.await.iter().all(Result::is_ok));
    assert_eq!(session.kept(&store).await, 1 + 4_096 + 1_024 + 10);
}

#[tokio::test]
async fn a_gap_stops_its_session_alone() {
    let store = store().await;
    let [mut whole, mut broken] = [Session::create(&store).await, Session::create(&store).await];
    drop(broken.next(Vec::new()));
    let records = vec![
        whole.next(Vec::new()),
        broken.next(Vec::new()),
        whole.next(Vec::new()),
        broken.next(Vec::new()),
    ];
    let written = append(&store, records).await;
    assert_eq!(written[0], Ok(()));
    assert!(matches!(written[1], Err(WriteError::Forbidden(_))));
    assert_eq!(written[2], Ok(()));
    assert!(matches!(written[3], Err(WriteError::Forbidden(_))));
    assert_eq!((whole.kept(&store).await, broken.kept(&store).await), (3, 1));
    // Alone, too.
    let late = broken.next(Vec::new());
    assert!(matches!(append(&store, vec![late]).await[..], [Err(WriteError::Forbidden(_))]));
    assert_eq!(broken.kept(&store).await, 1);
}

#[tokio::test]
async fn an_overdraft_stops_its_session_alone() {
    let store = store().await;
    let (rich, poor) = (player(&store, 500).await, player(&store, 50).await);
    let nobody = PlayerId(Uuid::new_v4());
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(Session::create(&store).await);
    }
    let records = vec![
        sessions[0].next(vec![stake(rich, 300)]),
        sessions[1].next(vec![stake(poor, 60)]),
        sessions[2].next(vec![stake(nobody, 1)]),
        sessions[0].next(vec![stake(rich, 200)]),
    ];
    let written = append(&store, records).await;
    let fine: Vec<bool> = written.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, false, false, true], "{written:?}");
    assert_eq!(store.balance(rich).await.expect("a balance"), Chips::ZERO);
    assert_eq!(store.balance(poor).await.expect("a balance").cents(), 50);
    assert_eq!(store.escrows_of(sessions[0].id).await.expect("escrows"), [(rich, 500)]);
    assert_eq!(store.sum_of_all_accounts().await.expect("a sum"), 0);
}

#[tokio::test]
async fn what_a_neighbour_wins_does_not_cover_an_overdraft() {
    let store = store().await;
    let poor = player(&store, 50).await;
    let [mut first, mut second] = [Session::create(&store).await, Session::create(&store).await];
    let amount = Chips::try_from_cents(100).expect("an amount");
    let wins = Transfer { from: Of::House, to: Of::Player(poor), amount };
    let records = vec![first.next(vec![stake(poor, 60)]), second.next(vec![wins])];
    let written = append(&store, records).await;
    assert!(matches!(written[..], [Err(WriteError::Forbidden(_)), Ok(())]), "{written:?}");
    assert_eq!(store.balance(poor).await.expect("a balance").cents(), 150);
    // The other way round it is covered.
    let records = vec![second.next(vec![wins]), second.next(vec![stake(poor, 250)])];
    assert!(append(&store, records).await.iter().all(Result::is_ok));
    assert_eq!(store.balance(poor).await.expect("a balance").cents(), 0);
}

/// `PARLOR_TRANSFERS` sets how many.
#[tokio::test]
async fn random_transfers_come_to_what_a_model_says() {
    let count = std::env::var("PARLOR_TRANSFERS")
        .map_or(5_000, |count| count.parse::<usize>().expect("a number of transfers"));
    let seed = fastrand::u64(..);
    eprintln!("{count} transfers, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let store = store().await;
    let (mut players, mut sessions) = (Vec::new(), Vec::new());
    let mut model: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    const PURSE: usize = usize::MAX;
    for n in 0..12 {
        players.push(player(&store, 10_000).await);
        model.insert((n, PURSE), 10_000);
        sessions.push(Session::create(&store).await);
    }
    let mut made = 0;
    while made < count {
        let mut records = Vec::new();
        for _ in 0..random.usize(1..=100) {
            let table = random.usize(..sessions.len());
            let mut transfers = Vec::new();
            for _ in 0..random.usize(..4) {
                let (player, other) =
                    (random.usize(..players.len()), random.usize(..players.len()));
                let (from, to, keys) = match random.u8(..5) {
                    0 => (
                        Of::Player(players[player]),
                        Of::Escrow(players[player]),
                        [Some((player, PURSE)), Some((player, table))],
                    ),
                    1 => (
                        Of::Escrow(players[player]),
                        Of::Player(players[player]),
                        [Some((player, table)), Some((player, PURSE))],
                    ),
                    2 => (Of::Escrow(players[player]), Of::House, [Some((player, table)), None]),
                    3 => (Of::House, Of::Player(players[player]), [None, Some((player, PURSE))]),
                    _ => (
                        Of::Escrow(players[player]),
                        Of::Escrow(players[other]),
                        [Some((player, table)), Some((other, table))],
                    ),
                };
                let most = keys[0].map_or(500, |from| model.get(&from).copied().unwrap_or(0));
                if most == 0 {
                    continue;
                }
                let cents = random.i64(1..=most);
                if let Some(from) = keys[0] {
                    *model.entry(from).or_default() -= cents;
                }
                if let Some(to) = keys[1] {
                    *model.entry(to).or_default() += cents;
                }
                let amount = Chips::try_from_cents(cents).expect("an amount");
                transfers.push(Transfer { from, to, amount });
            }
            made += transfers.len();
            records.push(sessions[table].next(transfers));
        }
        let written = append(&store, records).await;
        assert!(written.iter().all(Result::is_ok), "seed {seed}: {written:?}");
    }
    for ((player, place), cents) in model {
        let kept = match sessions.get(place) {
            None => store.balance(players[player]).await.expect("a balance").cents(),
            Some(session) => {
                let escrows = store.escrows_of(session.id).await.expect("escrows");
                let theirs = escrows.iter().find(|(of, _)| *of == players[player]);
                theirs.map_or(0, |(_, cents)| *cents)
            }
        };
        assert_eq!(kept, cents, "seed {seed}: player {player} at {place}");
    }
    assert_eq!(store.sum_of_all_accounts().await.expect("a sum"), 0, "seed {seed}");
    assert_eq!(store.unbalanced().await.expect("accounts"), [], "seed {seed}");
}
