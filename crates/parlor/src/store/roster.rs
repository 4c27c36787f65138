//! Accounts as staff sees them: by name, and who is shut out.

use super::{ReadError, Store, many};
use parlor_core::{Chips, PlayerId};
use std::collections::HashMap;
use uuid::Uuid;

/// That somebody is shut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Banned {
    pub(crate) since: i64,
    /// When it ends by itself.
    pub(crate) until: Option<i64>,
    pub(crate) reason: String,
}

impl Banned {
    fn read((since, until, reason): Ban) -> Option<Self> {
        Some(Self { since: since?, until, reason: reason.unwrap_or_default() })
    }

    /// Whether it has not ended by then.
    pub(crate) fn holds_at(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// An account, as staff sees it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: PlayerId,
    pub(crate) name: String,
    pub(crate) guest: bool,
    pub(crate) created: i64,
    pub(crate) staff: bool,
    /// That it is shut out, or was and nobody has lifted what has ended by itself.
    pub(crate) banned: Option<Banned>,
    pub(crate) balance: Chips,
    pub(crate) log_ins: i64,
    /// When a log-in of its was used last.
    pub(crate) seen: Option<i64>,
}

/// Which accounts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Only {
    /// All of them.
    #[default]
    Everyone,
    /// Those of the staff.
    Staff,
    /// Those that were shut out, and not let in again.
    Banned,
}

type Ban = (Option<i64>, Option<i64>, Option<String>);

type Row = (
    String,
    String,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    i64,
    i64,
    Option<i64>,
);

fn read(row: Row) -> Option<Known> {
    let (id, name, guest, created, staff, banned, until, reason, balance, log_ins, seen) = row;
    Some(Known {
        id: PlayerId(Uuid::parse_str(&id).ok()?),
        name,
        guest: guest != 0,
        created,
        staff: staff != 0,
        banned: Banned::read((banned, until, reason)),
        balance: Chips::try_from_cents(balance)?,
        log_ins,
        seen,
    })
}

impl Store {
    /// The accounts whose names begin like this and come after that one, in the order of their names in lower case, and so many
    /// at the most.
    pub(crate) async fn roster(
        &self,
        begin: &str,
        after: &str,
        only: Only,
        count: usize,
    ) -> Result<Vec<Known>, ReadError> {
        // As the index of those says it.
        const APART: &str = "AND (staff = 1 OR banned IS NOT NULL)";
        let only = match only {
            Only::Everyone => String::new(),
            Only::Staff => format!("{APART} AND staff = 1"),
            Only::Banned => format!("{APART} AND banned IS NOT NULL"),
        };
        let sql = format!(
            "SELECT id, name, password IS NULL, created, staff, banned, banned_until, banned_for, \
             COALESCE((SELECT amount FROM balances WHERE account = 'player:' || id), 0), \
             (SELECT COUNT(*) FROM tokens WHERE account = id), \
             (SELECT MAX(seen) FROM tokens WHERE account = id) \
             FROM accounts WHERE name_key >= $1 AND name_key < $2 AND name_key > $3 {only} \
             ORDER BY name_key LIMIT $4"
        );
        let begin = begin.to_ascii_lowercase();
        // Names are ASCII: all that begin so come before this.
        let end = format!("{begin}\u{7f}");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(begin)
            .bind(end)
            .bind(after.to_ascii_lowercase())
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// The account of that name, in any case, as staff sees it.
    pub(crate) async fn known(&self, name: &str) -> Result<Option<Known>, ReadError> {
        // Of those that begin so, it is the first.
        let first = self.roster(name, "", Only::Everyone, 1).await?;
        Ok(first.into_iter().find(|known| known.name.eq_ignore_ascii_case(name)))
    }

    /// That this account is shut out, or was and nobody has lifted what has ended by itself.
    pub(crate) async fn banned(&self, account: PlayerId) -> Result<Option<Banned>, ReadError> {
        let row: Option<Ban> =
            sqlx::query_as("SELECT banned, banned_until, banned_for FROM accounts WHERE id = $1")
                .bind(account.to_string())
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.and_then(Banned::read))
    }

    /// When these sessions were opened.
    pub(crate) async fn opened(&self, sessions: &[Uuid]) -> Result<HashMap<Uuid, i64>, ReadError> {
        let mut opened = HashMap::with_capacity(sessions.len());
        for group in many::groups(sessions) {
            let places = many::places(1, group.len());
            let sql = format!("SELECT id, created FROM sessions WHERE id IN {places}");
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
            for session in group {
                query = query.bind(session.to_string());
            }
            let rows: Vec<(String, i64)> = query.fetch_all(&self.readers).await?;
            let read = |(id, at): (String, i64)| Some((Uuid::parse_str(&id).ok()?, at));
            opened.extend(rows.into_iter().filter_map(read));
        }
        Ok(opened)
    }
}
