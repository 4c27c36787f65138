//! Requests that change something, and come from a page of another origin.

use crate::{
    accounts::{has_bearer, has_cookie},
    problem::Problem,
    site::Shared,
};
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Refuses an unsafe request that another origin's page has sent, and one with a cookie that does not say where it is from.
///
/// A bearer token is nothing that a browser adds by itself, so a request with one may come from anywhere. A log-in form
/// sent from elsewhere is refused without a cookie too: it would sign the visitor in as someone else.
pub(crate) async fn refuse_cross_origin(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if is_cross_origin(&shared, &request) { refused(&request) } else { next.run(request).await }
}

fn is_cross_origin(shared: &Shared, request: &Request) -> bool {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || has_bearer(headers) {
        return false;
    }
    if let Some(admitted) = shared.origins.admit(headers) {
        return !admitted;
    }
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        Some(site) => !matches!(site, b"same-origin" | b"none"),
        None => has_cookie(headers),
    }
}

fn refused(request: &Request) -> Response {
    tracing::info!(path = request.uri().path(), "refused a request from another origin");
    Problem::cross_origin().into_response()
}
