//! The page of one table.

use super::{
    Context, Instead,
    render::{log_in_first, render, see_other},
};
use crate::{accounts::Visitor, problem::Problem, session::SessionId, site::Shared};
use axum::{
    Router,
    extract::{OriginalUri, Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/games/{game}/session/{session}", get(table))
        .route("/games/{game}/session/{session}/", get(without_slash))
}

/// One table has one address, and so has its history.
pub(super) async fn without_slash(OriginalUri(uri): OriginalUri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = [(header::LOCATION, format!("{path}{query}"))];
    (StatusCode::PERMANENT_REDIRECT, location).into_response()
}

async fn table(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path((name, session)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let game = shared.game(&name)?;
    let id = session.parse::<SessionId>().ok();
    let Some(meta) = id.and_then(|id| game.meta(id)) else {
        let route = match game.redirect_to() {
            "" => format!("{name}_sessions"),
            named => named.to_owned(),
        };
        return Ok(see_other(&shared.path(&route)?));
    };
    let Some(signed) = visitor else {
        let asked_for = uri.path_and_query().map_or(uri.path(), |all| all.as_str());
        return Ok(log_in_first(asked_for));
    };
    let id = meta.id;
    let typed = query.get("invite").map(String::as_str);
    if !game.admits(id, signed.player.id, typed) {
        return Err(Problem::invite_required());
    }
    let site = shared.origins.site().as_str();
    let share_url = format!("{site}/games/{name}/session/{id}");
    // Whoever is in may hand the invitation on.
    let invite_url = meta.invite.as_ref().map(|code| format!("{share_url}?invite={code}"));
    let spectate = matches!(query.get("spectate").map(String::as_str), Some("true" | "1"));
    let mut context = Context::from([
        ("game".into(), json!(game.row())),
        ("session".into(), json!(id)),
        ("number".into(), json!(meta.number)),
        ("spectate".into(), json!(spectate)),
        ("ws_path".into(), json!(format!("/ws/{name}/{id}/"))),
        ("now".into(), json!(shared.clock.wall())),
        ("seats_bots".into(), json!(game.has_bots() && meta.host == Some(signed.player.id))),
        ("private".into(), json!(meta.private)),
        ("invite".into(), json!(meta.invite)),
        ("invite_url".into(), json!(invite_url)),
        ("share_url".into(), json!(invite_url.as_ref().unwrap_or(&share_url))),
    ]);
    match game.prepare_page(id, &signed.player, &mut context).await {
        Ok(()) => render(&shared, Some(&signed), uri.path(), game.template(), json!(context)).await,
        Err(Instead::Redirect(path)) => Ok(see_other(&path)),
        Err(Instead::Problem(problem)) => Err(problem),
    }
}
