//! The page on which a session is played back.

use super::{
    render::{log_in_first, render},
    table::without_slash,
};
use crate::{accounts::Visitor, history, problem::Problem, site::Shared};
use axum::{
    Router,
    extract::{OriginalUri, Path, Query, State},
    response::Response,
    routing::get,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/history/{session}", get(history))
        .route("/history/{session}/", get(without_slash))
}

async fn history(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(session): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let row = history::row(&shared, &session).await?;
    let share = query.get("share").map(String::as_str);
    if visitor.is_none() && share.is_none() {
        return Ok(log_in_first(uri.path()));
    }
    let eyes = history::eyes(&shared, &row, visitor.as_ref(), share).await?;
    let game = shared.game(&row.game).map_err(|_| Problem::no_such_session())?;
    let name = game.name();
    let (board, id) = (format!("{name}/_board.html"), row.id);
    // What a game has of its own to show a view with.
    let own = |file: String| shared.statics.at(&file).is_some().then_some(file);
    let own = json!({
        "game": game.row(),
        "session": id,
        "private": row.private,
        "finished": row.closed,
        "shared_by": eyes.shared_by,
        "api": format!("/api/sessions/{id}"),
        "board": shared.templates.has(&board).then_some(&board),
        "board_script": own(format!("{name}-board.js")),
        "board_style": own(format!("{name}-board.css")).or_else(|| own(format!("{name}.css"))),
        "story_script": own(format!("{name}-story.js")),
    });
    render(&shared, visitor.as_ref(), uri.path(), "history.html", own).await
}
