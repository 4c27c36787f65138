//! The journal: the records of sessions, and what was said in them.
//!
//! A record that is committed lies in the [`log`](super::log) at first, and in a [run](super::runs) later; what is in no run yet
//! is in the [tail](super::tail) too, for those who read.

use super::{
    ReadError, Store,
    aside::Aside,
    balances::Moving,
    ledger,
    runs::{self, Run},
};
use parlor_core::{Account, PlayerId, Transfer};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use std::sync::Arc;
use uuid::Uuid;

/// How many records are looked through at once.
const AT_ONCE: u64 = 4_096;

/// The link from one record to the next.
pub(crate) type Hash = [u8; 32];

/// The first link of a session's chain.
pub(crate) fn first_link(session: Uuid) -> Hash {
    Sha256::digest(session.as_bytes()).into()
}

/// The link from a record of this body to the next; `before` is the link to it.
pub(super) fn link(before: &Hash, body: &str) -> Hash {
    Sha256::new().chain_update(before).chain_update(body).finalize().into()
}

/// A record with what belongs to it, in one transaction.
#[derive(Debug)]
pub(crate) struct Append {
    session: Uuid,
    seq: u64,
    at: i64,
    body: String,
    hash: Hash,
    /// What few records have.
    besides: Option<Box<Besides>>,
}

/// What a record changes besides the journal.
#[derive(Debug, Default)]
struct Besides {
    transfers: Vec<Transfer>,
    /// Where the record is a line of chat.
    said: Option<Line>,
    closes: bool,
    /// Whether it is stored in good time where it is stored a little later.
    can_wait: bool,
    /// What lists show from now on, where that has changed.
    summary: Option<String>,
    /// While the record is on its way, nobody believes to know these balances.
    moving: Option<Moving>,
}

/// A line of chat: who said it, by id and by name, and the text.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) player: Uuid,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Append {
    /// A record of `session` whose predecessor's link is `before`. Its body is JSON.
    pub(crate) fn new(
        session: Uuid,
        (seq, at): (u64, i64),
        before: &Hash,
        mut body: String,
        transfers: Vec<Transfer>,
    ) -> Self {
        if body.contains('\n') {
            // Bodies lie a line each; in JSON a line break is white space.
            body = body.replace('\n', " ");
        }
        let hash = link(before, &body);
        let besides =
            (!transfers.is_empty()).then(|| Box::new(Besides { transfers, ..Besides::default() }));
        Self { session, seq, at, body, hash, besides }
    }

    /// The line of chat that this record stands for.
    pub(crate) fn said(mut self, line: Line) -> Self {
        self.besides.get_or_insert_default().said = Some(line);
        self
    }

    /// What lists show of the session from now on.
    pub(crate) fn summary(mut self, summary: String) -> Self {
        self.besides.get_or_insert_default().summary = Some(summary);
        self
    }

    /// The session is over with this record.
    pub(crate) fn closes(mut self) -> Self {
        self.besides.get_or_insert_default().closes = true;
        self
    }

    /// Nobody's next step depends on this record, and it may be stored a little later than it could be.
    pub(crate) fn can_wait(mut self) -> Self {
        self.besides.get_or_insert_default().can_wait = true;
        self
    }

    /// Whether it may be stored a little later than it could be.
    pub(super) fn waits(&self) -> bool {
        self.besides.as_ref().is_some_and(|besides| besides.can_wait)
    }

    /// What lists show from now on, where that has changed.
    pub(super) fn shown(&self) -> Option<&str> {
        self.besides.as_ref()?.summary.as_deref()
    }

    /// The line of chat, where it is one.
    pub(super) fn line(&self) -> Option<&Line> {
        self.besides.as_ref()?.said.as_ref()
    }

    /// Whose balances it moves.
    pub(super) fn players(&self) -> Vec<PlayerId> {
        let transfers = self.besides.iter().flat_map(|besides| &besides.transfers);
        let ends = transfers.flat_map(|transfer| [transfer.from, transfer.to]);
        let players = ends.filter_map(|account| match account {
            Account::Player(player) => Some(player),
            Account::Escrow(_) | Account::House => None,
        });
        players.collect()
    }

    /// It moves these, until it is dropped.
    pub(super) fn moves(mut self, moving: Moving) -> Self {
        self.besides.get_or_insert_default().moving = Some(moving);
        self
    }

    /// Takes no more memory than it needs: it is about to lie among many others for a while.
    pub(super) fn shrink(&mut self) {
        // Anew, which costs less than to make what there is smaller, and leaves what was written just now to who writes next.
        self.body = self.body.as_str().to_owned();
    }

    /// The session that it is of.
    pub(super) fn session(&self) -> Uuid {
        self.session
    }

    /// Its number in the session.
    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// When it was applied, in milliseconds since 1970.
    pub(super) fn at(&self) -> i64 {
        self.at
    }

    /// What happened, as JSON without a line break.
    pub(super) fn body(&self) -> &str {
        &self.body
    }

    /// The link to the next record.
    pub(crate) fn link(&self) -> Hash {
        self.hash
    }

    /// Whether the session is over with it.
    pub(super) fn is_last(&self) -> bool {
        self.besides.as_ref().is_some_and(|besides| besides.closes)
    }

    /// Whether it is a record and nothing else.
    pub(super) fn is_alone(&self) -> bool {
        self.besides.is_none()
    }

    /// Whether one statement stores it, with what it changes besides.
    pub(super) fn is_one_statement(&self) -> bool {
        let plain = |besides: &Besides| besides.transfers.is_empty() && !besides.closes;
        self.besides.as_deref().is_none_or(plain)
    }
}

