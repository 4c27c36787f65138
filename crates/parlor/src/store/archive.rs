//! The archive: journals of sessions that are over, packed, and after their time only what they came to.

use super::{
    ReadError, Store, Write, WriteError,
    journal::{Hash, JournalError, first_link, link},
};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use sqlx::AnyConnection;
use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
};
use uuid::Uuid;

/// So many records and a run are what one write takes out of the journal at the most: others wait for the writer meanwhile.
const AT_ONCE: i64 = 4_096;

/// How far a session that is over is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has its records.
    Over = 0,
    /// Its records are in the archive, and on their way out of the journal.
    Packed = 1,
    /// Its records are in the archive alone.
    Archived = 2,
    /// The archive has let go of them.
    Gone = 3,
}

/// A journal on its way into the archive.
#[derive(Debug)]
pub(crate) struct Archive {
    session: Uuid,
    records: i64,
    link: Hash,
    body: Vec<u8>,
}

impl Archive {
    /// Packs the bodies of all of a session's records; `link` is the last one's. It takes its time: not for a task.
    pub(crate) fn pack(session: Uuid, bodies: &[String], link: Hash) -> std::io::Result<Self> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        for body in bodies {
            // JSON in one line has no line break.
            packer.write_all(body.as_bytes())?;
            packer.write_all(b"\n")?;
        }
        let records = i64::try_from(bodies.len()).unwrap_or(i64::MAX);
        Ok(Self { session, records, link, body: packer.finish()? })
    }
}

impl Write for Archive {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let session = self.session.to_string();
        sqlx::query("INSERT INTO archives (session, records, link, body) VALUES ($1, $2, $3, $4)")
            .bind(&session)
            .bind(self.records)
            .bind(self.link.to_vec())
            .bind(self.body.clone())
            .execute(&mut *connection)
            .await?;
        sqlx::query("UPDATE sessions SET archived = 1 WHERE id = $1")
            .bind(session)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Takes some of a packed session's records out of the journal; done when it says so.
struct TakeOut(Uuid);

impl Write for TakeOut {
    type Out = bool;

    async fn run(&self, connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
        let session = self.0.to_string();
        let taken = sqlx::query(
            "DELETE FROM records WHERE session = $1 AND first < $2 + \
             (SELECT MIN(first) FROM records WHERE session = $1)",
        )
        .bind(&session)
        .bind(AT_ONCE)
        .execute(&mut *connection)
        .await?;
        if taken.rows_affected() > 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM snapshots WHERE session = $1")
            .bind(&session)
            .execute(&mut *connection)
            .await?;
        sqlx::query("UPDATE sessions SET archived = 2 WHERE id = $1")
            .bind(session)
            .execute(connection)
            .await?;
        Ok(true)
    }
}

/// Lets go of an archived session's records, of what was said, and of the links that would show it.
#[derive(Debug)]
pub(crate) struct LetGo(pub(crate) Uuid);

impl Write for LetGo {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        for statement in [
            "UPDATE archives SET body = NULL WHERE session = $1",
            "DELETE FROM shares WHERE session = $1",
            "DELETE FROM chat WHERE session = $1",
            "DELETE FROM speakers WHERE session = $1",
            "UPDATE sessions SET archived = 3 WHERE id = $1",
        ] {
            sqlx::query(statement).bind(self.0.to_string()).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

type Row = (i64, Vec<u8>, Option<Vec<u8>>, i64);

impl Store {
    /// Takes some of a packed session's records out of the journal, in which they are all [folded](Self::fold); true when none
    /// is left.
    pub(crate) async fn take_out(&self, session: Uuid) -> Result<bool, WriteError> {
        let done = self.write(TakeOut(session)).await?;
        if done {
            self.writer.tail().take_out(session);
        }
        Ok(done)
    }

    /// Sessions that closed before that time, in milliseconds since 1970, and are to be packed: the oldest but for those that
    /// are known to be `damaged`, at the most as many as asked for. All of their records can be read, and lie in runs.
    pub(crate) async fn to_pack(
        &self,
        before: i64,
        count: usize,
        damaged: &BTreeSet<Uuid>,
    ) -> Result<Vec<Uuid>, WriteError> {
        let over = self.at_stage(Stage::Over, before, count + damaged.len()).await;
        let mut over = over.map_err(|why| WriteError::Failed(why.to_string()))?;
        over.retain(|session| !damaged.contains(session));
        over.truncate(count);
        if !over.is_empty() {
            // The database shows that they are over before the writer has told readers of their last records, and it does so
            // before it writes anything else.
            self.fold().await?;
        }
        Ok(over)
    }

    /// The sessions at this stage that closed before that time, in milliseconds since 1970: the oldest, and at the most as
    /// many as asked for.
    pub(crate) async fn at_stage(
        &self,
        stage: Stage,
        before: i64,
        count: usize,
    ) -> Result<Vec<Uuid>, ReadError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM sessions WHERE closed IS NOT NULL AND archived < 3 \
             AND archived = $1 AND closed < $2 ORDER BY closed LIMIT $3",
        )
        .bind(stage as i64)
        .bind(before)
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().filter_map(|(id,)| Uuid::parse_str(&id).ok()).collect())
    }

    /// Shows an archived session's records to `see`, one after the other, with their numbers and the links after them, and gives
    /// back what it has gathered; the archive is checked as a whole, and unpacked a record at a time. Nothing where the session is
    /// not archived.
    pub(super) async fn archived<T: Send + 'static>(
        &self,
        session: Uuid,
        gathered: T,
        see: impl Fn(&mut T, u64, &str, &Hash) + Send + 'static,
    ) -> Result<Option<T>, JournalError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT records, link, body, archived FROM archives \
             JOIN sessions ON sessions.id = archives.session WHERE session = $1",
        )
        .bind(session.to_string())
        .fetch_optional(&self.readers)
        .await
        .map_err(ReadError)?;
        let Some((records, last, body, stage)) = row else { return Ok(None) };
        let Some(body) = body else {
            if stage != Stage::Gone as i64 {
                return Err(JournalError::Broken(1, records));
            }
            let last = last.iter().map(|byte| format!("{byte:02x}")).collect();
            return Err(JournalError::Gone(records, last));
        };
        let unpacked = tokio::task::spawn_blocking(move || unpack(session, &body, gathered, see));
        let unpacked = unpacked.await.ok().and_then(Result::ok);
        let (gathered, count, chain) = unpacked.ok_or(JournalError::Broken(1, records))?;
        if chain.as_slice() != last || i64::try_from(count) != Ok(records) {
            return Err(JournalError::Broken(1, records));
        }
        Ok(Some(gathered))
    }
}

/// What `see` has gathered of the records, how many they are, and the last link.
fn unpack<T>(
    session: Uuid,
    packed: &[u8],
    mut gathered: T,
    see: impl Fn(&mut T, u64, &str, &Hash),
) -> std::io::Result<(T, u64, Hash)> {
    let mut lines = BufReader::new(ZlibDecoder::new(packed));
    let (mut line, mut count, mut chain) = (String::new(), 0, first_link(session));
    while lines.read_line(&mut line)? > 0 {
        let body = line.trim_end_matches('\n');
        (count, chain) = (count + 1, link(&chain, body));
        see(&mut gathered, count, body, &chain);
        line.clear();
    }
    Ok((gathered, count, chain))
}
