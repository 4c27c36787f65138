//! The ledger: every movement of chips is a transfer between two accounts, and the sum over all accounts is always zero.

use super::{ReadError, Store};
use parlor_core::{Account, Chips, PlayerId, Transfer};
use sqlx::AnyConnection;
use uuid::Uuid;

/// Where new chips come from.
const MINT: &str = "mint";

/// Where a transfer comes from: `source` and `seq` name it, together with its place in the batch.
#[derive(Debug, Clone)]
pub(super) struct Source<'a> {
    /// A session's id, or what else made it.
    pub(super) source: &'a str,
    /// The record's number.
    pub(super) seq: i64,
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
}

/// Books the transfers of a session's record.
pub(super) async fn book(
    connection: &mut AnyConnection,
    source: Source<'_>,
    transfers: &[Transfer],
) -> Result<(), sqlx::Error> {
    for (n, Transfer { from, to, amount }) in (0_i64..).zip(transfers) {
        let (debit, credit) = (key(source.source, *from), key(source.source, *to));
        move_chips(connection, &source, n, &debit, &credit, *amount).await?;
    }
    Ok(())
}

/// Gives a new account its first chips.
pub(super) async fn mint(
    connection: &mut AnyConnection,
    player: PlayerId,
    amount: Chips,
    at: i64,
) -> Result<(), sqlx::Error> {
    let source = format!("account:{player}");
    let source = Source { source: &source, seq: 0, at };
    let credit = key("", Account::Player(player));
    sqlx::query("INSERT INTO balances (account, amount) VALUES ($1, 0)")
        .bind(&credit)
        .execute(&mut *connection)
        .await?;
    if amount.is_zero() {
        return Ok(());
    }
    move_chips(connection, &source, 0, MINT, &credit, amount).await
}

async fn move_chips(
    connection: &mut AnyConnection,
    source: &Source<'_>,
    n: i64,
    debit: &str,
    credit: &str,
    amount: Chips,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO transfers (source, seq, n, debit, credit, amount, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(source.source)
    .bind(source.seq)
    .bind(n)
    .bind(debit)
    .bind(credit)
    .bind(amount.cents())
    .bind(source.at)
    .execute(&mut *connection)
    .await?;
    if has_balance(debit) {
        let taken = sqlx::query("UPDATE balances SET amount = amount - $1 WHERE account = $2")
            .bind(amount.cents())
            .bind(debit)
            .execute(&mut *connection)
            .await?;
        if taken.rows_affected() != 1 {
            return Err(sqlx::Error::RowNotFound);
        }
    }
    if has_balance(credit) {
        sqlx::query(
            "INSERT INTO balances (account, amount) VALUES ($1, $2) \
             ON CONFLICT (account) DO UPDATE SET amount = balances.amount + excluded.amount",
        )
        .bind(credit)
        .bind(amount.cents())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// House and mint have no row: it would be everybody's lock.
fn has_balance(account: &str) -> bool {
    account != MINT && account != "house"
}

/// How the ledger calls an account; `session` is for escrows.
pub(crate) fn key(session: &str, account: Account) -> String {
    match account {
        Account::Player(player) => format!("player:{player}"),
        Account::Escrow(player) => format!("escrow:{session}:{player}"),
        Account::House => "house".into(),
    }
}

impl Store {
    /// What a player can spend, as it is committed; nothing for one without an account.
    pub(crate) async fn balance(&self, player: PlayerId) -> Result<Chips, ReadError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT amount FROM balances WHERE account = $1")
            .bind(key("", Account::Player(player)))
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.and_then(|(cents,)| Chips::try_from_cents(cents)).unwrap_or_default())
    }

    /// The sum over all accounts, in hundredths: zero, or the ledger is wrong.
    pub(crate) async fn sum_of_all_accounts(&self) -> Result<i64, ReadError> {
        let (sum,): (i64,) = sqlx::query_as(
            "SELECT CAST(COALESCE((SELECT SUM(amount) FROM balances), 0) \
             + COALESCE((SELECT SUM(amount) FROM transfers WHERE credit IN ('house', 'mint')), 0) \
             - COALESCE((SELECT SUM(amount) FROM transfers WHERE debit IN ('house', 'mint')), 0) AS BIGINT)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(sum)
    }

    /// The accounts whose balance is not what their transfers come to: name, balance, sum.
    pub(crate) async fn unbalanced(&self) -> Result<Vec<(String, i64, i64)>, ReadError> {
        Ok(sqlx::query_as(
            "SELECT account, amount, moved FROM (SELECT account, amount, \
             CAST(COALESCE((SELECT SUM(amount) FROM transfers WHERE credit = account), 0) \
             - COALESCE((SELECT SUM(amount) FROM transfers WHERE debit = account), 0) AS BIGINT) \
             AS moved FROM balances) AS compared WHERE amount <> moved",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    /// A session's transfers, in their order: record, debit, credit, hundredths.
    pub(crate) async fn transfers_of(
        &self,
        session: Uuid,
    ) -> Result<Vec<(u64, String, String, i64)>, ReadError> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "SELECT seq, debit, credit, amount FROM transfers WHERE source = $1 ORDER BY seq, n",
        )
        .bind(session.to_string())
        .fetch_all(&self.readers)
        .await?;
        let read = |(seq, debit, credit, amount): (i64, String, String, i64)| {
            (seq.unsigned_abs(), debit, credit, amount)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// What a session's escrows hold, in hundredths.
    pub(crate) async fn escrows_of(
        &self,
        session: Uuid,
    ) -> Result<Vec<(PlayerId, i64)>, ReadError> {
        let start = format!("escrow:{session}:");
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT account, amount FROM balances WHERE account LIKE $1")
                .bind(format!("{start}%"))
                .fetch_all(&self.readers)
                .await?;
        let read = |(account, amount): (String, i64)| {
            Some((PlayerId(Uuid::parse_str(account.strip_prefix(&start)?).ok()?), amount))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
