//! The log: what is committed goes here first, one row a commit, and is folded into runs later.
//!
//! A row's body is, with numbers in little-endian order:
//!
//! | Bytes | |
//! | --- | --- |
//! | 1 | the version of this form: 1 |
//! | 16 | for each record, in their order: the session's id |
//! | 8 | … its number in the session |
//! | 4 | … the length of its body |
//! | 32 | … the link after it |
//! | length | … its body, UTF-8 |
//! | 4 | at the end: CRC-32 of the row's number, in 8 bytes, and of all before this |
//!
//! The check at the end shows a damaged row, the numbers of the rows show a missing one, and the links that each record is what
//! was written.

use super::{
    journal::{Append, Hash, link},
    runs,
    tail::Tail,
};
use anyhow::{Context as _, bail, ensure};
use flate2::Crc;
use sqlx::{AnyConnection, AnyPool, error::ErrorKind};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The version of a row's form.
const VERSION: u8 = 1;

/// How long a record's head is.
const HEAD: usize = 16 + 8 + 4 + 32;

/// A record in the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) session: Uuid,
    pub(super) seq: u64,
    pub(super) link: Hash,
    pub(super) body: String,
}

/// The body of the row of this number.
pub(super) fn row<'a>(n: i64, records: impl Iterator<Item = &'a Append> + Clone) -> Vec<u8> {
    let length: usize = records.clone().map(|record| HEAD + record.body().len()).sum();
    let mut row = Vec::with_capacity(1 + length + 4);
    row.push(VERSION);
    for record in records {
        row.extend_from_slice(record.session().as_bytes());
        row.extend_from_slice(&record.seq().to_le_bytes());
        row.extend_from_slice(
            &u32::try_from(record.body().len()).unwrap_or(u32::MAX).to_le_bytes(),
        );
        row.extend_from_slice(&record.link());
        row.extend_from_slice(record.body().as_bytes());
    }
    let sum = checksum(n, &row);
    row.extend_from_slice(&sum.to_le_bytes());
    row
}

fn checksum(n: i64, row: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(&n.to_le_bytes());
    sum.update(row);
    sum.sum()
}

/// The records of a row.
///
/// # Errors
/// A row that is not what was written, or of a form that this version does not know.
pub(super) fn read_row(n: i64, row: &[u8]) -> anyhow::Result<Vec<Logged>> {
    let damaged = "it is not what was written";
    let (rest, sum) = row.split_last_chunk().context(damaged)?;
    ensure!(u32::from_le_bytes(*sum) == checksum(n, rest), damaged);
    let (version, mut rest) = rest.split_first().context(damaged)?;
    ensure!(*version == VERSION, "its form is {version}, which this version does not know");
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (session, after) = rest.split_first_chunk().context(damaged)?;
        let (seq, after) = after.split_first_chunk().context(damaged)?;
        let (length, after) = after.split_first_chunk().context(damaged)?;
        let (link, after) = after.split_first_chunk().context(damaged)?;
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (body, after) = after.split_at_checked(length).context(damaged)?;
        records.push(Logged {
            session: Uuid::from_bytes(*session),
            seq: u64::from_le_bytes(*seq),
            link: *link,
            body: std::str::from_utf8(body).context(damaged)?.to_owned(),
        });
        rest = after;
    }
    Ok(records)
}

/// Adds a row to the log, unless it does not follow the last one: then somebody else has written one. True where it is added.
pub(super) async fn add(
    connection: &mut AnyConnection,
    (n, row): (i64, Vec<u8>),
) -> Result<bool, sqlx::Error> {
    // A row without a body is refused. Of `INSERT … SELECT … FROM log` SQLite would keep what is to be added in a table of its
    // own first.
    let added = sqlx::query(
        "INSERT INTO log (n, body) VALUES \
         ($1, CASE WHEN (SELECT MAX(n) FROM log) = $1 - 1 THEN $2 END)",
    )
    .bind(n)
    .bind(row)
    .execute(connection)
    .await;
    match added {
        Err(sqlx::Error::Database(error))
            if matches!(error.kind(), ErrorKind::NotNullViolation) =>
        {
            Ok(false)
        }
        added => added.map(|_| true),
    }
}

