//! What has moved on one player's account, the newest first.
//!
//! It is read along the indexes of transfers by their ends, whose entries lie in the order in which they were booked: as much
//! of it as is asked for, however much there is.

use super::{ReadError, Store, ledger, many};
use parlor_core::{Account, PlayerId};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// How many are read at a time by who adds up a day.
const PAGE: i64 = 256;

/// How many of one's own movements are looked at for stakes that were lost or passed on.
const STAKES: i64 = 1_000;

/// One movement of chips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Movement {
    /// Its place in the order in which all were booked.
    pub(crate) place: i64,
    /// The session, or what else made it.
    pub(crate) source: String,
    /// The record's number.
    pub(crate) seq: i64,
    pub(crate) debit: String,
    pub(crate) credit: String,
    /// In hundredths.
    pub(crate) amount: i64,
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    /// What is on the player's account now, in hundredths.
    pub(crate) balance: i64,
}

type Row = (i64, String, i64, String, String, i64, i64, i64);

fn read((place, source, seq, debit, credit, amount, at, balance): Row) -> Movement {
    Movement { place, source, seq, debit, credit, amount, at, balance }
}

const OWN: &str = "\
    SELECT place, source, seq, debit, credit, amount, at, \
    CAST(COALESCE((SELECT amount FROM balances WHERE account = $1), 0) AS BIGINT) AS balance \
    FROM (SELECT * FROM (SELECT rowid AS place, source, seq, debit, credit, amount, at \
    FROM transfers WHERE debit = $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3) \
    UNION ALL SELECT * FROM (SELECT rowid AS place, source, seq, debit, credit, amount, at \
    FROM transfers WHERE credit = $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3)) \
    ORDER BY place DESC LIMIT $3";

impl Store {
    /// The movements of a player's account that were booked before that one, the newest first.
    pub(crate) async fn movements(
        &self,
        player: PlayerId,
        before: i64,
        count: i64,
    ) -> Result<Vec<Movement>, ReadError> {
        let account = ledger::key("", Account::Player(player));
        let rows: Vec<Row> = sqlx::query_as(OWN)
            .bind(account)
            .bind(before)
            .bind(count)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// What became of a player's stakes between two places, both left out: what the house or another player took of them, and
    /// what came to them from another player. In no order.
    pub(crate) async fn movements_of_stakes(
        &self,
        player: PlayerId,
        (after, before): (i64, i64),
    ) -> Result<Vec<Movement>, ReadError> {
        let own = ledger::key("", Account::Player(player));
        let lately = self.movements(player, before, STAKES).await?;
        let staked = lately.into_iter().flat_map(|movement| [movement.debit, movement.credit]);
        let escrows: BTreeSet<String> = staked.filter(|end| end.starts_with("escrow:")).collect();
        let escrows: Vec<String> = escrows.into_iter().collect();
        let mut moved = Vec::new();
        for group in many::groups(&escrows) {
            let places = many::places(1, group.len());
            for (end, other) in [("debit", "credit"), ("credit", "debit")] {
                let sql = format!(
                    "SELECT rowid AS place, source, seq, debit, credit, amount, at, 0 AS balance \
                     FROM transfers WHERE {end} IN {places} AND {other} <> ? \
                     AND rowid > ? AND rowid < ?"
                );
                let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
                for escrow in group {
                    query = query.bind(escrow);
                }
                let query = query.bind(&own).bind(after).bind(before);
                let rows: Vec<Row> = query.fetch_all(&self.readers).await?;
                moved.extend(rows.into_iter().map(read));
            }
        }
        Ok(moved)
    }

    /// What went out of a player's account for stakes from one time to another, less what came back, in hundredths.
    pub(crate) async fn went_out(
        &self,
        player: PlayerId,
        from: i64,
        to: i64,
    ) -> Result<i64, ReadError> {
        let account = ledger::key("", Account::Player(player));
        let (mut out, mut before) = (0, i64::MAX);
        loop {
            let page = self.movements(player, before, PAGE).await?;
            let in_time = |movement: &&Movement| from <= movement.at && movement.at < to;
            for Movement { debit, credit, amount, .. } in page.iter().filter(in_time) {
                match ledger::MINT {
                    mint if debit == mint || credit == mint => {}
                    _ if *debit == account => out += amount,
                    _ => out -= amount,
                }
            }
            // Sessions have clocks of their own, which may be ahead of each other by a little.
            let Some(last) = page.last().filter(|_| page.iter().any(|moved| moved.at >= from))
            else {
                return Ok(out);
            };
            before = last.place;
        }
    }

    /// The games of these sessions, and whether each has closed.
    pub(crate) async fn games_of(
        &self,
        sessions: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, (String, bool)>, ReadError> {
        let sessions: Vec<String> = sessions.iter().map(Uuid::to_string).collect();
        let mut games = HashMap::with_capacity(sessions.len());
        for group in many::groups(&sessions) {
            let places = many::places(1, group.len());
            let sql = format!("SELECT id, game, closed FROM sessions WHERE id IN {places}");
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
            for session in group {
                query = query.bind(session);
            }
            let rows: Vec<(String, String, Option<i64>)> = query.fetch_all(&self.readers).await?;
            games.extend(rows.into_iter().filter_map(|(id, game, closed)| {
                Some((Uuid::parse_str(&id).ok()?, (game, closed.is_some())))
            }));
        }
        Ok(games)
    }

    /// How the database finds a player's movements, as it tells it.
    #[cfg(test)]
    pub(super) async fn plan_of_movements(&self) -> Result<Vec<String>, ReadError> {
        let sql = format!("EXPLAIN QUERY PLAN {OWN}");
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind("player:x")
            .bind(i64::MAX)
            .bind(50_i64)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(|(.., detail)| detail).collect())
    }
}
