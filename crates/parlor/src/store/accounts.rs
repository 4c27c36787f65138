//! Accounts, and the tokens that stand for them.

use super::{ReadError, Store, Write, ledger, many};
use parlor_core::{Chips, PlayerId};
use sqlx::AnyConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// An account, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: PlayerId,
    pub(crate) name: String,
    /// A PHC string; a guest has none.
    pub(crate) password: Option<String>,
}

type AccountRow = (String, String, Option<String>);

fn read((id, name, password): AccountRow) -> Option<Account> {
    Some(Account { id: PlayerId(Uuid::parse_str(&id).ok()?), name, password })
}

/// A new account, with its first chips.
#[derive(Debug)]
pub(crate) struct CreateAccount {
    pub(crate) account: Account,
    pub(crate) chips: Chips,
    pub(crate) at: i64,
}

impl Write for CreateAccount {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let Account { id, name, password } = &self.account;
        sqlx::query(
            "INSERT INTO accounts (id, name, name_key, password, created) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.to_string())
        .bind(name)
        .bind(name.to_ascii_lowercase())
        .bind(password.clone())
        .bind(self.at)
        .execute(&mut *connection)
        .await?;
        ledger::mint(connection, *id, self.chips, self.at).await
    }
}

/// Tokens that were just used.
#[derive(Debug)]
pub(crate) struct SeeTokens {
    pub(crate) hashes: Vec<String>,
    pub(crate) at: i64,
}

impl Write for SeeTokens {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        for group in many::groups(&self.hashes) {
            let places = many::places(1, group.len());
            let sql = format!("UPDATE tokens SET seen = ? WHERE hash IN {places}");
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.at);
            for hash in group {
                query = query.bind(hash);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// A better hash of the same password, unless it was changed meanwhile.
#[derive(Debug)]
pub(crate) struct Rehash {
    pub(crate) account: PlayerId,
    pub(crate) before: String,
    pub(crate) password: String,
}

impl Write for Rehash {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE accounts SET password = $1 WHERE id = $2 AND password = $3")
            .bind(&self.password)
            .bind(self.account.to_string())
            .bind(&self.before)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// A token that is dead from now on.
#[derive(Debug)]
pub(crate) struct DropToken(pub(crate) String);

impl Write for DropToken {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM tokens WHERE hash = $1").bind(&self.0).execute(connection).await?;
        Ok(())
    }
}

/// When a token was made and last used, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenTimes {
    pub(crate) created: i64,
    pub(crate) seen: i64,
}

impl Store {
    /// The account of that name, in any case.
    pub(crate) async fn account_named(&self, name: &str) -> Result<Option<Account>, ReadError> {
        let row: Option<AccountRow> =
            sqlx::query_as("SELECT id, name, password FROM accounts WHERE name_key = $1")
                .bind(name.to_ascii_lowercase())
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.and_then(read))
    }

    /// The account that a token stands for.
    pub(crate) async fn account_of_token(
        &self,
        hash: &str,
    ) -> Result<Option<(Account, TokenTimes)>, ReadError> {
        let row: Option<(String, String, Option<String>, i64, i64)> = sqlx::query_as(
            "SELECT accounts.id, name, password, tokens.created, seen \
             FROM tokens JOIN accounts ON accounts.id = tokens.account WHERE hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.and_then(|(id, name, password, created, seen)| {
            Some((read((id, name, password))?, TokenTimes { created, seen }))
        }))
    }

    /// The times of those of these tokens that are there, by their hashes.
    pub(crate) async fn times_of_tokens(
        &self,
        hashes: &[&str],
    ) -> Result<HashMap<String, TokenTimes>, ReadError> {
        let mut times = HashMap::with_capacity(hashes.len());
        for group in many::groups(hashes) {
            let places = many::places(1, group.len());
            let sql = format!("SELECT hash, created, seen FROM tokens WHERE hash IN {places}");
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
            for hash in group {
                query = query.bind(*hash);
            }
            let rows: Vec<(String, i64, i64)> = query.fetch_all(&self.readers).await?;
            let read = |(hash, created, seen)| (hash, TokenTimes { created, seen });
            times.extend(rows.into_iter().map(read));
        }
        Ok(times)
    }
}