/// Writes a new session's first record as a run of its own.
pub(super) async fn begin(
    connection: &mut AnyConnection,
    first: &Append,
) -> Result<(), sqlx::Error> {
    let run = Run::of(first.seq, &first.body, first.hash, 0);
    runs::write(connection, &[(first.session, Arc::new(run))]).await?;
    besides(connection, &[first]).await
}

/// Writes what these records change besides the journal, in their order.
pub(super) async fn besides(
    connection: &mut AnyConnection,
    records: &[&Append],
) -> Result<(), sqlx::Error> {
    let having: Vec<(&Append, &Besides, String)> = records
        .iter()
        .filter_map(|record| {
            Some((*record, &**record.besides.as_ref()?, record.session.to_string()))
        })
        .collect();
    if let Some(aside) = Aside::of(records) {
        aside.write(connection, None).await?;
    }
    for (record, _, session) in having.iter().filter(|(_, besides, _)| besides.closes) {
        close(connection, session, record.at).await?;
    }
    let transfers = having.iter().flat_map(|(record, besides, session)| {
        let seq = runs::number(record.seq);
        ledger::bookings(ledger::Source { source: session, seq, at: record.at }, &besides.transfers)
    });
    ledger::book(connection, &transfers.collect::<Vec<_>>()).await
}

/// The session is over since then.
async fn close(connection: &mut AnyConnection, session: &str, at: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE sessions SET closed = $1 WHERE id = $2")
        .bind(at)
        .bind(session)
        .execute(&mut *connection)
        .await?;
    // They would be a shorter way to where nobody goes any more.
    sqlx::query("DELETE FROM snapshots WHERE session = $1")
        .bind(session)
        .execute(connection)
        .await?;
    Ok(())
}

/// Why a session's records can't be read back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// The database did not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A run of records, of the first and the last of these numbers, is not what was written.
    #[error("{are} not what was written: the chain's link does not fit", are = are(*.0, *.1))]
    Broken(i64, i64),
    /// A record is not there, and later ones are.
    #[error("record {0} is missing")]
    Missing(i64),
    /// A run of records of a form that this version does not know.
    #[error("{are} of the form {form}, which this version does not know", are = are(*.0, *.1), form = .2)]
    Unknown(i64, i64, i64),
    /// The time is over for which records are kept: how many there were, and the last one's link.
    #[error("its {0} records are no longer kept; the last one's link was {1}")]
    Gone(i64, String),
}

fn are(first: i64, last: i64) -> String {
    if first == last {
        return format!("record {first} is");
    }
    format!("records {first} to {last} are")
}

impl Store {
    /// The bodies of a session's records after that one, checked run by run, and the link to the next. Those of a session that
    /// is over may lie in the archive.
    pub(crate) async fn records(
        &self,
        session: Uuid,
        after: u64,
        chain: Hash,
    ) -> Result<(Vec<String>, Hash), JournalError> {
        self.records_up_to(session, (after, u64::MAX), chain).await
    }

