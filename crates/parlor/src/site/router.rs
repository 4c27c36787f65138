//! All routes of a site, and the layers around them.

use super::Shared;
use crate::{accounts, history, lobby, page, problem::Problem, security, settings::Limit, socket};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use parlor_core::state::panic_text;
use serde_json::json;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

pub(crate) fn router(shared: &Arc<Shared>, own: Router) -> Router {
    let with = shared.clone();
    Router::new()
        .merge(accounts::routes())
        .merge(lobby::routes())
        .merge(history::routes())
        .merge(socket::routes())
        .merge(page::routes())
        .route("/metrics", get(metrics))
        .with_state(shared.clone())
        .layer(middleware::map_response(as_problem))
        .merge(own)
        .fallback(page::fallback)
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(shared.settings.limits.body_bytes))
        .layer(middleware::from_fn_with_state(with.clone(), security::read_body))
        .layer(middleware::from_fn_with_state(with.clone(), security::refuse_cross_origin))
        .layer(middleware::from_fn_with_state(with.clone(), admit))
        // Asked also of a site that is being stopped.
        .merge(health(shared.clone()))
        .layer(middleware::from_fn_with_state(with.clone(), page::as_page))
        .layer(middleware::from_fn_with_state(with, security::cors))
        .layer(CatchPanicLayer::custom(panicked))
        // Outermost, so that refusals and panics have these headers too.
        .layer(middleware::from_fn(security::secure))
}

fn health(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(shared)
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if shared.is_draining() {
        return Problem::draining().into_response();
    }
    match shared.loaded().await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// A site that is being stopped turns everyone away; one that has just been started first gets to know its sessions.
async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if shared.is_draining() {
        return Problem::draining().into_response();
    }
    match shared.loaded().await {
        Ok(()) => {
            let response = next.run(request).await;
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                shared.metrics.hit(Limit::BodyBytes);
            }
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// A request that a library can't read, as a path that is no UTF-8, is refused as a problem too.
async fn as_problem(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let plain = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match status {
        StatusCode::PAYLOAD_TOO_LARGE if plain => Problem::too_large().into_response(),
        _ if plain && status.is_client_error() => {
            Problem::new(status, "malformed", "this request can't be read").into_response()
        }
        _ => response,
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    shared.store.take_stock();
    let text = shared.metrics.text(&shared);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over by value")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!(panic = panic_text(&*panic), "a request failed");
    Problem::internal().into_response()
}
