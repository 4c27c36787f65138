//! Where records are on their way: in the log, in the tail, in runs; and what becomes of that when the program ends.

use super::{Append, Hash, Progress, Session, Store, WriteError, append, first_link};
use crate::{
    settings::{Database, Synchronous},
    store::open,
};
use parlor_core::PlayerId;
use prometheus_client::{encoding::text::encode, registry::Registry};
use sqlx::{AnyConnection, AnyPool, Connection as _};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

/// A folder, and a database's file in it.
pub(super) fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("parlor.db");
    (folder, file)
}

pub(super) async fn open(file: &Path) -> Store {
    let store = Store::open(&Database::File(file.to_owned(), Synchronous::Normal)).await;
    store.expect("a database")
}

/// Statements by another connection.
pub(super) async fn change(file: &Path, statements: &[&'static str]) {
    let url = format!("sqlite://{}", file.display());
    let mut other = AnyConnection::connect(&url).await.expect("another connection");
    for statement in statements {
        sqlx::query(*statement).execute(&mut other).await.expect("it is changed");
    }
    other.close().await.expect("it is closed");
}

async fn links(store: &Store, session: Uuid, count: u64) -> Vec<Hash> {
    let (bodies, end) = store.records(session, 0, first_link(session)).await.expect("a journal");
    assert_eq!(bodies.len() as u64, count);
    let mut links = Vec::new();
    for seq in 1..=count {
        let link = store.link_after(session, seq).await.expect("an answer").expect("a link");
        let (rest, last) = store.records(session, seq, link).await.expect("the rest");
        assert_eq!((rest.as_slice(), last), (&bodies[usize::try_from(seq).unwrap()..], end));
        links.push(link);
    }
    assert_eq!(store.link_after(session, count + 1).await.expect("an answer"), None);
    links
}

#[tokio::test]
async fn a_journal_reads_the_same_before_a_fold_after_it_and_after_the_program() {
    let (_folder, file) = file();
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut store = open(&file).await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(Session::create(&store).await);
    }
    for _ in 0..40 {
        let mut records = Vec::new();
        for _ in 0..random.usize(1..6) {
            let session = random.usize(..sessions.len());
            records.push(sessions[session].next(Vec::new()));
        }
        assert!(append(&store, records).await.iter().all(Result::is_ok));
        match random.u8(..6) {
            0 => store.fold().await.expect("it is folded"),
            // Nothing but the file outlives it.
            1 => store = open(&file).await,
            _ => {}
        }
    }
    let all = async |store: &Store| {
        let mut all = Vec::new();
        for session in &sessions {
            let links = links(store, session.id, session.seq).await;
            assert_eq!(links.last(), Some(&session.link), "seed {seed}");
            all.push(links);
        }
        all
    };
    let before = all(&store).await;
    store.fold().await.expect("it is folded");
    assert_eq!(store.writer.tail().len(), 0);
    assert_eq!(all(&store).await, before, "seed {seed}");
    assert_eq!(all(&open(&file).await).await, before, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_miss_nothing_while_the_journal_grows_and_is_folded() {
    for memory in [true, false] {
        let (_folder, file) = file();
        let store = if memory { super::store().await } else { open(&file).await };
        let runs = |store: &Store, id| match memory {
            true => store.writer.tail().of(id, (0, u64::MAX)).len() as u64,
            false => store.measures().folds.get(),
        };
        let mut session = Session::create(&store).await;
        let (id, reading) = (session.id, store.clone());
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        let reader = tokio::spawn(async move {
            let mut most = 0;
            while stopped.try_recv().is_err() {
                let read = reading.records(id, 0, first_link(id)).await;
                let (bodies, _) = read.expect("a whole journal");
                assert!(bodies.len() >= most, "{} after {most}", bodies.len());
                most = bodies.len();
                // Not all the time: in memory there is one connection.
                tokio::task::yield_now().await;
            }
            most
        });
        while runs(&store, id) < 4 {
            let records = (0..500).map(|_| session.next(Vec::new())).collect();
            assert!(append(&store, records).await.iter().all(Result::is_ok));
        }
        stop.send(()).expect("it reads");
        assert!(reader.await.expect("what was read") > 0);
        assert_eq!(session.kept(&store).await as u64, session.seq);
        assert!((store.writer.tail().len() as u64) < session.seq);
    }
}

#[tokio::test]
async fn a_fold_that_ended_before_the_log_was_emptied_is_made_again() {
    let (_folder, file) = file();
    let store = open(&file).await;
    let mut session = Session::create(&store).await;
    for _ in 0..9 {
        assert_eq!(append(&store, vec![session.next(Vec::new())]).await, [Ok(())]);
    }
    change(&file, &["CREATE TABLE unfolded AS SELECT n, body FROM log"]).await;
    store.fold().await.expect("it is folded");
    let back = ["DELETE FROM log", "INSERT INTO log SELECT n, body FROM unfolded"];
    change(&file, &back).await;
    let store = open(&file).await;
    assert_eq!(store.writer.tail().len(), 0);
    assert_eq!(append(&store, vec![session.next(Vec::new())]).await, [Ok(())]);
    assert_eq!(session.kept(&store).await, 11);
    store.fold().await.expect("it is folded");
    assert_eq!(session.kept(&open(&file).await).await, 11);
}

#[tokio::test]
async fn of_two_programs_on_one_database_one_stops() {
    let (_folder, file) = file();
    let first = open(&file).await;
    let mut sessions = [Session::create(&first).await, Session::create(&first).await];
    let second = open(&file).await;
    // Whoever writes first goes on.
    assert_eq!(append(&first, vec![sessions[0].next(Vec::new())]).await, [Ok(())]);
    let refused = append(&second, vec![sessions[1].next(Vec::new())]).await;
    let [Err(WriteError::Failed(why))] = &refused[..] else { panic!("{refused:?}") };
    assert!(why.contains("another program"), "{why}");
    assert_eq!(second.failure().borrow().as_ref(), Some(why));
    assert_eq!(append(&first, vec![sessions[0].next(Vec::new())]).await, [Ok(())]);
    // Not by folding either: the log is the first one's.
    let third = open(&file).await;
    assert_eq!(append(&first, vec![sessions[0].next(Vec::new())]).await, [Ok(())]);
    assert!(matches!(third.fold().await, Err(WriteError::Failed(_))));
    first.fold().await.expect("it is folded");
    assert_eq!(sessions[0].kept(&open(&file).await).await, 4);
}

#[tokio::test]
async fn a_commit_that_does_not_follow_the_last_one_is_refused_though_its_number_is_free() {
    // As if another program had committed, and folded what it had; and as nobody should.
    for elsewhere in ["UPDATE log SET n = n + 7", "DELETE FROM log"] {
        let (_folder, file) = file();
        let store = open(&file).await;
        let mut session = Session::create(&store).await;
        assert_eq!(append(&store, vec![session.next(Vec::new())]).await, [Ok(())]);
        change(&file, &[elsewhere]).await;
        let refused = append(&store, vec![session.next(Vec::new())]).await;
        let [Err(WriteError::Failed(why))] = &refused[..] else { panic!("{refused:?}") };
        assert!(why.contains("another program"), "{elsewhere}: {why}");
    }
}

#[tokio::test]
async fn a_store_that_is_held_up_does_not_keep_up_until_it_goes_on() {
    let (_folder, file) = file();
    let store = open(&file).await;
    let mut session = Session::create(&store).await;
    assert!(store.keeps_up());
    let url = format!("sqlite://{}", file.display());
    let mut other = AnyConnection::connect(&url).await.expect("another connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("it holds the database");
    let progress = Progress::default();
    let (mut pace, seq) = (store.pace(), session.seq + 1);
    assert_eq!(store.append(session.next(Vec::new()), &progress).await, None);
    let late = timeout(Duration::from_secs(5), pace.wait_for(|keeps_up| !keeps_up)).await;
    late.expect("it is told that it is late").expect("the store");
    assert!(!store.keeps_up());
    store.take_stock();
    let (mut registry, mut measured) = (Registry::default(), String::new());
    store.measures().register(&mut registry);
    encode(&mut measured, &registry).expect("it can be written");
    assert!(measured.contains("store_waiting 1\n"), "{measured}");
    assert!(!measured.contains("store_oldest_seconds 0.0\n"), "{measured}");
    assert_eq!(progress.news(seq - 1), None, "nothing is stored");
    sqlx::query("ROLLBACK").execute(&mut other).await.expect("it lets go");
    pace.wait_for(|keeps_up| *keeps_up).await.expect("the store");
    assert_eq!(progress.after(seq - 1).await, (seq, Ok(())));
    assert!(store.keeps_up());
}

#[tokio::test]
async fn a_journal_in_memory_is_stored_at_once() {
    let store = super::store().await;
    let mut session = Session::create(&store).await;
    let progress = Progress::default();
    // The first asks the database how far the session is.
    assert_eq!(append(&store, vec![session.next(Vec::new())]).await, [Ok(())]);
    let before = store.measures().commits.get();
    while store.measures().pending.load(std::sync::atomic::Ordering::Acquire) > 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        assert_eq!(store.append(session.next(Vec::new()), &progress).await, Some(Ok(())));
    }
    drop(session.next(Vec::new()));
    let gap = store.append(session.next(Vec::new()), &progress).await;
    assert!(matches!(gap, Some(Err(WriteError::Forbidden(_)))), "{gap:?}");
    assert_eq!(store.measures().commits.get(), before);
    assert_eq!(session.kept(&store).await, 102);
}

/// A database as so many migrations had left it, with a session.
async fn of_then(file: &Path, migrations: usize) -> (AnyPool, Session) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let pool = AnyPool::connect(&url).await.expect("a new database");
    let mut connection = pool.acquire().await.expect("its connection");
    open::migrate(&mut connection, migrations).await.expect("the tables of then");
    drop(connection);
    let mut session = Session { id: Uuid::new_v4(), seq: 0, link: [0; 32] };
    session.link = first_link(session.id);
    sqlx::query(
        "INSERT INTO sessions (id, game, rules, private, created, summary) VALUES ($1, 'game', 1, 0, 0, '{}')",
    )
    .bind(session.id.to_string())
    .execute(&pool)
    .await
    .expect("a session");
    (pool, session)
}

#[tokio::test]
async fn what_was_said_before_is_still_found_by_who_said_it() {
    let (_folder, file) = file();
    let (pool, session) = of_then(&file, 6).await;
    let [ann, bob] = [PlayerId(Uuid::new_v4()), PlayerId(Uuid::new_v4())];
    for (seq, player) in [(1_i64, ann), (2, bob), (3, ann)] {
        sqlx::query(
            "INSERT INTO chat (session, seq, player, name, text) VALUES ($1, $2, $3, 'a name', 'hello')",
        )
        .bind(session.id.to_string())
        .bind(seq)
        .bind(player.0.to_string())
        .execute(&pool)
        .await
        .expect("a line");
    }
    pool.close().await;
    let store = open(&file).await;
    for player in [ann, bob] {
        let found = store.said_in(player).await.expect("chat");
        assert_eq!(found, [(session.id, "a name".to_owned())]);
    }
    assert_eq!(store.said_in(PlayerId(Uuid::new_v4())).await.expect("chat"), []);
}

#[tokio::test]
async fn a_database_of_single_records_is_taken_up() {
    let (_folder, file) = file();
    let (pool, mut session) = of_then(&file, 2).await;
    for _ in 0..5 {
        let record: Append = session.next(Vec::new());
        sqlx::query(
            "INSERT INTO records (session, seq, version, body, hash) VALUES ($1, $2, 1, $3, $4)",
        )
        .bind(session.id.to_string())
        .bind(record.seq().cast_signed())
        .bind(record.body())
        .bind(record.link().to_vec())
        .execute(&pool)
        .await
        .expect("a record");
    }
    pool.close().await;
    let store = open(&file).await;
    assert_eq!(session.kept(&store).await, 5);
    assert_eq!(append(&store, vec![session.next(Vec::new())]).await, [Ok(())]);
    store.fold().await.expect("it is folded");
    assert_eq!(links(&store, session.id, 6).await.last(), Some(&session.link));
}
