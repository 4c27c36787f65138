//! Shares: links that show a finished session as one who had a seat in it saw it.

use super::{ReadError, Store, Write};
use parlor_core::PlayerId;
use sqlx::AnyConnection;
use uuid::Uuid;

/// A player's link to a session, by the hash of its token. It takes the place of the one before.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) session: Uuid,
    pub(crate) account: PlayerId,
    pub(crate) hash: String,
    pub(crate) at: i64,
}

impl Write for Share {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO shares (session, account, hash, created) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (session, account) DO UPDATE SET hash = $3, created = $4",
        )
        .bind(self.session.to_string())
        .bind(self.account.to_string())
        .bind(&self.hash)
        .bind(self.at)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// A player's link to a session is dead from now on.
#[derive(Debug)]
pub(crate) struct TakeBack {
    pub(crate) session: Uuid,
    pub(crate) account: PlayerId,
}

impl Write for TakeBack {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM shares WHERE session = $1 AND account = $2")
            .bind(self.session.to_string())
            .bind(self.account.to_string())
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Whose link to this session that is, by id and by name.
    pub(crate) async fn shared_by(
        &self,
        session: Uuid,
        hash: &str,
    ) -> Result<Option<(PlayerId, String)>, ReadError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT accounts.id, accounts.name FROM shares \
             JOIN accounts ON accounts.id = shares.account WHERE hash = $1 AND session = $2",
        )
        .bind(hash)
        .bind(session.to_string())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.and_then(|(id, name)| Some((PlayerId(Uuid::parse_str(&id).ok()?), name))))
    }

    /// When this player made the link to that session that is alive, in milliseconds since 1970.
    pub(crate) async fn shared_at(
        &self,
        session: Uuid,
        account: PlayerId,
    ) -> Result<Option<i64>, ReadError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT created FROM shares WHERE session = $1 AND account = $2")
                .bind(session.to_string())
                .bind(account.to_string())
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(|(created,)| created))
    }
}
