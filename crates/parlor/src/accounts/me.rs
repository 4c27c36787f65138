//! The routes for programs that are about oneself: what one has, what one may, and who one is from now on.

use super::{
    Credentials, Label, Signed, SigningIn, allowance,
    api::{body, handed_out},
    own_limits::{Asked, OwnLimits, own_limits},
    own_log_ins::{OwnLogIn, end_log_in, end_log_ins, log_ins},
    statement::{Statement, statement},
    tables::{OwnTable, own_tables},
};
use crate::{problem::Problem, security::ClientAddress, site::Shared};
use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::json;
use std::{future::Future, net::IpAddr, sync::Arc};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/upgrade", post(upgrade))
        .route("/api/me/password", post(change_password))
        .route("/api/me/delete", post(delete_account))
        .route("/api/me/logins", get(all_log_ins).delete(end_all))
        .route("/api/me/logins/{id}", delete(end_one))
        .route("/api/me/tables", get(tables))
        .route("/api/me/chips", get(chips))
        .route("/api/me/allowance", get(offer).post(claim))
        .route("/api/me/limits", get(limits).put(set_limits))
}

/// One who asks about oneself, from where, and with what.
pub(crate) struct Oneself {
    pub(crate) shared: Arc<Shared>,
    pub(crate) signed: Signed,
    address: IpAddr,
    label: String,
}

impl Oneself {
    /// For what gives a new token.
    pub(crate) fn signing_in(&self) -> SigningIn<'_> {
        let Self { shared, address, label, .. } = self;
        SigningIn { shared, address: *address, label: label.clone() }
    }
}

impl FromRequestParts<Arc<Shared>> for Oneself {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let signed = Signed::from_request_parts(parts, shared).await?;
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, shared).await;
        let Ok(Label(label)) = Label::from_request_parts(parts, shared).await;
        Ok(Self { shared: shared.clone(), signed, address, label })
    }
}

/// Does this to the end, also where the one who asked for it goes away meanwhile: half of it would be worse than nothing.
pub(crate) async fn to_the_end<T: Send + 'static>(
    act: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(act).await.map_err(|_| Problem::internal())?
}

async fn upgrade(one: Oneself, request: Request) -> Result<Response, Problem> {
    let credentials: Credentials = body(request).await?;
    let upgraded =
        to_the_end(async move { one.signing_in().upgrade(&one.signed, credentials).await });
    Ok(handed_out(StatusCode::OK, upgraded.await?))
}

#[derive(Deserialize)]
struct Passwords {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
}

async fn change_password(one: Oneself, request: Request) -> Result<Response, Problem> {
    let Passwords { password, new_password } = body(request).await?;
    let changed = to_the_end(async move {
        one.signing_in().change_password(&one.signed, password, new_password).await
    });
    Ok(handed_out(StatusCode::OK, changed.await?))
}

#[derive(Deserialize)]
struct Goodbye {
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirm: bool,
}

async fn delete_account(one: Oneself, request: Request) -> Result<StatusCode, Problem> {
    let Goodbye { password, confirm } = body(request).await?;
    let deleted =
        to_the_end(async move { one.signing_in().delete(&one.signed, password, confirm).await });
    deleted.await.map(|()| StatusCode::NO_CONTENT)
}

async fn all_log_ins(one: Oneself) -> Result<Json<Vec<OwnLogIn>>, Problem> {
    log_ins(&one.shared, &one.signed).await.map(Json)
}

async fn end_one(one: Oneself, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let ended = to_the_end(async move { end_log_in(&one.shared, &one.signed, &id).await });
    ended.await.map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Which {
    /// Whether the log-in that asks is to stay.
    #[serde(default)]
    others: bool,
}

async fn end_all(
    one: Oneself,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<StatusCode, Problem> {
    let Query(Which { others }) = which.map_err(|_| {
        Problem::invalid_fields([("others", "write true, or leave it out".into())].into())
    })?;
    let ended = to_the_end(async move { end_log_ins(&one.shared, &one.signed, others).await });
    ended.await.map(|()| StatusCode::NO_CONTENT)
}

async fn tables(one: Oneself) -> Json<Vec<OwnTable>> {
    Json(own_tables(&one.shared, &one.signed))
}

/// How many rows a page of the statement has, where nobody says otherwise.
const ROWS: usize = 50;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    before: String,
    limit: Option<usize>,
}

async fn chips(
    one: Oneself,
    page: Result<Query<Page>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Statement>, Problem> {
    let Query(Page { before, limit }) = page.map_err(|_| {
        Problem::invalid_fields([("limit", "write a number from 1 to 500".into())].into())
    })?;
    statement(&one.shared, &one.signed, (&before, limit.unwrap_or(ROWS))).await.map(Json)
}

async fn offer(one: Oneself) -> Result<Response, Problem> {
    let offer = allowance::offer(&one.shared, &one.signed).await?;
    Ok(Json(offer.ok_or_else(allowance::none)?).into_response())
}

async fn claim(one: Oneself) -> Result<Response, Problem> {
    let given = to_the_end(async move { allowance::claim(&one.shared, &one.signed).await });
    Ok(Json(json!({ "amount": given.await? })).into_response())
}

async fn limits(one: Oneself) -> Result<Json<OwnLimits>, Problem> {
    own_limits(&one.shared, &one.signed).await.map(Json)
}

async fn set_limits(one: Oneself, request: Request) -> Result<Json<OwnLimits>, Problem> {
    let wanted = body::<Asked>(request).await?.read()?;
    let set = to_the_end(async move {
        one.shared.restraints.change(&one.shared, one.signed.player.id, wanted).await?;
        own_limits(&one.shared, &one.signed).await
    });
    set.await.map(Json)
}