    /// The same, of the records up to that number alone: of a long journal no more is held in memory than the runs they lie in.
    pub(crate) async fn records_up_to(
        &self,
        session: Uuid,
        (after, up_to): (u64, u64),
        chain: Hash,
    ) -> Result<(Vec<String>, Hash), JournalError> {
        let tail = self.writer.tail().of(session, (after + 1, up_to));
        let rows = runs::read(&self.readers, session, (after + 1, up_to)).await;
        let rows = rows.map_err(ReadError)?;
        let keep =
            move |(bodies, chain): &mut (Vec<String>, Hash), seq, body: &str, link: &Hash| {
                if seq > after && seq <= up_to {
                    bodies.push(body.to_owned());
                    *chain = *link;
                }
            };
        if let Some(archived) = self.archived(session, (Vec::new(), chain), keep).await? {
            return Ok(archived);
        }
        let runs = rows.into_iter().chain(tail.into_iter().map(Ok));
        runs::bodies_between(runs, (after, up_to), chain)
    }

    /// Whether one of a session's records has a body of which this holds. Not all of them are in memory at once.
    pub(crate) async fn any_record(
        &self,
        session: Uuid,
        holds: impl Fn(&str) -> bool + Clone + Send + 'static,
    ) -> Result<bool, JournalError> {
        let of_archive = holds.clone();
        let look = move |found: &mut bool, _, body: &str, _: &Hash| {
            *found = *found || of_archive(body);
        };
        if let Some(found) = self.archived(session, false, look).await? {
            return Ok(found);
        }
        let (mut after, mut chain) = (0, first_link(session));
        loop {
            let range = (after, after + AT_ONCE);
            let (bodies, next) = self.records_up_to(session, range, chain).await?;
            if bodies.is_empty() || bodies.iter().any(|body| holds(body)) {
                return Ok(!bodies.is_empty());
            }
            (after, chain) = (after + bodies.len() as u64, next);
        }
    }

    /// The number of a session's last record that is stored; zero where it has none.
    pub(crate) async fn last_record(&self, session: Uuid) -> Result<u64, ReadError> {
        let tail = self.writer.tail().head(session);
        let (runs, archived): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT COALESCE(MAX(last), 0) FROM records WHERE session = $1), \
             (SELECT COALESCE(MAX(records), 0) FROM archives WHERE session = $1)",
        )
        .bind(session.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(tail.max(runs.unsigned_abs()).max(archived.unsigned_abs()))
    }

    /// The link after that record, where there is one.
    pub(crate) async fn link_after(
        &self,
        session: Uuid,
        seq: u64,
    ) -> Result<Option<Hash>, ReadError> {
        let tail = self.writer.tail().of(session, (seq, seq));
        let rows = runs::read(&self.readers, session, (seq, seq)).await?;
        let runs: Vec<Arc<Run>> = rows.into_iter().filter_map(Result::ok).chain(tail).collect();
        Ok(runs::link_after(session, &runs, seq))
    }

    /// The last lines of chat up to that record, the oldest first.
    pub(crate) async fn last_said(
        &self,
        session: Uuid,
        (up_to, count): (u64, usize),
    ) -> Result<Vec<(String, String)>, ReadError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, text FROM chat WHERE session = $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3",
        )
        .bind(session.to_string())
        .bind(i64::try_from(up_to).unwrap_or(i64::MAX))
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().rev().collect())
    }

    /// What was said in a session after that record, with the numbers of the records.
    pub(crate) async fn said_after(
        &self,
        session: Uuid,
        after: u64,
    ) -> Result<Vec<(u64, String)>, ReadError> {
        self.said_up_to(session, (after, u64::MAX)).await
    }

    /// The same, of the records up to that number alone.
    pub(crate) async fn said_up_to(
        &self,
        session: Uuid,
        (after, up_to): (u64, u64),
    ) -> Result<Vec<(u64, String)>, ReadError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT seq, text FROM chat WHERE session = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
        )
        .bind(session.to_string())
        .bind(runs::number(after))
        .bind(runs::number(up_to))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(|(seq, text)| (seq.unsigned_abs(), text)).collect())
    }
}
