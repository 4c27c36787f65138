//! The handshake: who may open a socket, and the answer to those who may not.
//!
//! A browser hides the answer to a handshake, so a plain GET of the same address is answered alike, and 426 where the socket
//! would be accepted. It changes nothing and spends nothing.

use super::{Bounds, Outbox, handshake::Handshake};
use crate::{
    accounts::{Signed, Visitor, has_bearer, is_alive},
    any::AnyGame,
    problem::Problem,
    security::ClientAddress,
    session::{Role, SessionId, command::Greeting},
    settings::Limit,
    site::Shared,
};
use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use std::{collections::BTreeMap, sync::Arc};

/// The protocol in which frames have numbers and messages have ids.
const PROTOCOL: &str = "parlor.v1";

type Words = BTreeMap<String, String>;

/// Somebody who asks to open a socket, and may.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) session: SessionId,
    pub(crate) signed: Signed,
    pub(crate) role: Role,
    pub(crate) query: Words,
    pub(crate) greeting: Option<Greeting>,
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/ws/{game}/{session}/", any(handshake))
}

async fn handshake(
    State(shared): State<Arc<Shared>>,
    Path((game, session)): Path<(String, String)>,
    Query(query): Query<Words>,
    ClientAddress(address): ClientAddress,
    mut request: Request,
) -> Response {
    if request.method() != axum::http::Method::GET {
        return Problem::method_not_allowed().into_response();
    }
    let opens = Handshake::is_asked_for(request.headers());
    let asked = ask(&shared, request.headers(), (&game, &session), query, opens).await;
    let (game, mut asking) = match asked {
        Ok(asked) => asked,
        Err(problem) => return refused(&shared, address, problem).into_response(),
    };
    if !opens {
        return match game.may_join(&asking).await {
            Ok(()) => upgrade_required(),
            Err(problem) => problem.into_response(),
        };
    }
    match Handshake::read(&mut request) {
        Ok(handshake) => {
            asking.greeting = handshake.offers(PROTOCOL).then(|| greeting(&asking.query));
            open(&shared, game, asking, handshake).await
        }
        Err(refusal) => *refusal,
    }
}

/// One who says what was heard last is told what came after it.
fn greeting(query: &Words) -> Greeting {
    let digits = |after: &&String| after.bytes().all(|byte| byte.is_ascii_digit());
    let after = query.get("after").filter(digits).and_then(|after| after.parse().ok());
    after.map_or(Greeting::Anew, Greeting::After)
}

/// Checks everything that does not depend on the session's state.
async fn ask(
    shared: &Shared,
    headers: &HeaderMap,
    (game, session): (&str, &str),
    query: Words,
    opens: bool,
) -> Result<(Arc<dyn AnyGame>, Asking), Problem> {
    if shared.is_draining() {
        return Err(Problem::draining());
    }
    let id = session.parse::<SessionId>().ok();
    let signed = authenticate(shared, headers, id, &query, opens).await?;
    let game = shared.game(game)?;
    let session = id.filter(|id| game.exists(*id)).ok_or_else(Problem::no_such_session)?;
    let invite = query.get("invite").map(String::as_str);
    if !game.admits(session, signed.player.id, invite) {
        return Err(Problem::invite_required());
    }
    let limits = &shared.settings.limits;
    if opens && !shared.handshakes.admit(signed.player.id) {
        shared.metrics.hit(Limit::HandshakesPerUser);
        return Err(Problem::rate_limited("you connect too often; wait a minute", 60));
    }
    shared.sockets.has_room(signed.player.id, limits).map_err(|full| full.count(shared))?;
    let role = match query.get("spectate").map(String::as_str) {
        Some("true" | "1") => Role::Spectator,
        _ => Role::Player,
    };
    Ok((game, Asking { session, signed, role, query, greeting: None }))
}

/// By bearer header, ticket or cookie, in this order. With a cookie the page that opens the socket must be the site's.
async fn authenticate(
    shared: &Shared,
    headers: &HeaderMap,
    session: Option<SessionId>,
    query: &Words,
    opens: bool,
) -> Result<Signed, Problem> {
    if has_bearer(headers) {
        return Visitor::of(headers, shared).await?.signed();
    }
    if let Some(ticket) = query.get("ticket") {
        let session = session.ok_or_else(Problem::no_such_session)?;
        let tickets = &shared.tickets;
        let holder = match opens {
            true => tickets.spend(ticket, session.0),
            false => tickets.check(ticket, session.0),
        };
        return holder.ok_or_else(Problem::no_player);
    }
    let signed = Visitor::of(headers, shared).await?.signed()?;
    match shared.origins.admit(headers) {
        Some(true) => Ok(signed),
        None if !opens => Ok(signed),
        Some(false) | None => Err(Problem::cross_origin()),
    }
}

/// Failures are limited strictly by address; those who are accepted never meet that limit.
fn refused(shared: &Shared, address: std::net::IpAddr, problem: Problem) -> Problem {
    let failed = matches!(
        problem.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
    );
    shared.metrics.refused(problem.code());
    if failed && !shared.failed_handshakes.admit(address) {
        shared.metrics.hit(Limit::FailedHandshakes);
        return Problem::rate_limited("too many failed handshakes from your address", 60);
    }
    problem
}

async fn open(
    shared: &Arc<Shared>,
    game: Arc<dyn AnyGame>,
    asking: Asking,
    handshake: Handshake,
) -> Response {
    let limits = &shared.settings.limits;
    let bounds = Bounds {
        frames: limits.outbox_frames,
        bytes: limits.outbox_bytes,
        slow_for: limits.slow_for,
    };
    let protocol = asking.greeting.map(|_| PROTOCOL);
    let metrics = shared.metrics.clone();
    let outbox = Arc::new(Outbox::new(bounds, protocol.is_some(), metrics));
    let (user, token) = ((asking.signed.player.id, asking.session), &asking.signed.token);
    let place = match shared.sockets.open(user, token, &outbox, limits) {
        Ok(place) => place,
        Err(full) => return full.count(shared).into_response(),
    };
    // Who signed out since the question, or stopped the site, has closed the sockets that were open then.
    if shared.is_draining() {
        return Problem::draining().into_response();
    }
    match is_alive(shared, token).await {
        Ok(true) => {}
        Ok(false) => return Problem::no_player().into_response(),
        Err(problem) => return problem.into_response(),
    }
    let admission = match game.admit(asking, outbox, place).await {
        Ok(admission) => admission,
        Err(problem) => {
            shared.metrics.refused(problem.code());
            return problem.into_response();
        }
    };
    handshake.accept(protocol, admission)
}

fn upgrade_required() -> Response {
    let detail = "this is a socket's address; open it with a WebSocket";
    let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail);
    let mut response = problem.into_response();
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("upgrade"));
    response
}
