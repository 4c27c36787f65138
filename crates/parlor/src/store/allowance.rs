//! The daily allowance: chips from the mint for one who has next to nothing.

use super::{ReadError, Store, Write, ledger};
use parlor_core::{Account, Chips, PlayerId};
use sqlx::AnyConnection;

/// How many of one's last stakes are looked at for chips that still lie at a table.
const STAKES: i64 = 1_000;

/// What the allowance of a day is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Who has this or more gets nothing.
    pub(crate) below: Chips,
    /// What one has afterwards.
    pub(crate) up_to: Chips,
    /// The day of UTC, counted from 1970.
    pub(crate) day: i64,
    /// When that day began, in milliseconds since 1970.
    pub(crate) since: i64,
}

/// What somebody comes to who asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// So much is given, or would be.
    Due(Chips),
    /// So much is there to play with, and so much is staked.
    NotBroke(Chips, Chips),
    /// The day's allowance was given already, or the chips that an account begins with.
    Given,
}

/// Somebody claims the allowance of a day. It is given once: the transfer's id is the day's.
#[derive(Debug)]
pub(crate) struct ClaimAllowance {
    pub(crate) account: PlayerId,
    pub(crate) allowance: Allowance,
    pub(crate) at: i64,
}

impl Write for ClaimAllowance {
    type Out = Claim;

    async fn run(&self, connection: &mut AnyConnection) -> Result<Claim, sqlx::Error> {
        let claim = judge(connection, self.account, self.allowance).await?;
        if let Claim::Due(amount) = claim {
            let id = (self.allowance.day, self.at);
            ledger::from_the_mint(connection, self.account, amount, id).await?;
        }
        Ok(claim)
    }
}

async fn judge(
    connection: &mut AnyConnection,
    player: PlayerId,
    allowance: Allowance,
) -> Result<Claim, sqlx::Error> {
    let Allowance { below, up_to, day, since } = allowance;
    let (created,): (i64,) =
        sqlx::query_as("SELECT created FROM accounts WHERE id = $1 AND deleted IS NULL")
            .bind(player.to_string())
            .fetch_one(&mut *connection)
            .await?;
    let given: Option<(i64,)> =
        sqlx::query_as("SELECT at FROM transfers WHERE source = $1 AND seq = $2")
            .bind(ledger::account_source(player))
            .bind(day)
            .fetch_optional(&mut *connection)
            .await?;
    if created >= since || given.is_some() {
        return Ok(Claim::Given);
    }
    let (balance, staked): (i64, i64) = sqlx::query_as(
        "SELECT CAST(COALESCE((SELECT amount FROM balances WHERE account = $1), 0) AS BIGINT), \
         CAST(COALESCE((SELECT SUM(amount) FROM balances WHERE account IN (SELECT credit FROM \
         transfers WHERE debit = $1 ORDER BY rowid DESC LIMIT $2)), 0) AS BIGINT)",
    )
    .bind(ledger::key("", Account::Player(player)))
    .bind(STAKES)
    .fetch_one(&mut *connection)
    .await?;
    let [balance, staked] =
        [balance, staked].map(|cents| Chips::try_from_cents(cents).unwrap_or_default());
    let due = up_to.checked_sub(balance).filter(|due| !due.is_zero());
    Ok(match due {
        Some(due) if balance < below && staked.is_zero() => Claim::Due(due),
        _ => Claim::NotBroke(balance, staked),
    })
}

impl Store {
    /// What somebody would come to who asked for the allowance now.
    pub(crate) async fn claim_on(
        &self,
        player: PlayerId,
        allowance: Allowance,
    ) -> Result<Claim, ReadError> {
        let mut connection = self.readers.acquire().await?;
        Ok(judge(&mut connection, player, allowance).await?)
    }
}
