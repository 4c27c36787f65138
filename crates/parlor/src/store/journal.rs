//! The journal: the records of sessions, and what was said in them.

use super::{ReadError, Store, ledger, many};
use parlor_core::{Account, PlayerId, Transfer};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The version of the records' form, kept with each.
const VERSION: i64 = 1;

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
    session: String,
    seq: i64,
    at: i64,
    body: String,
    hash: Hash,
    transfers: Vec<Transfer>,
    /// Where the record is a line of chat.
    said: Option<Line>,
    closes: bool,
    /// What lists show from now on, where that has changed.
    summary: Option<String>,
}

/// A line of chat: who said it, by id and by name, and the text.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) player: Uuid,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Append {
    /// A record of `session` whose predecessor's link is `before`.
    pub(crate) fn new(
        session: Uuid,
        (seq, at): (u64, i64),
        before: &Hash,
        body: String,
        transfers: Vec<Transfer>,
    ) -> Self {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let (session, hash) = (session.to_string(), link(before, &body));
        Self { session, seq, at, body, hash, transfers, said: None, closes: false, summary: None }
    }

    /// The line of chat that this record stands for.
    pub(crate) fn said(mut self, line: Line) -> Self {
        self.said = Some(line);
        self
    }

    /// What lists show of the session from now on.
    pub(crate) fn summary(mut self, summary: String) -> Self {
        self.summary = Some(summary);
        self
    }

    /// The session is over with this record.
    pub(crate) fn closes(mut self) -> Self {
        self.closes = true;
        self
    }

    /// Whose balances it moves.
    pub(super) fn players(&self) -> Vec<PlayerId> {
        let ends = self.transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]);
        let players = ends.filter_map(|account| match account {
            Account::Player(player) => Some(player),
            Account::Escrow(_) | Account::House => None,
        });
        players.collect()
    }

    /// When it was applied, in milliseconds since 1970.
    pub(super) fn at(&self) -> i64 {
        self.at
    }

    /// The link to the next record.
    pub(crate) fn link(&self) -> Hash {
        self.hash
    }
}

/// Writes these records with what belongs to them, in the order of each session's numbers.
///
/// # Errors
/// Where the record before one of them is missing, that one is not written: a journal has no gap.
pub(super) async fn append(
    connection: &mut AnyConnection,
    records: &[&Append],
) -> Result<(), sqlx::Error> {
    for group in many::groups(records) {
        add(connection, group).await?;
    }
    let shown: BTreeMap<&str, &str> = records
        .iter()
        .filter_map(|record| Some((&*record.session, record.summary.as_deref()?)))
        .collect();
    for (session, summary) in shown {
        sqlx::query("UPDATE sessions SET summary = $1 WHERE id = $2")
            .bind(summary)
            .bind(session)
            .execute(&mut *connection)
            .await?;
    }
    for record in records {
        record.rest(connection).await?;
    }
    let transfers = records.iter().flat_map(|record| {
        let source = ledger::Source { source: &record.session, seq: record.seq, at: record.at };
        ledger::bookings(source, &record.transfers)
    });
    ledger::book(connection, &transfers.collect::<Vec<_>>()).await
}

