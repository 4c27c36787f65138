//! Games, their tables, tickets for sockets, journals, and proofs.

use super::bots;
use super::{fair::fair, reading::Reading};
use crate::{
    accounts::{Signed, Visitor, body},
    any::{AnyGame, GameRow},
    problem::Problem,
    session::{Meta, NewSession, Seated, SessionId, Summary},
    site::Shared,
};
use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/games", get(games))
        .route("/api/games/{game}/sessions", get(sessions).post(open))
        .route("/api/games/{game}/sessions/{id}", get(session))
        .route("/api/games/{game}/quick-play", post(quick_play))
        .merge(bots::routes())
        .route("/api/ws-ticket", post(ticket))
        .route("/api/sessions/{id}/journal", get(journal))
        .route("/api/sessions/{id}/fair", get(fair))
}

async fn games(State(shared): State<Arc<Shared>>) -> Json<Vec<GameRow>> {
    Json(shared.games().map(|game| game.row()).collect())
}

async fn sessions(
    State(shared): State<Arc<Shared>>,
    Path(game): Path<String>,
) -> Result<Json<Vec<Summary>>, Problem> {
    Ok(Json(rows(&*shared.game(&game)?)))
}

/// A game's public tables.
pub(crate) fn rows(game: &dyn AnyGame) -> Vec<Summary> {
    game.list().into_iter().filter(|row| !row.private).collect()
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    private: bool,
    #[serde(default)]
    options: serde_json::Value,
}

#[derive(Debug, Serialize)]
struct Created {
    id: SessionId,
    url: String,
    ws_url: String,
    invite: Option<String>,
}

async fn open(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(game): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let game = shared.game(&game)?;
    let Wanted { private, options } = body(request).await?;
    if !(options.is_null() || options.is_object()) {
        let detail = "options: write an object";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_data", detail));
    }
    let meta = create(&shared, &*game, &signed, private, options).await?;
    Ok(created(&shared, game.name(), &meta, StatusCode::CREATED))
}

/// The way to a table.
fn created(shared: &Shared, game: &str, meta: &Meta, status: StatusCode) -> Response {
    let site = shared.origins.site().as_str();
    let ws_site = site.replacen("http", "ws", 1);
    let id = meta.id;
    let created = Created {
        id,
        url: format!("{site}/games/{game}/session/{id}"),
        ws_url: format!("{ws_site}/ws/{game}/{id}/"),
        invite: meta.invite.clone(),
    };
    (status, Json(created)).into_response()
}

/// A seat at the best table: 201 where it was opened for it, else 200.
async fn quick_play(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(game): Path<String>,
) -> Result<Response, Problem> {
    let game = shared.game(&game)?;
    let Seated { meta, new } = game.quick_play(&signed).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(created(&shared, game.name(), &meta, status))
}

/// Opens a table, for a page or a program.
pub(crate) async fn create(
    shared: &Shared,
    game: &dyn AnyGame,
    signed: &Signed,
    private: bool,
    options: serde_json::Value,
) -> Result<Arc<Meta>, Problem> {
    if shared.is_draining() {
        return Err(Problem::draining());
    }
    game.create(NewSession { host: Some(signed.player.id), private, options }).await
}

async fn session(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(at): Path<AtTable>,
) -> Result<Json<Summary>, Problem> {
    let (game, id) = table(&shared, &visitor, &at)?;
    game.get(id).map(Json).ok_or_else(Problem::no_such_session)
}

/// What addresses call a table: its game, and its id.
pub(super) type AtTable = (String, String);

/// The table, where this visitor may know of it.
pub(super) fn table(
    shared: &Shared,
    visitor: &Visitor,
    (game, id): &AtTable,
) -> Result<(Arc<dyn AnyGame>, SessionId), Problem> {
    let game = shared.game(game)?;
    let id: SessionId = id.parse().map_err(|_| Problem::no_such_session())?;
    let row = game.get(id).ok_or_else(Problem::no_such_session)?;
    let known = visitor.0.as_ref().is_some_and(|signed| game.admits(id, signed.player.id, None));
    if row.private && !known {
        return Err(Problem::no_such_session());
    }
    Ok((game, id))
}

#[derive(Debug, Deserialize)]
struct TicketFor {
    session: String,
    #[serde(default)]
    invite: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ticket {
    ticket: String,
}

async fn ticket(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let TicketFor { session, invite } = body(request).await?;
    let id: SessionId = session.parse().map_err(|_| Problem::no_such_session())?;
    let game = shared.games().find(|game| game.exists(id)).ok_or_else(Problem::no_such_session)?;
    if !game.admits(id, signed.player.id, invite.as_deref()) {
        return Err(Problem::invite_required());
    }
    let ticket = shared.tickets.issue(signed, id.0).reveal().to_owned();
    Ok((StatusCode::CREATED, Json(Ticket { ticket })).into_response())
}

async fn journal(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Vec<serde_json::Value>>, Problem> {
    let reading = Reading::of(&shared, &id).await?;
    let for_all = reading.is_for(&signed);
    let read = reading.game.journal(reading.id, signed.player.id, for_all).await;
    reading.answer(read).map(Json)
}