/// Takes the rows up to that one out of the log; the row itself stays, without records.
pub(super) async fn empty(connection: &mut AnyConnection, up_to: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM log WHERE n < $1").bind(up_to).execute(&mut *connection).await?;
    sqlx::query("UPDATE log SET body = $1 WHERE n = $2")
        .bind(row(up_to, [].into_iter()))
        .bind(up_to)
        .execute(connection)
        .await?;
    Ok(())
}

/// The number of the log's last row.
pub(super) async fn last(connection: &mut AnyConnection) -> Result<Option<i64>, sqlx::Error> {
    let (last,): (Option<i64>,) =
        sqlx::query_as("SELECT CAST(MAX(n) AS BIGINT) FROM log").fetch_one(connection).await?;
    Ok(last)
}

/// Reads the log: what is not in runs yet, and the number of its last row.
///
/// # Errors
/// A log of which anything is not what was written.
pub(super) async fn read(pool: &AnyPool) -> anyhow::Result<(Tail, i64)> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT n, body FROM log ORDER BY n").fetch_all(pool).await?;
    let Some((first, _)) = rows.first() else { bail!("it is empty") };
    let mut last = first - 1;
    let mut logged: BTreeMap<Uuid, Vec<Logged>> = BTreeMap::new();
    for (n, body) in &rows {
        ensure!(*n == last + 1, "row {} is missing", last + 1);
        let records = read_row(*n, body);
        for record in records.map_err(|why| anyhow::anyhow!("row {n}: {why}"))? {
            let before = logged.entry(record.session).or_default();
            if let Some(before) = before.last() {
                let follows =
                    before.seq + 1 == record.seq && link(&before.link, &record.body) == record.link;
                ensure!(
                    follows,
                    "row {n}: record {} of session {} does not follow the one before",
                    record.seq,
                    record.session
                );
            }
            before.push(record);
        }
        last = *n;
    }
    let tail = Tail::default();
    let sessions: Vec<Uuid> = logged.keys().copied().collect();
    let mut connection = pool.acquire().await?;
    let heads: BTreeMap<Uuid, u64> =
        runs::heads(&mut connection, &sessions).await?.into_iter().collect();
    for (session, records) in logged {
        // A fold that got no further has left what it had folded.
        let head = heads.get(&session).copied().unwrap_or_default();
        let unfolded = records.into_iter().filter(|record| record.seq > head);
        tail.adopt(session, head, unfolded);
    }
    Ok((tail, last))
}

#[cfg(test)]
mod tests {
    use super::{Append, Logged, read_row, row};
    use crate::store::journal::first_link;
    use uuid::Uuid;

    fn records() -> Vec<Append> {
        let mut records = Vec::new();
        for (n, body) in ["one", "", "drei\u{e4}", &"x".repeat(500)].into_iter().enumerate() {
            let session = Uuid::new_v4();
            let at = (n as u64 + 7, 0);
            records.push(Append::new(session, at, &first_link(session), body.into(), Vec::new()));
        }
        records
    }

    #[test]
    fn a_row_has_every_record_as_it_was_written() {
        let records = records();
        let read = read_row(9, &row(9, records.iter())).expect("records");
        let written = records.iter().map(|record| Logged {
            session: record.session(),
            seq: record.seq(),
            link: record.link(),
            body: record.body().to_owned(),
        });
        assert_eq!(read, written.collect::<Vec<_>>());
    }

    #[test]
    fn every_bit_of_a_row_is_checked() {
        let whole = row(9, records().iter());
        for at in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            assert!(read_row(9, &damaged).is_err(), "bit {at}");
        }
        for length in 0..whole.len() {
            assert!(read_row(9, &whole[..length]).is_err(), "{length} bytes");
        }
        assert!(read_row(8, &whole).is_err(), "a row that has moved");
    }

    #[test]
    fn the_row_before_the_first_commit_is_one_of_no_records() {
        let first = row(0, [].into_iter());
        let hex: String = first.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(include_str!("migrations/0003_runs.sql").contains(&format!("(0, x'{hex}')")));
        assert_eq!(read_row(0, &first).expect("a row"), []);
    }
}