/// Adds records to the journal, in one statement.
async fn add(connection: &mut AnyConnection, group: &[&Append]) -> Result<(), sqlx::Error> {
    let sql = format!(
        "WITH new (session, seq, version, body, hash, leads) AS (VALUES {}) \
         INSERT INTO records (session, seq, version, body, hash) \
         SELECT session, seq, version, body, hash FROM new WHERE leads = 0 OR seq = 1 OR EXISTS \
         (SELECT 1 FROM records AS before WHERE before.session = new.session \
         AND before.seq = new.seq - 1)",
        many::places(group.len(), 6)
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    let mut heads = BTreeMap::new();
    for record in group {
        // The record before it is among these, or must have been written by now.
        let before = heads.insert(&*record.session, record.seq);
        let leads = before.is_none_or(|before| before + 1 != record.seq);
        query = query
            .bind(&record.session)
            .bind(record.seq)
            .bind(VERSION)
            .bind(&record.body)
            .bind(record.hash.to_vec())
            .bind(i64::from(leads));
    }
    let added = query.execute(connection).await?;
    if added.rows_affected() == group.len() as u64 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

impl Append {
    /// Whether it is a record and nothing else, so that one statement writes it.
    pub(super) fn is_alone(&self) -> bool {
        let Self { transfers, said, closes, summary, .. } = self;
        transfers.is_empty() && said.is_none() && !closes && summary.is_none()
    }

    /// Writes what few records have: a line of chat, the session's end.
    async fn rest(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        if let Some(Line { player, name, text }) = &self.said {
            sqlx::query(
                "INSERT INTO chat (session, seq, player, name, text) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&self.session)
            .bind(self.seq)
            .bind(player.to_string())
            .bind(name)
            .bind(text)
            .execute(&mut *connection)
            .await?;
        }
        if self.closes {
            sqlx::query("UPDATE sessions SET closed = $1 WHERE id = $2")
                .bind(self.at)
                .bind(&self.session)
                .execute(&mut *connection)
                .await?;
            // They would be a shorter way to where nobody goes any more.
            sqlx::query("DELETE FROM snapshots WHERE session = $1")
                .bind(&self.session)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}

/// Why a session's records can't be read back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// The database did not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record is not what was written.
    #[error("record {0} is not what was written: its link in the chain does not fit")]
    Broken(i64),
    /// A record of a form that this version does not know.
    #[error("record {0} has the form {1}, which this version does not know")]
    Unknown(i64, i64),
    /// The time is over for which records are kept: how many there were, and the last one's link.
    #[error("its {0} records are no longer kept; the last one's link was {1}")]
    Gone(i64, String),
}

impl Store {
    /// The bodies of a session's records after that one, checked link by link, and the link to the next. Those of a session
    /// that is over may lie in the archive.
    pub(crate) async fn records(
        &self,
        session: Uuid,
        after: u64,
        mut chain: Hash,
    ) -> Result<(Vec<String>, Hash), JournalError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let rows: Vec<(i64, i64, String, Vec<u8>)> = sqlx::query_as(
            "SELECT seq, version, body, hash FROM records WHERE session = $1 AND seq > $2 ORDER BY seq",
        )
        .bind(session.to_string())
        .bind(after)
        .fetch_all(&self.readers)
        .await
        .map_err(ReadError)?;
        if let Some((mut bodies, chain)) = self.archived(session).await? {
            let skipped = usize::try_from(after).unwrap_or(usize::MAX).min(bodies.len());
            return Ok((bodies.split_off(skipped), chain));
        }
        let mut bodies = Vec::with_capacity(rows.len());
        for (expected, (seq, version, body, hash)) in (after + 1..).zip(rows) {
            if version != VERSION {
                return Err(JournalError::Unknown(seq, version));
            }
            chain = link(&chain, &body);
            if seq != expected || chain.as_slice() != hash {
                return Err(JournalError::Broken(seq));
            }
            bodies.push(body);
        }
        Ok((bodies, chain))
    }

    /// The link after that record, where there is one.
    pub(crate) async fn link_after(
        &self,
        session: Uuid,
        seq: u64,
    ) -> Result<Option<Hash>, ReadError> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT hash FROM records WHERE session = $1 AND seq = $2")
                .bind(session.to_string())
                .bind(i64::try_from(seq).unwrap_or(i64::MAX))
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.and_then(|(link,)| link.try_into().ok()))
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
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT seq, text FROM chat WHERE session = $1 AND seq > $2 ORDER BY seq",
        )
        .bind(session.to_string())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(|(seq, text)| (seq.unsigned_abs(), text)).collect())
    }
}
