//! What staff sees: open tables, players, and what was done, a page at a time.

use crate::{
    problem::Problem,
    session::{SessionId, Summary},
    site::Shared,
    store::{
        roster::{Known, Only},
        staff::PastAct,
    },
};
use axum::http::StatusCode;
use parlor_core::{Chips, PlayerId};
use serde::{Deserialize, Deserializer, Serialize};
use std::{
    str::FromStr,
    sync::{Arc, atomic::Ordering},
};

/// How many rows a page has.
const PAGE: usize = 50;

/// Which tables are asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct TablesQuery {
    /// Of this game alone.
    #[serde(default)]
    pub(crate) game: String,
    /// From which page on, counted from 0.
    #[serde(default, deserialize_with = "number")]
    pub(crate) page: usize,
}

/// Which players are asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PlayersQuery {
    /// How the name begins.
    #[serde(default)]
    pub(crate) name: String,
    /// `staff` or `banned`.
    #[serde(default)]
    pub(crate) only: String,
    /// The name after which to go on.
    #[serde(default)]
    pub(crate) after: String,
}

/// Which acts are asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AuditQuery {
    /// The number before which to go on; nothing for the newest.
    #[serde(default, deserialize_with = "number")]
    pub(crate) before: i64,
}

/// A number of a query; an empty one is what a form sends for none.
fn number<'de, N: FromStr + Default, D: Deserializer<'de>>(from: D) -> Result<N, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(N::default());
    }
    text.parse().map_err(|_| serde::de::Error::custom("write a whole number"))
}

/// A page of open tables.
#[derive(Debug, Serialize)]
pub(crate) struct Tables {
    pub(crate) tables: Vec<TableRow>,
    pub(crate) total: usize,
    pub(crate) page: usize,
    pub(crate) pages: usize,
}

/// An open table.
#[derive(Debug, Serialize)]
pub(crate) struct TableRow {
    pub(crate) game: &'static str,
    pub(crate) title: &'static str,
    #[serde(flatten)]
    pub(crate) summary: Summary,
    /// When it was opened.
    pub(crate) opened: Option<i64>,
    /// When something happened at it last; nothing where that was before the server was started.
    pub(crate) moved: Option<i64>,
}

/// A page of players.
#[derive(Debug, Serialize)]
pub(crate) struct Players {
    pub(crate) players: Vec<PlayerRow>,
    /// After which name the next page begins, if there is one.
    pub(crate) next: Option<String>,
}

/// A player.
#[derive(Debug, Serialize)]
pub(crate) struct PlayerRow {
    pub(crate) username: String,
    pub(crate) guest: bool,
    pub(crate) staff: bool,
    pub(crate) balance: Chips,
    pub(crate) created: i64,
    pub(crate) seen: Option<i64>,
    pub(crate) log_ins: i64,
    pub(crate) sockets: usize,
    /// Where one sits, or is the host.
    pub(crate) tables: Vec<At>,
    pub(crate) banned: Option<Shut>,
}

/// A table that somebody has a part in.
#[derive(Debug, Serialize)]
pub(crate) struct At {
    pub(crate) game: &'static str,
    pub(crate) id: SessionId,
    pub(crate) private: bool,
}

/// That somebody is shut out.
#[derive(Debug, Serialize)]
pub(crate) struct Shut {
    pub(crate) since: i64,
    pub(crate) until: Option<i64>,
    pub(crate) reason: String,
    /// Whether it has not ended by itself.
    pub(crate) holds: bool,
}

/// A page of the audit log.
#[derive(Debug, Serialize)]
pub(crate) struct Acts {
    pub(crate) acts: Vec<PastAct>,
    /// Before which number the next page begins, if there is one.
    pub(crate) next: Option<i64>,
}

/// A member of staff who looks at something.
#[derive(Debug)]
pub(crate) struct Looking<'a>(pub(crate) &'a Arc<Shared>);

impl Looking<'_> {
    /// Open tables, private ones too: those at which something happened last come first.
    pub(crate) async fn tables(&self, query: &TablesQuery) -> Result<Tables, Problem> {
        let Self(shared) = self;
        let games =
            shared.games().filter(|game| query.game.is_empty() || game.name() == query.game);
        let mut tables: Vec<TableRow> = games
            .flat_map(|game| {
                let (name, title) = (game.name(), game.row().title);
                game.list().into_iter().map(move |summary| {
                    let meta = game.meta(summary.id);
                    let moved = meta.map(|meta| meta.moved.load(Ordering::Relaxed));
                    let moved = moved.filter(|moved| *moved > 0);
                    TableRow { game: name, title, summary, opened: None, moved }
                })
            })
            .collect();
        tables.sort_by_key(|row| (std::cmp::Reverse(row.moved), row.game, row.summary.number));
        let total = tables.len();
        let pages = total.div_ceil(PAGE).max(1);
        let page = query.page.min(pages - 1);
        let mut tables: Vec<TableRow> = tables.drain(..).skip(page * PAGE).take(PAGE).collect();
        let ids: Vec<_> = tables.iter().map(|row| row.summary.id.0).collect();
        let opened = shared.store.opened(&ids).await.map_err(|_| Problem::internal())?;
        for row in &mut tables {
            row.opened = opened.get(&row.summary.id.0).copied();
        }
        Ok(Tables { tables, total, page, pages })
    }

    /// Players by how their names begin.
    pub(crate) async fn players(&self, query: &PlayersQuery) -> Result<Players, Problem> {
        let Self(shared) = self;
        let only = match &*query.only {
            "" => Only::Everyone,
            "staff" => Only::Staff,
            "banned" => Only::Banned,
            _ => {
                let detail = "only: write staff or banned, or leave it out";
                return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail));
            }
        };
        // One more tells whether there is a next page.
        let asked = shared.store.roster(&query.name, &query.after, only, PAGE + 1);
        let mut known = asked.await.map_err(|_| Problem::internal())?;
        let more = known.len() > PAGE;
        known.truncate(PAGE);
        let next = known.last().filter(|_| more).map(|last| last.name.clone());
        Ok(Players { players: known.into_iter().map(|known| self.player(known)).collect(), next })
    }

    fn player(&self, known: Known) -> PlayerRow {
        let now = self.0.clock.wall();
        let shut = |banned: crate::store::roster::Banned| Shut {
            holds: banned.holds_at(now),
            since: banned.since,
            until: banned.until,
            reason: banned.reason,
        };
        PlayerRow {
            username: known.name,
            guest: known.guest,
            staff: known.staff,
            balance: known.balance,
            created: known.created,
            seen: known.seen,
            log_ins: known.log_ins,
            sockets: self.0.sockets.of(known.id),
            tables: self.at(known.id),
            banned: known.banned.map(shut),
        }
    }

    fn at(&self, player: PlayerId) -> Vec<At> {
        let at = |id: SessionId| {
            let mut games = self.0.games();
            let (game, meta) = games.find_map(|game| Some((game, game.meta(id)?)))?;
            Some(At { game: game.name(), id, private: meta.private })
        };
        self.0.seats.of(player).into_iter().filter_map(at).collect()
    }

    /// What staff did, the newest first.
    pub(crate) async fn acts(&self, query: &AuditQuery) -> Result<Acts, Problem> {
        let before = if query.before > 0 { query.before } else { i64::MAX };
        let asked = self.0.store.acts(before, PAGE + 1).await;
        let mut acts = asked.map_err(|_| Problem::internal())?;
        let more = acts.len() > PAGE;
        acts.truncate(PAGE);
        let next = acts.last().filter(|_| more).map(|last| last.n);
        Ok(Acts { acts, next })
    }
}
