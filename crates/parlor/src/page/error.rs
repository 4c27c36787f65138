//! Problems, as pages, for those who ask for a page.

use super::render;
use crate::{accounts::Visitor, problem::Problem, site::Shared};
use axum::{
    extract::{OriginalUri, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::sync::Arc;

/// The answer to an address that leads nowhere.
pub(crate) async fn fallback() -> Problem {
    Problem::not_found()
}

/// Turns a problem into a page, where a page was asked for; programs get it as it is.
pub(crate) async fn as_page(
    State(shared): State<Arc<Shared>>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let path = uri.path();
    let wants_page = !["/api/", "/ws/", "/static/"].iter().any(|start| path.starts_with(start))
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    let visitor = if wants_page { Some(request.headers().clone()) } else { None };
    let response = next.run(request).await;
    let (Some(headers), Some(problem)) = (visitor, response.extensions().get::<Problem>()) else {
        return response;
    };
    let problem = problem.clone();
    // The page of an error is shown even where it is not known to whom.
    let Visitor(visitor) = Visitor::of(&headers, &shared).await.unwrap_or(Visitor(None));
    let own = json!({
        "status": problem.status().as_u16(),
        "code": problem.code(),
        "message": problem.detail(),
    });
    match render::render(&shared, visitor.as_ref(), path, "error.html", own).await {
        Ok(mut page) => {
            *page.status_mut() = problem.status();
            page
        }
        Err(worse) => worse.into_response(),
    }
}
