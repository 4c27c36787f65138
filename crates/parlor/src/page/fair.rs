//! The page on which anyone who was there checks a session's draws.

use super::render::{log_in_first, render};
use crate::{accounts::Visitor, lobby::Reading, problem::Problem, site::Shared};
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/fair/{session}", get(fair))
}

/// The page asks for the proofs itself, and so it can be checked what it was told.
async fn fair(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(session): Path<String>,
) -> Result<Response, Problem> {
    let reading = Reading::of(&shared, &session).await?;
    let (id, path) = (reading.id, format!("/fair/{}", reading.id));
    let Some(signed) = visitor else {
        return Ok(log_in_first(&path));
    };
    if !reading.is_for(&signed) {
        let took_part = reading.game.journal(id, signed.player.id, false).await;
        reading.answer(took_part)?;
    }
    let own = json!({
        "game": reading.game.row(),
        "session": id,
        "closed": reading.row.closed,
    });
    render(&shared, Some(&signed), &path, "fair.html", own).await
}
