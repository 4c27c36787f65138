//! The routes for programs: a page of a session's history, and the link that shares it.

use super::{
    Asked,
    eyes::{eyes, place, row},
    page::{HistoryPage, LONGEST, REACH, USUAL},
    sharing,
};
use crate::{accounts::Visitor, problem::Problem, site::Shared};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::get,
};
use std::{collections::BTreeMap, str::FromStr, sync::Arc};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/api/sessions/{id}/history", get(history)).route(
        "/api/sessions/{id}/share",
        get(sharing::state).post(sharing::make).delete(sharing::take_back),
    )
}

/// For those who may read the journal, and for whoever holds a share.
async fn history(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<HistoryPage>, Problem> {
    let from = number(&query, "from", 1, u64::MAX - LONGEST)?;
    let limit = number(&query, "limit", USUAL, LONGEST)?;
    let rounds = query.get("rounds").is_some_and(|rounds| rounds == "true");
    let row = row(&shared, &id).await?;
    let share = query.get("share").map(String::as_str);
    let eyes = eyes(&shared, &row, visitor.as_ref(), share).await?;
    let game = shared.game(&row.game).map_err(|_| Problem::no_such_session())?;
    let _place = place(&shared)?;
    game.history(&row, Asked { from, limit, rounds, reach: REACH, eyes }).await.map(Json)
}

/// A number of a query, from 1 on.
fn number(
    query: &BTreeMap<String, String>,
    name: &str,
    usual: u64,
    most: u64,
) -> Result<u64, Problem> {
    let Some(written) = query.get(name) else { return Ok(usual) };
    let number = u64::from_str(written).ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        Problem::malformed(match name {
            "limit" => format!("limit: write a number from 1 to {most}"),
            _ => format!("{name}: write the number of a record, from 1 on"),
        })
    })
}
