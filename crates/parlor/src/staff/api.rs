//! The routes of staff for programs. The pages call the same.

use super::{
    Acting, AuditQuery, Looking, Member, PlayersQuery, Sentence, TablesQuery,
    looking::{Acts, Players, Tables},
    samples::{EVERY, Sample},
};
use crate::{accounts::body, problem::Problem, site::Shared};
use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/admin/overview", get(overview))
        .route("/api/admin/sessions", get(sessions))
        .route("/api/admin/sessions/{id}/close", post(close))
        .route("/api/admin/players", get(players))
        .route("/api/admin/players/{name}/ban", post(ban))
        .route("/api/admin/players/{name}/unban", post(unban))
        .route("/api/admin/audit", get(audit))
}

#[derive(Debug, Serialize)]
struct Overview {
    every_ms: u128,
    now: Sample,
    samples: Vec<Sample>,
}

#[derive(Debug, Default, Deserialize)]
struct After {
    #[serde(default)]
    after: i64,
}

async fn overview(
    State(shared): State<Arc<Shared>>,
    _: Member,
    Query(After { after }): Query<After>,
) -> Json<Overview> {
    let (now, samples) = (shared.samples.now(&shared), shared.samples.after(after));
    Json(Overview { every_ms: EVERY.as_millis(), now, samples })
}

async fn sessions(
    State(shared): State<Arc<Shared>>,
    _: Member,
    Query(query): Query<TablesQuery>,
) -> Result<Json<Tables>, Problem> {
    Looking(&shared).tables(&query).await.map(Json)
}

async fn players(
    State(shared): State<Arc<Shared>>,
    _: Member,
    Query(query): Query<PlayersQuery>,
) -> Result<Json<Players>, Problem> {
    Looking(&shared).players(&query).await.map(Json)
}

async fn audit(
    State(shared): State<Arc<Shared>>,
    _: Member,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Acts>, Problem> {
    Looking(&shared).acts(&query).await.map(Json)
}

#[derive(Debug, Serialize)]
struct Until {
    until: Option<i64>,
}

async fn ban(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
    request: Request,
) -> Result<Json<Until>, Problem> {
    let sentence: Sentence = body(request).await?;
    let until = Acting { shared: &shared, member: &member }.ban(&name, &sentence).await?;
    Ok(Json(Until { until }))
}

async fn unban(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let sentence: Sentence = body(request).await?;
    Acting { shared: &shared, member: &member }.unban(&name, &sentence).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn close(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let sentence: Sentence = body(request).await?;
    Acting { shared: &shared, member: &member }.close(&id, &sentence).await?;
    Ok(StatusCode::NO_CONTENT)
}
