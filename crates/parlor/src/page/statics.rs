//! Static files, with a validator of their content: a browser asks again, and is told that nothing changed.

use super::assets::find;
use crate::{problem::Problem, site::Shared};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use parlor_core::state::hex;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/static/{*name}", get(serve)).route("/favicon.ico", get(favicon))
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&shared, &name, &headers)
}

async fn favicon(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    answer(&shared, "favicon.svg", &headers)
}

fn answer(shared: &Shared, name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = find(&shared.statics, name) else {
        return Problem::not_found().into_response();
    };
    let tag = format!("\"{}\"", hex(&file.hash[..16]));
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let caching = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if known.map(str::trim).any(|known| known == tag || known == format!("W/{tag}")) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, kind(name))], file.bytes.into_owned()).into_response()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "ts" | "md") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
