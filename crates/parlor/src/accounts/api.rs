//! The routes for programs: sign up, in and out, and who one is.

use super::{Credentials, Label, Signed, SignedIn, SigningIn, Visitor, me, sign_out};
use crate::{
    depth::{DEEPEST, is_too_deep},
    problem::Problem,
    security::ClientAddress,
    site::Shared,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parlor_core::Chips;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

#[derive(Debug, Serialize)]
struct Credential {
    username: String,
    token: String,
}

#[derive(Debug, Serialize)]
struct Me {
    username: String,
    guest: bool,
    balance: Chips,
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/signup", post(sign_up))
        .route("/api/login", post(log_in))
        .route("/api/guest", post(guest))
        .route("/api/logout", post(log_out))
        .route("/api/me", get(oneself))
        .merge(me::routes())
}

async fn sign_up(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Label(label): Label,
    request: Request,
) -> Result<Response, Problem> {
    let credentials: Credentials = body(request).await?;
    let signed_in = SigningIn { shared: &shared, address, label }.sign_up(credentials).await?;
    Ok(handed_out(StatusCode::CREATED, signed_in))
}

async fn log_in(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Label(label): Label,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Problem> {
    let credentials: Credentials = body(request).await?;
    let signed_in =
        SigningIn { shared: &shared, address, label }.log_in(credentials, &visitor).await?;
    Ok(handed_out(StatusCode::OK, signed_in))
}

async fn guest(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Label(label): Label,
) -> Result<Response, Problem> {
    let signed_in = SigningIn { shared: &shared, address, label }.guest().await?;
    Ok(handed_out(StatusCode::CREATED, signed_in))
}

async fn log_out(State(shared): State<Arc<Shared>>, signed: Signed) -> Result<StatusCode, Problem> {
    sign_out(&shared, &signed.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn oneself(State(shared): State<Arc<Shared>>, signed: Signed) -> Result<Response, Problem> {
    let balance = shared.store.balance(signed.player.id).await;
    let balance = balance.map_err(|_| Problem::internal())?;
    let me = Me { username: signed.player.name, guest: signed.guest, balance };
    Ok(Json(me).into_response())
}

pub(super) fn handed_out(status: StatusCode, signed_in: SignedIn) -> Response {
    let SignedIn { player, token } = signed_in;
    let credential = Credential { username: player.name, token: token.reveal().to_owned() };
    (status, Json(credential)).into_response()
}

/// A JSON body: an object, whatever content type it came with. An empty body is an empty object.
pub(crate) async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| {
        match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::malformed("the body did not arrive whole"),
        }
    })?;
    let text = if bytes.is_empty() { b"{}".as_slice() } else { &bytes };
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::malformed("the body is not a JSON object"));
    }
    if is_too_deep(text) {
        let mend = format!("lists and objects may lie in each other {DEEPEST} times at most");
        return Err(Problem::malformed(mend));
    }
    serde_json::from_slice(text).map_err(|why| match why.classify() {
        serde_json::error::Category::Data => {
            let reason = why.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_data", reason)
        }
        _ => Problem::malformed("the body is not JSON"),
    })
}
