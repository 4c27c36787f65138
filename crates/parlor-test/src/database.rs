//! What a site keeps, looked at from outside: for tests that check it, or damage it.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::BTreeMap, path::Path, time::Duration};
use uuid::Uuid;

/// How long what the log says of a record is: session, number, length and link.
const HEAD: usize = 16 + 8 + 4 + 32;

/// A record of a journal, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The session's id.
    pub session: String,
    /// The record's number.
    pub seq: u64,
    /// What happened, as JSON.
    pub body: String,
}

/// A connection of one's own to a site's database; the site may be serving.
#[derive(Debug)]
pub struct Database(SqliteConnection);

impl Database {
    /// Opens the database in this file, which must be there.
    ///
    /// # Panics
    /// Where it can't be opened.
    pub async fn open(file: &Path) -> Self {
        let options =
            SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(10));
        Self(SqliteConnection::connect_with(&options).await.expect("a database"))
    }

    /// What a query of one column answers, whose texts are JSON: `SELECT json_array(seq, body) FROM records`.
    ///
    /// # Panics
    /// Where the query can't be answered, or a text is no JSON.
    pub async fn rows(&mut self, query: &str) -> Vec<Value> {
        let rows = sqlx::query_as::<_, (String,)>(AssertSqlSafe(query)).fetch_all(&mut self.0);
        let rows = rows.await.unwrap_or_else(|why| panic!("{why}: {query}"));
        rows.iter().map(|(text,)| serde_json::from_str(text).expect("JSON")).collect()
    }

    /// All records of all journals, by session and in their order, be they in runs or in the log. They are not checked.
    ///
    /// # Panics
    /// Where they can't be read.
    pub async fn records(&mut self) -> Vec<Kept> {
        let mut kept = BTreeMap::new();
        // First the log: what is folded meanwhile is in runs then.
        for (body,) in self.blobs("SELECT body FROM log ORDER BY n").await {
            let mut rest = &body[1..body.len() - 4];
            while !rest.is_empty() {
                let session = Uuid::from_slice(&rest[..16]).expect("an id").to_string();
                let seq = u64::from_le_bytes(rest[16..24].try_into().expect("a number"));
                let length = u32::from_le_bytes(rest[24..28].try_into().expect("a length"));
                let (body, next) = rest[HEAD..].split_at(length as usize);
                kept.insert((session, seq), String::from_utf8(body.to_vec()).expect("a record"));
                rest = next;
            }
        }
        for run in self.runs().await {
            for (seq, body) in (run.first..).zip(run.bodies.split('\n')) {
                kept.insert((run.session.clone(), seq), body.to_owned());
            }
        }
        let record = |((session, seq), body)| Kept { session, seq, body };
        kept.into_iter().map(record).collect()
    }

    /// Makes a run of its own of each record that is in a run, so that a test may change one alone: what is damaged then is
    /// what a row of `records` holds, with one of `bodies`.
    ///
    /// # Panics
    /// Where the runs can't be read, or are damaged.
    pub async fn split_runs(&mut self) {
        let mut chain: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for Run { session, first, version, hash, bodies } in self.runs().await {
            let id = Uuid::parse_str(&session).expect("an id");
            let link = chain
                .entry(session.clone())
                .or_insert_with(|| Sha256::digest(id.as_bytes()).to_vec());
            let gone = sqlx::query("DELETE FROM records WHERE session = $1 AND first = $2");
            let gone = gone.bind(&session).bind(first.cast_signed()).execute(&mut self.0).await;
            assert_eq!(gone.expect("a run").rows_affected(), 1);
            for (seq, body) in (first.cast_signed()..).zip(bodies.split('\n')) {
                *link = Sha256::new().chain_update(&*link).chain_update(body).finalize().to_vec();
                let single = "INSERT INTO records (session, first, last, version, hash, bodies) \
                              VALUES ($1, $2, $2, $3, $4, $5)";
                let single = sqlx::query(single).bind(&session).bind(seq).bind(version);
                let single = single.bind(&*link).bind(body).execute(&mut self.0);
                single.await.expect("it is written");
            }
            assert_eq!(*link, hash, "a run is not what was written");
        }
    }

    async fn blobs(&mut self, query: &'static str) -> Vec<(Vec<u8>,)> {
        sqlx::query_as(query).fetch_all(&mut self.0).await.expect("rows")
    }

    async fn runs(&mut self) -> Vec<Run> {
        let runs: Vec<(String, i64, i64, Vec<u8>, String)> = sqlx::query_as(
            "SELECT session, first, version, hash, bodies FROM records ORDER BY session, first",
        )
        .fetch_all(&mut self.0)
        .await
        .expect("runs");
        let run = |(session, first, version, hash, bodies): (String, i64, _, _, _)| {
            let first = first.unsigned_abs();
            Run { session, first, version, hash, bodies }
        };
        runs.into_iter().map(run).collect()
    }

    /// Changes something, and says how many rows.
    ///
    /// # Panics
    /// Where it can't be changed.
    pub async fn change(&mut self, statement: &str) -> u64 {
        let changed = sqlx::query(AssertSqlSafe(statement)).execute(&mut self.0).await;
        changed.unwrap_or_else(|why| panic!("{why}: {statement}")).rows_affected()
    }

    /// Closes the connection.
    pub async fn close(self) {
        let _ = self.0.close().await;
    }
}

/// A row of `records`.
struct Run {
    session: String,
    first: u64,
    version: i64,
    hash: Vec<u8>,
    bodies: String,
}
