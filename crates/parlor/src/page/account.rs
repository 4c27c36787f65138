//! Signing up, in and out, and one's own page.

use super::render::{log_in_first, render, safe_next, see_other};
use crate::{
    accounts::{Credentials, Signed, SignedIn, SigningIn, Visitor, forgotten, sign_out},
    problem::Problem,
    security::ClientAddress,
    site::Shared,
};
use axum::{
    Form, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/login/", get(log_in_page).post(log_in))
        .route("/login/guest/", post(guest))
        .route("/signup/", get(sign_up_page).post(sign_up))
        .route("/logout/", post(log_out))
        .route("/account/", get(account))
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
struct Typed {
    #[serde(flatten)]
    credentials: Credentials,
    #[serde(flatten)]
    next: Next,
}

/// One who is signed in already goes on at once.
async fn log_in_page(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Problem> {
    match visitor {
        Some(_) => Ok(see_other(safe_next(&next))),
        None => form(&shared, None, ("login", "", &next), None).await,
    }
}

/// A guest may want an account.
async fn sign_up_page(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Problem> {
    match visitor {
        Some(signed) if !signed.guest => Ok(see_other(safe_next(&next))),
        guest => form(&shared, guest.as_ref(), ("signup", "", &next), None).await,
    }
}

async fn log_in(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    visitor: Visitor,
    Form(Typed { credentials, next: Next { next } }): Form<Typed>,
) -> Result<Response, Problem> {
    let name = credentials.username.clone();
    let signed_in = SigningIn { shared: &shared, address }.log_in(credentials, &visitor).await;
    welcome(&shared, visitor, signed_in, ("login", &name, &next)).await
}

async fn sign_up(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    visitor: Visitor,
    Form(Typed { credentials, next: Next { next } }): Form<Typed>,
) -> Result<Response, Problem> {
    let name = credentials.username.clone();
    let signed_in = SigningIn { shared: &shared, address }.sign_up(credentials).await;
    welcome(&shared, visitor, signed_in, ("signup", &name, &next)).await
}

async fn guest(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    visitor: Visitor,
    Form(Next { next }): Form<Next>,
) -> Result<Response, Problem> {
    let signed_in = SigningIn { shared: &shared, address }.guest().await;
    welcome(&shared, visitor, signed_in, ("login", "", &next)).await
}

async fn log_out(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Response, Problem> {
    if let Some(signed) = visitor {
        sign_out(&shared, &signed.token).await?;
    }
    let mut response = see_other("/");
    set_cookie(&mut response, &forgotten(shared.origins.is_https()).to_string());
    Ok(response)
}

async fn account(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Response, Problem> {
    match visitor {
        None => Ok(log_in_first("/account/")),
        Some(signed) => {
            render(&shared, Some(&signed), "/account/", "account.html", json!({})).await
        }
    }
}

/// The form, with what was typed (never the password) and what is wrong with it.
pub(super) async fn form(
    shared: &Shared,
    visitor: Option<&Signed>,
    (page, username, next): (&str, &str, &str),
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let error = problem.as_ref().map(Problem::detail);
    let errors = problem.as_ref().map(Problem::fields);
    let next = if next.is_empty() { "" } else { safe_next(next) };
    let own = json!({ "next": next, "username": username, "error": error, "errors": errors });
    let path = format!("/{page}/");
    let mut response = render(shared, visitor, &path, &format!("{page}.html"), own).await?;
    *response.status_mut() = problem.map_or(StatusCode::OK, |problem| problem.status());
    Ok(response)
}

/// Goes on to the next page, or back to the form with what is wrong.
/// Every log-in has a token of its own: the one the browser came with is dead.
async fn welcome(
    shared: &Shared,
    before: Visitor,
    signed_in: Result<SignedIn, Problem>,
    (page, username, next): (&str, &str, &str),
) -> Result<Response, Problem> {
    let signed_in = match signed_in {
        Ok(signed_in) => signed_in,
        Err(problem) => {
            return form(shared, before.0.as_ref(), (page, username, next), Some(problem)).await;
        }
    };
    if let Visitor(Some(before)) = before {
        let _ = sign_out(shared, &before.token).await;
    }
    let mut response = see_other(safe_next(next));
    let cookie = signed_in.token.into_cookie(shared.origins.is_https());
    set_cookie(&mut response, &cookie.to_string());
    Ok(response)
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
