//! What has moved on one's account: each movement with what it was, and what was left after it.

use super::Signed;
use crate::{
    problem::Problem,
    session::SessionId,
    site::Shared,
    store::{ledger, movements::Movement},
};
use parlor_core::Account;
use serde::Serialize;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};
use uuid::Uuid;

/// How many rows a page has at the most.
pub(crate) const MOST: usize = 500;

/// An amount in hundredths that may be less than nothing; it is told with its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub(crate) struct Change(pub(super) i64);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, cents) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl From<Change> for String {
    fn from(change: Change) -> Self {
        change.to_string()
    }
}

/// One movement.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// `staked`, `returned`, `won`, `lost`, `starting_chips`, `allowance`, or `other`.
    pub(crate) what: &'static str,
    /// What it changed of what one can spend.
    pub(crate) amount: Change,
    /// What it changed of what lies at tables.
    pub(crate) staked: Change,
    /// What one could spend after it.
    pub(crate) balance: Change,
    /// The table, where there is one.
    pub(crate) session: Option<SessionId>,
    /// The game that is played there.
    pub(crate) game: Option<String>,
    /// Whether that table has closed.
    #[serde(skip)]
    pub(crate) closed: bool,
}

impl Row {
    /// What one could spend after it, in hundredths.
    pub(crate) fn cents(&self) -> i64 {
        self.balance.0
    }
}

/// A page of an account's statement, the newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Statement {
    pub(crate) rows: Vec<Row>,
    /// What asks for the page after this one; nothing where there is none.
    pub(crate) next: Option<String>,
}

/// Where a page begins: before this place, and with so much to spend there, in hundredths. It is told to whoever reads on, and
/// one who makes up another sees a statement that is wrong, and one's own all the same.
struct Cursor {
    before: i64,
    balance: Option<i64>,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self { before: i64::MAX, balance: None });
        }
        let (before, balance) = text.split_once('.')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(before) && digits(balance)).then_some(())?;
        Some(Self { before: before.parse().ok()?, balance: Some(balance.parse().ok()?) })
    }
}

/// The page of at most `count` rows that begins at a cursor; at the newest where that is empty.
pub(crate) async fn statement(
    shared: &Shared,
    signed: &Signed,
    (cursor, count): (&str, usize),
) -> Result<Statement, Problem> {
    let Cursor { before, balance } = Cursor::read(cursor).ok_or_else(|| {
        Problem::invalid_fields(
            [("before", "copy it from `next` of the page before".into())].into(),
        )
    })?;
    let (player, count) = (signed.player.id, count.clamp(1, MOST));
    // One more, to know whether there are more.
    let read = i64::try_from(count + 1).unwrap_or(i64::MAX);
    let unread = |_| Problem::internal();
    let mut own = shared.store.movements(player, before, read).await.map_err(unread)?;
    let is_all = own.len() <= count;
    own.truncate(count);
    let after = if is_all { 0 } else { own.last().map_or(0, |last| last.place - 1) };
    let of_stakes =
        shared.store.movements_of_stakes(player, (after, before)).await.map_err(unread)?;
    let balance = balance.or(own.first().map(|newest| newest.balance)).unwrap_or_default();
    let mut moved: Vec<Movement> = own.into_iter().chain(of_stakes).collect();
    moved.sort_unstable_by_key(|movement| std::cmp::Reverse(movement.place));
    let is_last = is_all && moved.len() <= count;
    moved.truncate(count);

    let sessions: BTreeSet<Uuid> =
        moved.iter().filter_map(|movement| Uuid::parse_str(&movement.source).ok()).collect();
    let games = shared.store.games_of(&sessions).await.map_err(unread)?;
    let account = ledger::key("", Account::Player(player));
    let (mut left, mut rows) = (balance, Vec::with_capacity(moved.len()));
    for movement in &moved {
        let row = row(movement, (&account, left), &games);
        left = left.saturating_sub(row.amount.0);
        rows.push(row);
    }
    let last = moved.last().filter(|_| !is_last);
    let next = last.map(|last| format!("{}.{}", last.place, left.max(0)));
    Ok(Statement { rows, next })
}

fn row(
    movement: &Movement,
    (account, balance): (&str, i64),
    games: &HashMap<Uuid, (String, bool)>,
) -> Row {
    let Movement { source, seq, debit, credit, amount, at, .. } = movement;
    let id = account.strip_prefix("player:").unwrap_or_default();
    let is_own_stake = |end: &str| end.starts_with("escrow:") && end.ends_with(id);
    let signed = |is: bool, amount: i64| if is { amount } else { 0 };
    let change = signed(credit == account, *amount) - signed(debit == account, *amount);
    let staked = signed(is_own_stake(credit), *amount) - signed(is_own_stake(debit), *amount);
    let what = match (change.signum(), staked.signum()) {
        (-1, 1) => "staked",
        (1, -1) => "returned",
        (0, -1) => "lost",
        (0, 1) => "won",
        (1, 0) if debit != ledger::MINT => "won",
        (1, 0) if *seq == 0 => "starting_chips",
        (1, 0) => "allowance",
        _ => "other",
    };
    let session = Uuid::parse_str(source).ok();
    let game = session.and_then(|session| games.get(&session));
    Row {
        at: *at,
        what,
        amount: Change(change),
        staked: Change(staked),
        balance: Change(balance),
        session: session.map(SessionId),
        game: game.map(|(game, _)| game.clone()),
        closed: game.is_some_and(|(_, closed)| *closed),
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Cursor};

    #[test]
    fn amounts_have_their_sign() {
        let told = [0, 5, -5, 123_456, -100].map(|cents| Change(cents).to_string());
        assert_eq!(told, ["0.00", "0.05", "-0.05", "1234.56", "-1.00"]);
    }

    #[test]
    fn a_page_begins_where_the_one_before_says() {
        assert!(Cursor::read("").is_some_and(|cursor| cursor.before == i64::MAX));
        assert!(Cursor::read("17.100").is_some_and(|c| (c.before, c.balance) == (17, Some(100))));
        for wrong in ["17", "x.1", "1.x", "-1.5", "1.-5", "1.2.3", "99999999999999999999.1"] {
            assert!(Cursor::read(wrong).is_none(), "{wrong}");
        }
    }
}
