//! One's own page: who one is, what one has and may, where one is signed in, and the end of it. Each form works without a script.

use super::render::{log_in_first, render, see_other, set_cookie};
use crate::{
    accounts::{
        Asked, Credentials, Oneself, Signed, SignedIn, claim, end_log_in, end_log_ins, forgotten,
        log_ins, offer, own_limits, own_tables, to_the_end,
    },
    problem::Problem,
    site::Shared,
};
use axum::{
    Form, Router,
    extract::Query,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// One who is signed in, or what to answer to somebody who is not.
type Somebody = Result<Oneself, Problem>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/account/", get(page))
        .route("/account/upgrade/", post(upgrade))
        .route("/account/password/", post(change_password))
        .route("/account/logins/", post(end))
        .route("/account/allowance/", post(allowance))
        .route("/account/limits/", post(limits))
        .route("/account/delete/", post(delete))
}

/// What was done, for a word about it.
#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn page(somebody: Somebody, Query(Done { done }): Query<Done>) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    account(&one.shared, &one.signed, json!({ "done": done })).await
}

async fn upgrade(
    somebody: Somebody,
    Form(credentials): Form<Credentials>,
) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    let typed = credentials.username.clone();
    let upgraded =
        to_the_end(async move { one.signing_in().upgrade(&one.signed, credentials).await });
    match upgraded.await {
        Ok(signed_in) => Ok(renewed(&shared, signed_in, "upgrade")),
        Err(problem) => {
            wrong(&shared, &signed, "upgrade", problem, json!({ "username": typed })).await
        }
    }
}

#[derive(Deserialize)]
struct Passwords {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
}

async fn change_password(
    somebody: Somebody,
    Form(Passwords { password, new_password }): Form<Passwords>,
) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    let changed = to_the_end(async move {
        one.signing_in().change_password(&one.signed, password, new_password).await
    });
    match changed.await {
        Ok(signed_in) => Ok(renewed(&shared, signed_in, "password")),
        Err(problem) => wrong(&shared, &signed, "password", problem, json!({})).await,
    }
}

/// Which log-ins are to end: one by its id, `others`, or `all`.
#[derive(Deserialize)]
struct End {
    #[serde(default)]
    id: String,
}

async fn end(somebody: Somebody, Form(End { id }): Form<End>) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    let all = id == "all";
    let ended = to_the_end(async move {
        match &*id {
            "all" | "others" => end_log_ins(&one.shared, &one.signed, id == "others").await,
            id => end_log_in(&one.shared, &one.signed, id).await,
        }
    });
    match ended.await {
        Ok(()) if all => Ok(goodbye(&shared)),
        Ok(()) => Ok(done("logins")),
        Err(problem) => wrong(&shared, &signed, "logins", problem, json!({})).await,
    }
}

async fn allowance(somebody: Somebody) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    match to_the_end(async move { claim(&one.shared, &one.signed).await }).await {
        Ok(_) => Ok(done("allowance")),
        Err(problem) => wrong(&shared, &signed, "allowance", problem, json!({})).await,
    }
}

async fn limits(somebody: Somebody, Form(asked): Form<Asked>) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    let typed = json!({ "limits_typed": asked.typed() });
    let set = to_the_end(async move {
        one.shared.restraints.change(&one.shared, one.signed.player.id, asked.read()?).await
    });
    match set.await {
        Ok(()) => Ok(done("limits")),
        Err(problem) => wrong(&shared, &signed, "limits", problem, typed).await,
    }
}

#[derive(Deserialize)]
struct Goodbye {
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirm: String,
}

async fn delete(
    somebody: Somebody,
    Form(Goodbye { password, confirm }): Form<Goodbye>,
) -> Result<Response, Problem> {
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first("/account/")) };
    let (shared, signed) = (one.shared.clone(), one.signed.clone());
    let deleted = to_the_end(async move {
        one.signing_in().delete(&one.signed, password, !confirm.is_empty()).await
    });
    match deleted.await {
        Ok(()) => Ok(goodbye(&shared)),
        Err(problem) => wrong(&shared, &signed, "delete", problem, json!({})).await,
    }
}

/// One who is signed in; nothing for one who is to sign in first.
pub(super) fn signed_in(somebody: Somebody) -> Result<Option<Oneself>, Problem> {
    match somebody {
        Ok(one) => Ok(Some(one)),
        Err(problem) if problem.code() == "no_player" => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The page, with what is to be said on it.
async fn account(shared: &Shared, signed: &Signed, said: Value) -> Result<Response, Problem> {
    let staff = shared.store.is_staff(&signed.token.0, signed.player.id).await;
    let mut own = json!({
        "staff": staff.map_err(|_| Problem::internal())?,
        "logins": log_ins(shared, signed).await?,
        "tables": own_tables(shared, signed),
        "allowance": offer(shared, signed).await?,
        "limits": own_limits(shared, signed).await?,
    });
    if let (Some(own), Value::Object(said)) = (own.as_object_mut(), said) {
        own.extend(said);
    }
    render(shared, Some(signed), "/account/", "account.html", own).await
}

/// The page again, with what is wrong beside the form that it is wrong in.
async fn wrong(
    shared: &Shared,
    signed: &Signed,
    form: &str,
    problem: Problem,
    typed: Value,
) -> Result<Response, Problem> {
    if problem.code() == "no_player" {
        return Ok(log_in_first("/account/"));
    }
    let mut said = json!({
        "wrong": form, "error": problem.detail(), "errors": problem.fields(),
    });
    if let (Some(said), Value::Object(typed)) = (said.as_object_mut(), typed) {
        said.extend(typed);
    }
    let mut response = account(shared, signed, said).await?;
    *response.status_mut() = problem.status();
    Ok(response)
}

fn done(what: &str) -> Response {
    see_other(&format!("/account/?done={what}"))
}

/// The new log-in's cookie takes the place of the one before.
fn renewed(shared: &Shared, signed_in: SignedIn, what: &str) -> Response {
    let mut response = done(what);
    let cookie = signed_in.token.into_cookie(shared.origins.is_https());
    set_cookie(&mut response, &cookie.to_string());
    response
}

fn goodbye(shared: &Shared) -> Response {
    let mut response = see_other("/");
    set_cookie(&mut response, &forgotten(shared.origins.is_https()).to_string());
    response
}
