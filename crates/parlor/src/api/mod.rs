//! The description of all that programs can ask: an OpenAPI document, and what the page of it shows.
//!
//! Each route has one [`Operation`](operation::Operation), in the file of its group:
//!
//! - [`accounts`]: signing in; [`oneself`]; [`tables`]: games, tables, sockets; [`kept`]: what is kept of them; [`staff`]; [`health`]
//! - [`schemas`]: the shapes that travel
//! - [`document`]: all of it, as OpenAPI 3.1
//!
//! A route that nobody has described here, or a real answer that is not what is described, fails a test.

mod accounts;
mod document;
mod health;
mod kept;
mod oneself;
mod operation;
mod schemas;
mod shown;
mod staff;
mod tables;

pub(crate) use shown::{groups, shapes};

use crate::site::Shared;
use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use operation::Operation;
use std::sync::Arc;

/// Operations that belong together.
struct Group {
    name: &'static str,
    text: &'static str,
    operations: Vec<Operation>,
}

/// Everything, in the order in which a reader wants it.
fn all() -> Vec<Group> {
    vec![
        Group { name: "Accounts", text: accounts::TEXT, operations: accounts::operations() },
        Group { name: "Oneself", text: oneself::TEXT, operations: oneself::operations() },
        Group { name: "Tables", text: tables::TEXT, operations: tables::operations() },
        Group { name: "What is kept", text: kept::TEXT, operations: kept::operations() },
        Group { name: "Staff", text: staff::TEXT, operations: staff::operations() },
        Group { name: "The site", text: health::TEXT, operations: health::operations() },
    ]
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/api/openapi.json", get(openapi))
}

async fn openapi(State(shared): State<Arc<Shared>>) -> Response {
    let document = document::document(shared.origins.site().as_str(), shared.templates.title());
    // It is the same for everyone, and changes with the program alone.
    ([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response()
}
