//! The open tables at which one sits, and those that one has opened.

use super::Signed;
use crate::{session::SessionId, site::Shared};
use serde::Serialize;
use std::borrow::Cow;

/// One of them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OwnTable {
    id: SessionId,
    game: &'static str,
    title: &'static str,
    /// Where its page is.
    path: String,
    stage: Cow<'static, str>,
    players: usize,
    max_players: usize,
    /// Whether one has a seat there.
    seated: bool,
    /// Whether one has opened it.
    hosting: bool,
}

/// All of them, by game, the oldest first.
pub(crate) fn own_tables(shared: &Shared, signed: &Signed) -> Vec<OwnTable> {
    let user = signed.player.id;
    let sessions = shared.seats.of(user);
    let mut tables = Vec::new();
    for game in shared.games() {
        let mut rows: Vec<_> = sessions.iter().filter_map(|id| game.get(*id)).collect();
        rows.sort_by_key(|row| row.number);
        let (name, title) = (game.name(), game.row().title);
        tables.extend(rows.into_iter().map(|row| OwnTable {
            id: row.id,
            game: name,
            title,
            path: format!("/games/{name}/session/{}", row.id),
            stage: row.stage,
            players: row.players,
            max_players: row.max_players,
            seated: game.has_seat(row.id, user),
            hosting: game.meta(row.id).is_some_and(|meta| meta.host == Some(user)),
        }));
    }
    tables
}
