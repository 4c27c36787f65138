//! Sessions: what is known of each besides its records.

use super::{
    ReadError, Store, Write,
    journal::{self, Append},
};
use sqlx::AnyConnection;
use uuid::Uuid;

/// What is known of a session besides its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub(crate) id: Uuid,
    pub(crate) game: String,
    pub(crate) rules: u32,
    pub(crate) host: Option<Uuid>,
    pub(crate) private: bool,
    pub(crate) invite: Option<String>,
    pub(crate) closed: bool,
    /// What lists show of it, as JSON.
    pub(crate) summary: String,
}

/// A new session, with its first record.
#[derive(Debug)]
pub(crate) struct CreateSession {
    pub(crate) row: SessionRow,
    pub(crate) first: Append,
}

impl Write for CreateSession {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let SessionRow { id, game, rules, host, private, invite, closed: _, summary } = &self.row;
        sqlx::query(
            "INSERT INTO sessions (id, game, rules, host, private, invite, created, summary) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id.to_string())
        .bind(game)
        .bind(i64::from(*rules))
        .bind(host.map(|host| host.to_string()))
        .bind(i64::from(*private))
        .bind(invite.clone())
        .bind(self.first.at())
        .bind(summary)
        .execute(&mut *connection)
        .await?;
        journal::begin(connection, &self.first).await
    }
}

type Row = (String, String, i64, Option<String>, i64, Option<String>, Option<i64>, String);

fn session(row: Row) -> Option<SessionRow> {
    let (id, game, rules, host, private, invite, closed, summary) = row;
    Some(SessionRow {
        id: Uuid::parse_str(&id).ok()?,
        game,
        rules: u32::try_from(rules).ok()?,
        host: host.and_then(|host| Uuid::parse_str(&host).ok()),
        private: private != 0,
        invite,
        closed: closed.is_some(),
        summary,
    })
}

impl Store {
    /// The session of that id, open or closed.
    pub(crate) async fn session(&self, id: Uuid) -> Result<Option<SessionRow>, ReadError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, game, rules, host, private, invite, closed, summary FROM sessions WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.and_then(session))
    }

    /// All sessions, open and closed, the oldest first; the id of one whose row is not what was written.
    pub(crate) async fn all_sessions(&self) -> Result<Vec<Result<SessionRow, String>>, ReadError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, game, rules, host, private, invite, closed, summary FROM sessions \
             ORDER BY created, id",
        )
        .fetch_all(&self.readers)
        .await?;
        let rows = rows.into_iter().map(|row| {
            let id = row.0.clone();
            session(row).ok_or(id)
        });
        Ok(rows.collect())
    }

    /// The sessions of a game that are not closed, the oldest first.
    pub(crate) async fn open_sessions(&self, game: &str) -> Result<Vec<SessionRow>, ReadError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, game, rules, host, private, invite, closed, summary FROM sessions \
             WHERE game = $1 AND closed IS NULL ORDER BY created, id",
        )
        .bind(game)
        .fetch_all(&self.readers)
        .await?;
        let read = |row: Row| {
            let id = row.0.clone();
            let session = session(row);
            if session.is_none() {
                tracing::error!(session = id, "its row is damaged, and it is left alone");
            }
            session
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
