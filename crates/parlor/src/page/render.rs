//! What every page knows, and how it is answered.

use crate::{accounts::Signed, any::GameRow, problem::Problem, site::Shared};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Debug, Serialize)]
struct Everything<'a> {
    path: &'a str,
    user: Option<Value>,
    games: Vec<GameRow>,
    #[serde(flatten)]
    own: Value,
}

/// Renders a page for a visitor, with `own` (an object) besides what every page knows.
pub(super) async fn render(
    shared: &Shared,
    visitor: Option<&Signed>,
    path: &str,
    template: &str,
    own: Value,
) -> Result<Response, Problem> {
    let user = match visitor {
        None => None,
        Some(Signed { player, guest, .. }) => {
            let balance = shared.store.balance(player.id).await;
            let balance = balance.map_err(|_| Problem::internal())?;
            Some(json!({ "username": player.name, "guest": guest, "balance": balance }))
        }
    };
    let games = shared.games().map(|game| game.row()).collect();
    let everything = Everything { path, user, games, own };
    match shared.templates.render(template, everything) {
        Ok(html) => Ok(page(StatusCode::OK, html)),
        Err(why) => {
            tracing::error!(template, "a page can't be rendered: {:#}", anyhow::Error::from(why));
            Err(Problem::internal())
        }
    }
}

pub(super) fn page(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// Sends the visitor to another page, by GET.
pub(super) fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// Lets the browser keep a cookie, or forget one.
pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Sends one who is nobody yet to the log-in, and back to `path` afterwards.
pub(super) fn log_in_first(path: &str) -> Response {
    see_other(&format!("/login/?next={}", encoded(path)))
}

/// A text as one value of a query.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Where to go after signing in: a path of this site, whatever was asked for.
pub(super) fn safe_next(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t', '\0'])
        && next.is_ascii();
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::{encoded, safe_next};

    #[test]
    fn the_next_page_is_one_of_this_site() {
        assert_eq!(safe_next("/games/x/?spectate=true"), "/games/x/?spectate=true");
        for other in
            ["", "https://evil.example", "//evil.example", "/\\evil", "/a\nb", "javascript:x"]
        {
            assert_eq!(safe_next(other), "/", "{other}");
        }
        assert_eq!(encoded("/a?b=c&d"), "/a%3Fb%3Dc%26d");
    }
}
