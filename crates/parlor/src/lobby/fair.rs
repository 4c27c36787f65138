//! What a session has made public of its draws, for those who may read its journal.

use super::{journal::took_part, reading::Reading};
use crate::{
    accounts::Signed,
    problem::Problem,
    session::{self, SessionId, read_records},
    site::Shared,
    store::journal::first_link,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use parlor_core::{Game, PlayerId};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The proofs of one session.
#[derive(Debug, Serialize)]
pub(super) struct Fair {
    session: SessionId,
    game: &'static str,
    /// Whether the session is over, and nothing more will be shown.
    closed: bool,
    proofs: Vec<Value>,
}

pub(super) async fn fair(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Fair>, Problem> {
    let reading = Reading::of(&shared, &id).await?;
    let (id, game) = (reading.id, reading.game.clone());
    if reading.row.rules != game.rules() {
        let detail =
            "this table was begun by other rules than today's; its proofs can't be made again";
        return Err(Problem::new(StatusCode::CONFLICT, "other_rules", detail));
    }
    let read = game.proofs(id, signed.player.id, reading.is_for(&signed)).await;
    let proofs = reading.answer(read)?;
    Ok(Json(Fair { session: id, game: game.name(), closed: reading.row.closed, proofs }))
}

/// All proofs of a session; nothing, where they are for those alone who took part, and this viewer did not.
pub(crate) async fn proofs<G: Game>(
    shared: &Arc<Shared>,
    id: SessionId,
    viewer: PlayerId,
    for_all: bool,
) -> anyhow::Result<Option<Vec<Value>>> {
    let (mut records, _) = read_records::<G>(shared, id, 0, first_link(id.0)).await?;
    session::pseudonymous(&shared.store, &mut records).await?;
    if !for_all && !took_part(&records, viewer) {
        return Ok(None);
    }
    session::proofs(shared, id, records).await.map(Some)
}
