//! Static files over HTTP: what has its version in its address is kept for good, and of anything else a browser asks again,
//! and is told by a validator of the content that nothing changed. Texts are packed for those who can unpack them.

use super::assets::File;
use crate::{problem::Problem, site::Shared};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use parlor_core::state::hex;
use std::{borrow::Cow, sync::Arc};

/// How long is for good: a year, as the standard has it.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

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

fn answer(shared: &Shared, rest: &str, headers: &HeaderMap) -> Response {
    let Some((name, file, lasting)) = shared.statics.at(rest) else {
        return Problem::not_found().into_response();
    };
    let kind = kind(name);
    let packed = (is_text(kind) && values(headers, &header::ACCEPT_ENCODING).any(is_gzip))
        .then(|| shared.statics.packed(name, &file))
        .flatten()
        .filter(|packed| packed.len() < file.bytes.len());
    let plain_tag = format!("\"{}\"", hex(&file.hash[..16]));
    let packed_tag = format!("\"{}-gz\"", hex(&file.hash[..16]));
    let tag = if packed.is_some() { &packed_tag } else { &plain_tag };
    let caching = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, if lasting { FOR_GOOD } else { ASK_AGAIN }),
        (header::VARY, "accept-encoding"),
    ];
    // A browser that has the file has it, however it came.
    let is_known = |known: &str| {
        let known = known.strip_prefix("W/").unwrap_or(known);
        known == plain_tag || known == packed_tag
    };
    if values(headers, &header::IF_NONE_MATCH).any(is_known) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, kind)];
    match packed {
        Some(packed) => {
            (caching, kind, [(header::CONTENT_ENCODING, "gzip")], packed).into_response()
        }
        None => (caching, kind, bytes(file)).into_response(),
    }
}

/// What is in the binary is sent from there.
fn bytes(file: File) -> Bytes {
    match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// The values of a header that is a list, wherever its commas are.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Whether a value of `accept-encoding` asks for gzip: one with a weight of zero refuses it.
fn is_gzip(value: &str) -> bool {
    let (coding, weight) = value.split_once(';').unwrap_or((value, "q=1"));
    let refused =
        weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()) == Some(0.0);
    coding.trim().eq_ignore_ascii_case("gzip") && !refused
}

/// Whether packing makes it smaller: pictures and fonts are packed already.
fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || ["image/svg+xml", "application/json"].contains(&kind)
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

#[cfg(test)]
mod tests {
    use super::is_gzip;

    #[test]
    fn who_can_unpack_says_so() {
        for (value, can) in [
            ("gzip", true),
            ("GZIP;q=0.5", true),
            ("gzip; q=0", false),
            ("gzip;q=0.0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(is_gzip(value), can, "{value}");
        }
    }
}
