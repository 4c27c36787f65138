//! What a site keeps, looked at from outside: for tests that check it, or damage it.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Duration};

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
