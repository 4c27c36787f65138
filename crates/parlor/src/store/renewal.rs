//! What becomes of accounts: a guest gets a name and a password, a password is changed, an account goes.

use super::{
    ReadError, Store, Write,
    accounts::Account,
    ledger,
    log_ins::{self, OpenLogIn},
    many,
};
use parlor_core::PlayerId;
use sqlx::AnyConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// A guest's account becomes one with a name and a password. Its old log-in ends, and a new one begins.
#[derive(Debug)]
pub(crate) struct Upgrade {
    pub(crate) account: Account,
    /// What its log-in says of how often the password was changed is said before this.
    pub(crate) log_in: OpenLogIn,
}

impl Write for Upgrade {
    /// The hashes of the tokens that are dead.
    type Out = Vec<String>;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
        let Account { id, name, password } = &self.account;
        let changed = sqlx::query(
            "UPDATE accounts SET name = $1, name_key = $2, password = $3, passwords = passwords + 1 \
             WHERE id = $4 AND password IS NULL AND deleted IS NULL",
        )
        .bind(name)
        .bind(name.to_ascii_lowercase())
        .bind(password.clone())
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
        one(changed.rows_affected())?;
        let log_in = OpenLogIn { passwords: self.log_in.passwords + 1, ..self.log_in.clone() };
        begin_anew(connection, &log_in).await
    }
}

/// A password is changed. All log-ins end, and a new one begins.
#[derive(Debug)]
pub(crate) struct ChangePassword {
    pub(crate) account: PlayerId,
    pub(crate) password: String,
    /// What its log-in says of how often the password was changed is said before this change.
    pub(crate) log_in: OpenLogIn,
}

impl Write for ChangePassword {
    /// The hashes of the tokens that are dead.
    type Out = Vec<String>;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
        let before = self.log_in.passwords;
        let changed = sqlx::query(
            "UPDATE accounts SET password = $1, passwords = $2 + 1 \
             WHERE id = $3 AND passwords = $2 AND deleted IS NULL",
        )
        .bind(&self.password)
        .bind(before)
        .bind(self.account.to_string())
        .execute(&mut *connection)
        .await?;
        one(changed.rows_affected())?;
        let log_in = OpenLogIn { passwords: before + 1, ..self.log_in.clone() };
        begin_anew(connection, &log_in).await
    }
}

async fn begin_anew(
    connection: &mut AnyConnection,
    log_in: &OpenLogIn,
) -> Result<Vec<String>, sqlx::Error> {
    let ended = log_ins::end(connection, log_in.account, "").await?;
    log_in.run(connection).await?;
    Ok(ended)
}

/// An account goes: its name, its password, its log-ins, its limits, what was said, what it shared, and its chips.
#[derive(Debug)]
pub(crate) struct DeleteAccount {
    pub(crate) account: PlayerId,
    /// How it is called from now on.
    pub(crate) name: String,
    /// How often the password was changed when it was proved.
    pub(crate) passwords: i64,
    /// Where something of it may be at stake.
    pub(crate) sessions: Vec<Uuid>,
    pub(crate) at: i64,
}

impl Write for DeleteAccount {
    /// The hashes of the tokens that are dead.
    type Out = Vec<String>;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
        let id = self.account.to_string();
        let gone = sqlx::query(
            "UPDATE accounts SET name = $1, name_key = $1, password = NULL, deleted = $2, \
             passwords = passwords + 1 WHERE id = $3 AND passwords = $4 AND deleted IS NULL",
        )
        .bind(&self.name)
        .bind(self.at)
        .bind(&id)
        .bind(self.passwords)
        .execute(&mut *connection)
        .await?;
        one(gone.rows_affected())?;
        for sql in [
            "DELETE FROM chat WHERE player = $1 \
             AND session IN (SELECT session FROM speakers WHERE player = $1)",
            "DELETE FROM speakers WHERE player = $1",
            "DELETE FROM shares WHERE account = $1",
            "DELETE FROM self_limits WHERE account = $1",
            "DELETE FROM play_times WHERE account = $1",
        ] {
            sqlx::query(sql).bind(&id).execute(&mut *connection).await?;
        }
        for session in &self.sessions {
            sqlx::query(
                "INSERT INTO departures (account, session) SELECT $1, $2 FROM balances \
                 WHERE account = $3 AND amount > 0",
            )
            .bind(&id)
            .bind(session.to_string())
            .bind(escrow(&session.to_string(), &id))
            .execute(&mut *connection)
            .await?;
        }
        ledger::to_the_mint(connection, self.account, self.at).await?;
        log_ins::end(connection, self.account, "").await
    }
}

