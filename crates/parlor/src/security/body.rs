//! The bodies of requests: read whole before anyone looks at them, so long and for so long.

use crate::{problem::Problem, settings::Limit, site::Shared};
use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use std::sync::Arc;
use tokio::time::timeout;

/// Hands a request on once its body is there.
pub(crate) async fn read_body(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let limits = &shared.settings.limits;
    let (parts, body) = request.into_parts();
    let whole = timeout(limits.request_time, read(body, limits.body_bytes)).await;
    if whole.is_err() {
        shared.metrics.hit(Limit::RequestTime);
    }
    match whole.unwrap_or_else(|_| Err(Problem::too_slow())) {
        Ok(bytes) => next.run(Request::from_parts(parts, bytes.into())).await,
        Err(problem) => {
            shared.metrics.refused(problem.code());
            let mut response = problem.into_response();
            // What is left of it is not read.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

async fn read(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    if body.size_hint().lower() > most as u64 {
        return Err(Problem::too_large());
    }
    let mut whole = Vec::new();
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Problem::malformed("the body did not arrive whole"))?;
        if whole.len() + part.len() > most {
            return Err(Problem::too_large());
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}
