//! The ledger: every movement of chips is a transfer between two accounts, and the sum over all accounts is always zero.

use super::{ReadError, Store, balances::Asked, many};
use parlor_core::{Account, Chips, PlayerId, Transfer};
use sqlx::AnyConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where new chips come from.
pub(crate) const MINT: &str = "mint";

/// Where a transfer comes from: `source` and `seq` name it, together with its place in the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// A session's id, or what else made it.
    pub(super) source: &'a str,
    /// The record's number.
    pub(super) seq: i64,
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
}

/// One movement of chips, as it is booked.
#[derive(Debug)]
pub(super) struct Booking<'a> {
    source: Source<'a>,
    n: i64,
    debit: String,
    credit: String,
    amount: i64,
}

/// The transfers of a session's record, as they are booked.
pub(super) fn bookings<'a>(
    source: Source<'a>,
    transfers: &'a [Transfer],
) -> impl Iterator<Item = Booking<'a>> {
    (0_i64..).zip(transfers).map(move |(n, Transfer { from, to, amount })| Booking {
        source,
        n,
        debit: key(source.source, *from),
        credit: key(source.source, *to),
        amount: amount.cents(),
    })
}

/// Books these, and moves what they come to on each account.
///
/// # Errors
/// An account that would be overdrawn, or that is not there.
pub(super) async fn book(
    connection: &mut AnyConnection,
    bookings: &[Booking<'_>],
) -> Result<(), sqlx::Error> {
    for group in many::groups(bookings) {
        let sql = format!(
            "INSERT INTO transfers (source, seq, n, debit, credit, amount, at) VALUES {}",
            many::places(group.len(), 7)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for Booking { source: Source { source, seq, at }, n, debit, credit, amount } in group {
            query = query.bind(*source).bind(seq).bind(n).bind(debit).bind(credit);
            query = query.bind(amount).bind(at);
        }
        query.execute(&mut *connection).await?;
    }
    let mut moved: BTreeMap<&str, Moved> = BTreeMap::new();
    for Booking { debit, credit, amount, .. } in bookings {
        for (account, change) in [(&**debit, -amount), (&**credit, *amount)] {
            if has_balance(account) {
                moved.entry(account).or_default().by(change)?;
            }
        }
    }
    // First down to where each account was at its lowest, which the database forbids below zero, and up from there.
    let less: Vec<(&str, i64)> = moved.iter().map(|(of, moved)| (*of, moved.lowest)).collect();
    let more: Vec<(&str, i64)> =
        moved.iter().map(|(of, moved)| (*of, moved.sum - moved.lowest)).collect();
    let [less, more] = [less, more]
        .map(|changes| changes.into_iter().filter(|(_, change)| *change != 0).collect::<Vec<_>>());
    for group in many::groups(&less) {
        let sql = format!(
            "WITH less (account, amount) AS (VALUES {}) UPDATE balances \
             SET amount = balances.amount + less.amount FROM less \
             WHERE balances.account = less.account",
            many::places(group.len(), 2)
        );
        let taken = change(connection, sql, group).await?;
        if taken != group.len() as u64 {
            return Err(sqlx::Error::RowNotFound);
        }
    }
    for group in many::groups(&more) {
        let sql = format!(
            "INSERT INTO balances (account, amount) VALUES {} \
             ON CONFLICT (account) DO UPDATE SET amount = balances.amount + excluded.amount",
            many::places(group.len(), 2)
        );
        change(connection, sql, group).await?;
    }
    Ok(())
}

/// What bookings, one after the other, come to on one account.
#[derive(Debug, Default)]
struct Moved {
    sum: i64,
    /// The least that the sum was on the way, from zero.
    lowest: i64,
}

impl Moved {
    fn by(&mut self, change: i64) -> Result<(), sqlx::Error> {
        self.sum = self.sum.checked_add(change).ok_or(sqlx::Error::RowNotFound)?;
        self.lowest = self.lowest.min(self.sum);
        Ok(())
    }
}

/// Changes the balances of these accounts, and says how many rows that were.
async fn change(
    connection: &mut AnyConnection,
    sql: String,
    group: &[(&str, i64)],
) -> Result<u64, sqlx::Error> {
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for (account, amount) in group {
        query = query.bind(*account).bind(amount);
    }
    Ok(query.execute(connection).await?.rows_affected())
}

/// Gives a new account its first chips.
pub(super) async fn mint(
    connection: &mut AnyConnection,
    player: PlayerId,
    amount: Chips,
    at: i64,
) -> Result<(), sqlx::Error> {
    let credit = key("", Account::Player(player));
    sqlx::query("INSERT INTO balances (account, amount) VALUES ($1, 0)")
        .bind(&credit)
        .execute(&mut *connection)
        .await?;
    if amount.is_zero() {
        return Ok(());
    }
    from_the_mint(connection, player, amount, (0, at)).await
}

/// What made the transfers that an account itself is the reason of: number 0 are its first chips, and that of a day is the
/// day's allowance.
pub(super) fn account_source(player: PlayerId) -> String {
    format!("account:{player}")
}

/// Gives a player new chips, once for each number.
pub(super) async fn from_the_mint(
    connection: &mut AnyConnection,
    player: PlayerId,
    amount: Chips,
    (seq, at): (i64, i64),
) -> Result<(), sqlx::Error> {
    let source = account_source(player);
    let source = Source { source: &source, seq, at };
    let (credit, amount) = (key("", Account::Player(player)), amount.cents());
    book(connection, &[Booking { source, n: 0, debit: MINT.into(), credit, amount }]).await
}

/// Takes what a player has back into the mint.
pub(super) async fn to_the_mint(
    connection: &mut AnyConnection,
    player: PlayerId,
    at: i64,
) -> Result<(), sqlx::Error> {
    let debit = key("", Account::Player(player));
    let left: Option<(i64,)> =
        sqlx::query_as("SELECT amount FROM balances WHERE account = $1 AND amount > 0")
            .bind(&debit)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((amount,)) = left else { return Ok(()) };
    let source = format!("deletion:{player}");
    let (seq,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM transfers WHERE source = $1")
        .bind(&source)
        .fetch_one(&mut *connection)
        .await?;
    let source = Source { source: &source, seq, at };
    book(connection, &[Booking { source, n: 0, debit, credit: MINT.into(), amount }]).await
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
        let reading = match self.balances.ask(player) {
            Asked::Known(chips) => return Ok(chips),
            Asked::Unknown(reading) => reading,
        };
        let chips = self.read_balance(player).await?;
        self.balances.read(player, reading, chips);
        Ok(chips)
    }

    /// The first chips of an account that was just made.
    pub(crate) fn new_balance(&self, player: PlayerId, chips: Chips) {
        if let Asked::Unknown(reading) = self.balances.ask(player) {
            self.balances.read(player, reading, chips);
        }
    }

    /// How many balances are known without asking the database.
    pub(crate) fn balances_known(&self) -> usize {
        self.balances.count()
    }

    async fn read_balance(&self, player: PlayerId) -> Result<Chips, ReadError> {
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
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT account, amount FROM balances WHERE account >= $1 AND account < $2",
        )
        .bind(&start)
        // The character after the colon.
        .bind(format!("escrow:{session};"))
        .fetch_all(&self.readers)
        .await?;
        let read = |(account, amount): (String, i64)| {
            Some((PlayerId(Uuid::parse_str(account.strip_prefix(&start)?).ok()?), amount))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
