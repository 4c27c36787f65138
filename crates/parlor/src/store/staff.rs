//! Staff: who is, whom they shut out, and what they did.

use super::{ReadError, Store, Write, roster::Known};
use parlor_core::PlayerId;
use serde::Serialize;
use sqlx::{AnyConnection, any::AnyQueryResult};

/// Something that a member of staff does, as the audit log keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) at: i64,
    /// Whose account it is; nothing on the command line.
    pub(crate) staff: Option<PlayerId>,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: &'static str,
    /// An account's or a session's id, and what people call it.
    pub(crate) subject: String,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) until: Option<i64>,
}

/// Notes an act, together with what is written beside it. One who is of the staff no more does nothing more: it is refused.
async fn note(connection: &mut AnyConnection, act: &Act) -> Result<(), sqlx::Error> {
    let noted = sqlx::query(
        "INSERT INTO audit (n, at, staff, name, address, action, subject, about, reason, until) \
         SELECT (SELECT COALESCE(MAX(n), 0) + 1 FROM audit), $1, $2, $3, $4, $5, $6, $7, $8, $9 \
         WHERE $2 IS NULL OR EXISTS (SELECT 1 FROM accounts WHERE id = $2 AND staff = 1)",
    )
    .bind(act.at)
    .bind(act.staff.map(|staff| staff.to_string()))
    .bind(&act.name)
    .bind(&act.address)
    .bind(act.action)
    .bind(&act.subject)
    .bind(&act.about)
    .bind(&act.reason)
    .bind(act.until)
    .execute(connection)
    .await?;
    one(&noted)
}

/// Nothing was changed: a rule of ours forbids it.
fn one(result: &AnyQueryResult) -> Result<(), sqlx::Error> {
    if result.rows_affected() == 0 { Err(sqlx::Error::RowNotFound) } else { Ok(()) }
}

/// An act that is nothing but noted here: what it does is a session's to keep.
#[derive(Debug)]
pub(crate) struct Note(pub(crate) Act);

impl Write for Note {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        note(connection, &self.0).await
    }
}

/// Shuts an account out: its tokens are dead, and there are no new ones. It comes to the hashes of those that died.
#[derive(Debug)]
pub(crate) struct Ban {
    pub(crate) account: PlayerId,
    pub(crate) act: Act,
}

impl Write for Ban {
    type Out = Vec<String>;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
        let account = self.account.to_string();
        let banned = sqlx::query(
            "UPDATE accounts SET banned = $1, banned_until = $2, banned_for = $3 \
             WHERE id = $4 AND staff = 0",
        )
        .bind(self.act.at)
        .bind(self.act.until)
        .bind(&self.act.reason)
        .bind(&account)
        .execute(&mut *connection)
        .await?;
        one(&banned)?;
        note(&mut *connection, &self.act).await?;
        let dead: Vec<(String,)> =
            sqlx::query_as("DELETE FROM tokens WHERE account = $1 RETURNING hash")
                .bind(account)
                .fetch_all(connection)
                .await?;
        Ok(dead.into_iter().map(|(hash,)| hash).collect())
    }
}

/// Lets an account in again.
#[derive(Debug)]
pub(crate) struct Unban {
    pub(crate) account: PlayerId,
    pub(crate) act: Act,
}

impl Write for Unban {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let lifted = sqlx::query(
            "UPDATE accounts SET banned = NULL, banned_until = NULL, banned_for = NULL \
             WHERE id = $1 AND banned IS NOT NULL",
        )
        .bind(self.account.to_string())
        .execute(&mut *connection)
        .await?;
        one(&lifted)?;
        note(connection, &self.act).await
    }
}

/// A row of the audit log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PastAct {
    pub(crate) n: i64,
    pub(crate) at: i64,
    /// The name that the member of staff had then.
    pub(crate) staff: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) until: Option<i64>,
}

impl Store {
    /// Whether this log-in, which must be alive, is one of a member of staff: as the database says now.
    pub(crate) async fn is_staff(&self, token: &str, account: PlayerId) -> Result<bool, ReadError> {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT staff FROM accounts JOIN tokens ON tokens.account = accounts.id \
             WHERE tokens.hash = $1 AND accounts.id = $2",
        )
        .bind(token)
        .bind(account.to_string())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.is_some_and(|(staff,)| staff == 1))
    }

    /// What was done before the act of that number, the newest first, and so much at the most.
    pub(crate) async fn acts(&self, before: i64, count: usize) -> Result<Vec<PastAct>, ReadError> {
        type Row = (i64, i64, String, String, String, String, String, String, Option<i64>);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT n, at, name, address, action, subject, about, reason, until FROM audit \
             WHERE n < $1 ORDER BY n DESC LIMIT $2",
        )
        .bind(before)
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        let read = |(n, at, staff, address, action, subject, about, reason, until): Row| PastAct {
            n,
            at,
            staff,
            address,
            action,
            subject,
            about,
            reason,
            until,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Makes an account one of the staff, or not any more; false where it is so already. This is for a command, beside a program
    /// that may be serving: it goes past the writer, which is the serving program's alone, and leaves the log as it is.
    pub(crate) async fn set_staff(
        &self,
        account: &Known,
        staff: bool,
        act: &Act,
    ) -> Result<bool, ReadError> {
        // Begun as one who writes: of two who have read, only one could.
        let mut transaction = self.readers.begin_with("BEGIN IMMEDIATE").await?;
        let changed = sqlx::query("UPDATE accounts SET staff = $1 WHERE id = $2 AND staff <> $1")
            .bind(i64::from(staff))
            .bind(account.id.to_string())
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut transaction, act).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
