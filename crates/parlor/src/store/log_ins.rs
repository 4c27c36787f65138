//! Log-ins: the tokens of an account, each with what opened it.

use super::{ReadError, Store, Write, accounts::TokenTimes};
use parlor_core::PlayerId;
use sqlx::AnyConnection;

/// A new log-in of an account.
#[derive(Debug, Clone)]
pub(crate) struct OpenLogIn {
    /// The token's hash.
    pub(crate) hash: String,
    pub(crate) account: PlayerId,
    /// What opens it, in a word or two.
    pub(crate) label: String,
    /// How often the account's password was changed when it was proved; it must not have been changed since.
    pub(crate) passwords: i64,
    pub(crate) at: i64,
}

impl Write for OpenLogIn {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let made = sqlx::query(
            "INSERT INTO tokens (hash, account, created, seen, label) \
             SELECT $1, id, $3, $3, $4 FROM accounts WHERE id = $2 AND passwords = $5 \
             AND deleted IS NULL AND (banned IS NULL OR banned_until <= $3)",
        )
        .bind(&self.hash)
        .bind(self.account.to_string())
        .bind(self.at)
        .bind(&self.label)
        .bind(self.passwords)
        .execute(connection)
        .await?;
        if made.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    }
}

/// The log-ins of an account that end: all, or all but one. Comes to the hashes of their tokens.
#[derive(Debug)]
pub(crate) struct EndLogIns {
    pub(crate) account: PlayerId,
    /// The hash of the token that stays.
    pub(crate) but: Option<String>,
}

impl Write for EndLogIns {
    type Out = Vec<String>;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
        end(connection, self.account, self.but.as_deref().unwrap_or_default()).await
    }
}

/// Ends all log-ins of an account but the one of this hash, and returns the hashes of their tokens.
pub(super) async fn end(
    connection: &mut AnyConnection,
    account: PlayerId,
    but: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> =
        sqlx::query_as("DELETE FROM tokens WHERE account = $1 AND hash <> $2 RETURNING hash")
            .bind(account.to_string())
            .bind(but)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// A log-in, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct LogIn {
    /// The token's hash.
    pub(crate) hash: String,
    pub(crate) times: TokenTimes,
    pub(crate) label: String,
}

impl Store {
    /// The log-ins of an account, the newest first; some may have died of age.
    pub(crate) async fn log_ins_of(&self, account: PlayerId) -> Result<Vec<LogIn>, ReadError> {
        let rows: Vec<(String, i64, i64, String)> = sqlx::query_as(
            "SELECT hash, created, seen, label FROM tokens WHERE account = $1 \
             ORDER BY created DESC, hash",
        )
        .bind(account.to_string())
        .fetch_all(&self.readers)
        .await?;
        let read = |(hash, created, seen, label)| LogIn {
            hash,
            times: TokenTimes { created, seen },
            label,
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
