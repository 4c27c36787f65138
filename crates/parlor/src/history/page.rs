//! A page of moments, out of the database.

use super::{
    bookmarks::{Bookmark, Bookmarks},
    eyes::{Eyes, unreadable},
    playing::Playing,
};
use crate::{
    problem::Problem,
    session::{SessionId, pseudonymous},
    store::{Store, journal::Hash, sessions::SessionRow},
};
use anyhow::Context as _;
use axum::http::StatusCode;
use parlor_core::{Game, Known, Record};
use serde::Serialize;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How many records a page is about at the most.
pub(super) const LONGEST: u64 = 500;

/// How many records a page is about where nothing else is asked for.
pub(super) const USUAL: u64 = 200;

/// How many records are applied at the most on the way to a page; what is further comes nearer by each page before it.
pub(super) const REACH: u64 = 20_000;

/// How many records are in memory at once.
const AT_ONCE: u64 = 2_048;

/// Which page is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The number of the first record that it is about.
    pub(crate) from: u64,
    /// How many records it is about.
    pub(crate) limit: u64,
    /// Whether it also tells where later rounds begin.
    pub(crate) rounds: bool,
    /// How many records may be applied on the way to it.
    pub(crate) reach: u64,
    pub(crate) eyes: Eyes,
}

/// What one viewer knew of some records of a session.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryPage {
    session: SessionId,
    game: &'static str,
    title: &'static str,
    /// Whether the session is over.
    finished: bool,
    /// The number of the first record that the page is about: an earlier one than asked for, where that is too far away.
    from: u64,
    /// The number of the record with which the next page begins.
    next: Option<u64>,
    /// The number of the session's last record.
    last: u64,
    /// The numbers of the records with which rounds begin, up to the end of the page or, where they were asked for, on.
    rounds: Vec<u64>,
    moments: Vec<Known>,
}

/// Reads a page of a session's history: from the last bookmark before it on, or from the first record.
pub(crate) async fn page<G: Game>(
    store: &Store,
    bookmarks: &Bookmarks<G>,
    row: &SessionRow,
    asked: Asked,
) -> Result<HistoryPage, Problem> {
    if row.rules != G::RULES_VERSION {
        let detail = "this table was begun under other rules, which this version of the site can't play again";
        return Err(Problem::new(StatusCode::CONFLICT, "other_rules", detail));
    }
    let read = read(store, bookmarks, row, asked).await;
    read.map_err(|why| unreadable(SessionId(row.id), &why))
}

async fn read<G: Game>(
    store: &Store,
    bookmarks: &Bookmarks<G>,
    row: &SessionRow,
    asked: Asked,
) -> anyhow::Result<HistoryPage> {
    let id = SessionId(row.id);
    let last = store.last_record(row.id).await?;
    let from = asked.from.min(last + 1);
    let Bookmark { place, mut link, .. } =
        bookmarks.before(id, from).unwrap_or_else(|| Bookmark::first(id));
    let start = place.seq();
    let from = from.min(start + 1 + asked.reach);
    let end = last.min(from.saturating_add(asked.limit - 1));
    let said = store.said_up_to(row.id, (from - 1, end)).await?.into_iter().collect();
    let mut playing = Playing::<G>::new(place, from..=end, asked.eyes, said);
    if from <= end {
        playing = go_on(store, playing, (row.id, end), &mut link).await?;
        bookmarks.keep(Bookmark { session: id, place: playing.place.clone(), link });
    }
    if asked.rounds {
        playing = go_on(store, playing, (row.id, last.min(start + asked.reach)), &mut link).await?;
    }
    let end = playing.end();
    Ok(HistoryPage {
        session: id,
        game: G::NAME,
        title: G::TITLE,
        finished: row.closed,
        from,
        next: (end < last).then_some(end + 1),
        last,
        rounds: playing.place.rounds().to_vec(),
        moments: playing.moments,
    })
}

/// Plays on up to that record: some of them at a time, and not on a task of the sockets, which would wait for it.
async fn go_on<G: Game>(
    store: &Store,
    mut playing: Playing<G>,
    (session, up_to): (Uuid, u64),
    link: &mut Hash,
) -> anyhow::Result<Playing<G>> {
    while playing.place.seq() < up_to {
        let after = playing.place.seq();
        let some = (after, up_to.min(after + AT_ONCE));
        let (bodies, next) = store.records_up_to(session, some, *link).await?;
        anyhow::ensure!(!bodies.is_empty(), "record {} is missing", after + 1);
        let records = bodies.iter().map(|body| serde_json::from_str(body));
        let mut records: Vec<Record<G>> =
            records.collect::<Result<_, _>>().context("a record is of another form")?;
        pseudonymous(store, &mut records).await?;
        let play = move || playing.play(records).map(|()| playing);
        playing = spawn_blocking(play).await.context("its replay panicked")??;
        *link = next;
    }
    Ok(playing)
}
