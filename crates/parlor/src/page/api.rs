//! The page that shows what programs can ask: the same document that they get.

use super::render::render;
use crate::{accounts::Visitor, api, problem::Problem, site::Shared};
use axum::{Router, extract::State, response::Response, routing::get};
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/api/", get(page))
}

async fn page(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Response, Problem> {
    let own = json!({ "groups": api::groups(), "shapes": api::shapes() });
    render(&shared, visitor.as_ref(), "/api/", "api.html", own).await
}
