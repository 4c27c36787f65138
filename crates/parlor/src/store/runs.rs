//! Runs: records of one session that follow each other, side by side in one row.

use super::{
    journal::{Hash, JournalError, first_link, link},
    many,
};
use sqlx::{AnyConnection, AnyPool};
use std::sync::Arc;
use uuid::Uuid;

/// The version of the records' form, kept with each run.
const VERSION: i64 = 1;

/// Records that follow each other.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Their bodies, with a line break between two: a body has none.
    pub(super) bodies: String,
    /// The link after the last.
    pub(super) link: Hash,
}

impl Run {
    /// A run of one record, with room for bodies of so many bytes.
    pub(super) fn of(seq: u64, body: &str, link: Hash, room: usize) -> Self {
        let mut bodies = String::with_capacity(room.max(body.len()));
        bodies.push_str(body);
        Self { first: seq, last: seq, bodies, link }
    }

    /// Adds the record after the last.
    pub(super) fn add(&mut self, body: &str, link: Hash) {
        self.last += 1;
        self.bodies.push('\n');
        self.bodies.push_str(body);
        self.link = link;
    }

    /// How many records it has.
    pub(super) fn len(&self) -> usize {
        usize::try_from(self.last + 1 - self.first).unwrap_or(usize::MAX)
    }
}

/// Writes these runs, each of its session.
pub(super) async fn write(
    connection: &mut AnyConnection,
    runs: &[(Uuid, Arc<Run>)],
) -> Result<(), sqlx::Error> {
    for group in many::groups(runs) {
        let sql = format!(
            "INSERT INTO records (session, first, last, version, hash, bodies) VALUES {}",
            many::places(group.len(), 6)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for (session, run) in group {
            query = query.bind(session.to_string()).bind(number(run.first)).bind(number(run.last));
            query = query.bind(VERSION).bind(run.link.to_vec()).bind(&run.bodies);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The numbers of these sessions' last records that are in runs; nothing of those that have none.
pub(super) async fn heads(
    connection: &mut AnyConnection,
    sessions: &[Uuid],
) -> Result<Vec<(Uuid, u64)>, sqlx::Error> {
    let mut heads = Vec::with_capacity(sessions.len());
    for group in many::groups(sessions) {
        let sql = format!(
            "WITH asked (session) AS (VALUES {}) \
             SELECT run.session, run.last FROM asked JOIN records AS run \
             ON run.session = asked.session AND run.first = \
             (SELECT MAX(every.first) FROM records AS every WHERE every.session = asked.session)",
            many::places(group.len(), 1)
        );
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        for session in group {
            query = query.bind(session.to_string());
        }
        let rows: Vec<(String, i64)> = query.fetch_all(&mut *connection).await?;
        let read =
            |(id, last): (String, i64)| Some((Uuid::parse_str(&id).ok()?, last.unsigned_abs()));
        heads.extend(rows.into_iter().filter_map(read));
    }
    Ok(heads)
}

/// How a record's number is kept.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

type Row = (i64, i64, i64, Vec<u8>, String);

/// A session's runs from the one with the first of these records on to the one with the last, in their order, and the one
/// before them.
pub(super) async fn read(
    pool: &AnyPool,
    session: Uuid,
    (from, up_to): (u64, u64),
) -> Result<Vec<Result<Arc<Run>, JournalError>>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT first, last, version, hash, bodies FROM records WHERE session = $1 AND first >= \
         COALESCE((SELECT MAX(first) FROM records WHERE session = $1 AND first < \
         COALESCE((SELECT MAX(first) FROM records WHERE session = $1 AND first <= $2), 0)), 0) \
         AND first <= $3 ORDER BY first",
    )
    .bind(session.to_string())
    .bind(number(from))
    .bind(number(up_to))
    .fetch_all(pool)
    .await?;
    let read = |(first, last, version, hash, bodies): Row| {
        if version != VERSION {
            return Err(JournalError::Unknown(first, last, version));
        }
        let link = hash.try_into().map_err(|_| JournalError::Broken(first, last))?;
        let (first, last) = (first.unsigned_abs(), last.unsigned_abs());
        Ok(Arc::new(Run { first, last, bodies, link }))
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The bodies of the records after that one, whose link is `chain`, up to another, and the last one's link. Runs that overlap
/// are read once: a run may have been folded while it was read.
pub(super) fn bodies_between(
    runs: impl IntoIterator<Item = Result<Arc<Run>, JournalError>>,
    (after, up_to): (u64, u64),
    mut chain: Hash,
) -> Result<(Vec<String>, Hash), JournalError> {
    let (mut bodies, mut next, mut last) = (Vec::new(), after + 1, chain);
    for run in runs {
        let run = match run {
            Err(JournalError::Unknown(_, last, _) | JournalError::Broken(_, last))
                if last.unsigned_abs() < next =>
            {
                continue;
            }
            run => run?,
        };
        if run.last < next {
            continue;
        }
        if run.first > next {
            return Err(JournalError::Missing(number(next)));
        }
        let broken = || JournalError::Broken(number(next), number(run.last));
        if run.bodies.split('\n').count() != run.len() {
            return Err(broken());
        }
        let known = usize::try_from(next - run.first).unwrap_or(usize::MAX);
        for (seq, body) in (next..).zip(run.bodies.split('\n').skip(known)) {
            chain = link(&chain, body);
            if seq <= up_to {
                last = chain;
                bodies.push(body.to_owned());
            }
        }
        if chain != run.link {
            return Err(broken());
        }
        next = run.last + 1;
    }
    Ok((bodies, last))
}

/// The link after that record, as these runs have it; nothing where they don't lead there.
pub(super) fn link_after(session: Uuid, runs: &[Arc<Run>], seq: u64) -> Option<Hash> {
    let run = runs.iter().find(|run| (run.first..=run.last).contains(&seq))?;
    if seq == run.last {
        return Some(run.link);
    }
    let before = if run.first == 1 {
        first_link(session)
    } else {
        runs.iter().find(|before| before.last + 1 == run.first)?.link
    };
    let count = usize::try_from(seq + 1 - run.first).ok()?;
    Some(run.bodies.split('\n').take(count).fold(before, |chain, body| link(&chain, body)))
}
