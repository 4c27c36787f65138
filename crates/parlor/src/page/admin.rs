//! The pages of staff. What they do and show is `staff`'s; whoever is nobody is sent to the log-in, and whoever is not of the
//! staff is refused.

use super::render::{encoded, log_in_first, render, see_other};
use crate::{
    date::date,
    problem::Problem,
    site::Shared,
    staff::{Acting, AuditQuery, Looking, Member, PlayersQuery, Sentence, TablesQuery},
};
use axum::{
    Form, Router,
    extract::{OriginalUri, Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/admin/", get(overview))
        .route("/admin/sessions/", get(sessions))
        .route("/admin/sessions/{session}/close", post(close))
        .route("/admin/players/", get(players))
        .route("/admin/players/{name}/ban", post(ban))
        .route("/admin/players/{name}/unban", post(unban))
        .route("/admin/audit/", get(audit))
}

type Asking = Result<Member, Problem>;

/// Shows a page to a member of staff.
async fn show(
    shared: &Arc<Shared>,
    member: Asking,
    uri: &axum::http::Uri,
    template: &str,
    own: impl AsyncFnOnce() -> Result<Value, Problem>,
) -> Result<Response, Problem> {
    match member {
        Ok(member) => {
            render(shared, Some(&member.signed), uri.path(), template, own().await?).await
        }
        Err(nobody) if nobody.status() == StatusCode::UNAUTHORIZED => {
            Ok(log_in_first(uri.path_and_query().map_or("/admin/", |all| all.as_str())))
        }
        Err(problem) => Err(problem),
    }
}

async fn overview(
    State(shared): State<Arc<Shared>>,
    member: Asking,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let own = async || Ok(json!({ "now": shared.samples.now(&shared) }));
    show(&shared, member, &uri, "admin.html", own).await
}

async fn sessions(
    State(shared): State<Arc<Shared>>,
    member: Asking,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TablesQuery>,
) -> Result<Response, Problem> {
    let own = async || {
        let tables = Looking(&shared).tables(&query).await?;
        Ok(json!({ "listed": dated(&tables), "game": query.game }))
    };
    show(&shared, member, &uri, "admin_sessions.html", own).await
}

async fn players(
    State(shared): State<Arc<Shared>>,
    member: Asking,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PlayersQuery>,
) -> Result<Response, Problem> {
    let own = async || {
        let players = Looking(&shared).players(&query).await?;
        Ok(json!({ "listed": dated(&players), "name": query.name, "only": query.only }))
    };
    show(&shared, member, &uri, "admin_players.html", own).await
}

async fn audit(
    State(shared): State<Arc<Shared>>,
    member: Asking,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let own = async || Ok(json!({ "listed": dated(&Looking(&shared).acts(&query).await?) }));
    show(&shared, member, &uri, "admin_audit.html", own).await
}

/// The same, with a date in the place of each time.
fn dated(page: &impl Serialize) -> Value {
    const TIMES: [&str; 7] = ["at", "created", "moved", "opened", "seen", "since", "until"];
    fn put_dates(value: &mut Value) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    match value.as_i64().filter(|_| TIMES.contains(&&**name)) {
                        Some(at) => *value = json!(date(at)),
                        None => put_dates(value),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(put_dates),
            _ => {}
        }
    }
    let mut value = json!(page);
    put_dates(&mut value);
    value
}

async fn close(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(session): Path<String>,
    Form(sentence): Form<Sentence>,
) -> Result<Response, Problem> {
    Acting { shared: &shared, member: &member }.close(&session, &sentence).await?;
    Ok(see_other("/admin/sessions/"))
}

async fn ban(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
    Form(sentence): Form<Sentence>,
) -> Result<Response, Problem> {
    Acting { shared: &shared, member: &member }.ban(&name, &sentence).await?;
    Ok(see_other(&format!("/admin/players/?name={}", encoded(&name))))
}

async fn unban(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
    Form(sentence): Form<Sentence>,
) -> Result<Response, Problem> {
    Acting { shared: &shared, member: &member }.unban(&name, &sentence).await?;
    Ok(see_other(&format!("/admin/players/?name={}", encoded(&name))))
}
