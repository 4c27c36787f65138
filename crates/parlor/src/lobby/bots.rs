//! Bots at a table, for its host: to look at, to add, to send away.

use super::api::{AtTable, table};
use crate::{
    accounts::{Signed, Visitor},
    any::AnyGame,
    problem::Problem,
    session::SessionId,
    site::Shared,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/games/{game}/sessions/{id}/bots", get(bots).post(add))
        .route("/api/games/{game}/sessions/{id}/bots/{name}", delete(remove))
}

/// A bot, as its row has it.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
}

async fn bots(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(at): Path<AtTable>,
) -> Result<Json<Vec<Row>>, Problem> {
    let (game, id) = table(&shared, &visitor, &at)?;
    let names = game.bots(id).ok_or_else(Problem::no_such_session)?;
    Ok(Json(names.into_iter().map(|name| Row { name }).collect()))
}

async fn add(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(at): Path<AtTable>,
) -> Result<Response, Problem> {
    let (game, id) = hosted(&shared, signed, &at)?;
    if !game.has_bots() {
        return Err(Problem::new(StatusCode::CONFLICT, "no_bots", "this game has no bots"));
    }
    let name = game.add_bot(id).await?;
    Ok((StatusCode::CREATED, Json(Row { name })).into_response())
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path((game, id, name)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let (game, id) = hosted(&shared, signed, &(game, id))?;
    game.remove_bot(id, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The table, for its host alone.
fn hosted(
    shared: &Shared,
    signed: Signed,
    at: &AtTable,
) -> Result<(Arc<dyn AnyGame>, SessionId), Problem> {
    let player = signed.player.id;
    let (game, id) = table(shared, &Visitor(Some(signed)), at)?;
    match game.meta(id).and_then(|meta| meta.host) == Some(player) {
        true => Ok((game, id)),
        false => {
            let detail = "bots are for the one who opened the table to add and to send away";
            Err(Problem::new(StatusCode::FORBIDDEN, "not_host", detail))
        }
    }
}