/// What came home to deleted accounts goes to the mint.
#[derive(Debug)]
pub(crate) struct SweepDepartures {
    pub(crate) at: i64,
}

impl Write for SweepDepartures {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let left: Vec<(String, String)> = sqlx::query_as("SELECT account, session FROM departures")
            .fetch_all(&mut *connection)
            .await?;
        for (account, session) in left {
            if let Ok(id) = Uuid::parse_str(&account) {
                ledger::to_the_mint(connection, PlayerId(id), self.at).await?;
            }
            sqlx::query(
                "DELETE FROM departures WHERE account = $1 AND session = $2 AND NOT EXISTS \
                 (SELECT 1 FROM balances WHERE account = $3 AND amount > 0)",
            )
            .bind(&account)
            .bind(&session)
            .bind(escrow(&session, &account))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

fn escrow(session: &str, account: &str) -> String {
    format!("escrow:{session}:{account}")
}

/// The one row that was to change has changed.
fn one(rows: u64) -> Result<(), sqlx::Error> {
    if rows == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

impl Store {
    /// The account of that name, in any case, and how often its password was changed.
    pub(crate) async fn account_to_prove(
        &self,
        name: &str,
    ) -> Result<Option<(Account, i64)>, ReadError> {
        let row: Option<(String, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT id, name, password, passwords FROM accounts \
             WHERE name_key = $1 AND deleted IS NULL",
        )
        .bind(name.to_ascii_lowercase())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.and_then(|(id, name, password, passwords)| {
            let id = PlayerId(Uuid::parse_str(&id).ok()?);
            Some((Account { id, name, password }, passwords))
        }))
    }

    /// How these accounts are called now.
    pub(crate) async fn names_of(
        &self,
        accounts: &[PlayerId],
    ) -> Result<HashMap<PlayerId, String>, ReadError> {
        self.names(accounts, "").await
    }

    /// How those of these accounts are called that are gone.
    pub(crate) async fn names_of_gone(
        &self,
        accounts: &[PlayerId],
    ) -> Result<HashMap<PlayerId, String>, ReadError> {
        self.names(accounts, " AND deleted IS NOT NULL").await
    }

    async fn names(
        &self,
        accounts: &[PlayerId],
        and: &str,
    ) -> Result<HashMap<PlayerId, String>, ReadError> {
        let mut names = HashMap::with_capacity(accounts.len());
        for group in many::groups(accounts) {
            let places = many::places(1, group.len());
            let sql = format!("SELECT id, name FROM accounts WHERE id IN {places}{and}");
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
            for account in group {
                query = query.bind(account.to_string());
            }
            let rows: Vec<(String, String)> = query.fetch_all(&self.readers).await?;
            let read =
                |(id, name): (String, String)| Some((PlayerId(Uuid::parse_str(&id).ok()?), name));
            names.extend(rows.into_iter().filter_map(read));
        }
        Ok(names)
    }

    /// In which sessions this account has said something, and by which name.
    pub(crate) async fn said_in(
        &self,
        account: PlayerId,
    ) -> Result<Vec<(Uuid, String)>, ReadError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT session, name FROM chat WHERE player = $1 \
                 AND session IN (SELECT session FROM speakers WHERE player = $1)",
        )
        .bind(account.to_string())
        .fetch_all(&self.readers)
        .await?;
        let read =
            |(session, name): (String, String)| Some((Uuid::parse_str(&session).ok()?, name));
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Who has said something in which session, and would be found by neither [`DeleteAccount`] nor [`Self::said_in`]: none,
    /// or a row has been lost. The session and the player, as they are kept.
    pub(crate) async fn unlisted_speakers(&self) -> Result<Vec<(String, String)>, ReadError> {
        let rows = sqlx::query_as(
            "SELECT session, player FROM chat EXCEPT SELECT session, player FROM speakers",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok(rows)
    }

    /// Whether something of deleted accounts may still be at stake.
    pub(crate) async fn has_departures(&self) -> Result<bool, ReadError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM departures LIMIT 1")
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some())
    }
}
