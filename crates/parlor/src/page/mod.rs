//! Pages for people: the one room that knows the template engine.
//!
//! - `templates`: Jinja templates, a site's before the framework's
//! - `names`: routes by name, for `url('…')`
//! - `render`: what every page knows
//! - `session_view`: the page of a table, for a site to change
//! - `assets`, `files`: templates and static files as they are kept, and the version of the latter
//! - `lobby`, `quick_play`, `account`, `statics`, `error`: the framework's own pages; `admin`: those of staff; `api`: what programs can
//!   ask

mod account;
mod admin;
mod api;
mod assets;
mod error;
mod files;
mod lobby;
mod names;
mod quick_play;
mod render;
mod session_view;
mod statics;
mod table;
mod templates;

pub use assets::Assets;
pub(crate) use error::{as_page, fallback};
pub(crate) use files::Files;
pub(crate) use names::Names;
pub(crate) use session_view::{AnyTablePage, DefaultTablePage};
pub use session_view::{Context, GameSessionView, Instead, Page};
pub(crate) use templates::Templates;

use crate::site::Shared;
use axum::Router;
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(lobby::routes())
        .merge(quick_play::routes())
        .merge(account::routes())
        .merge(table::routes())
        .merge(statics::routes())
        .merge(admin::routes())
        .merge(api::routes())
}
