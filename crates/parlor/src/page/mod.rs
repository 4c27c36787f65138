//! Pages for people: the one room that knows the template engine.
//!
//! - `templates`: Jinja templates, a site's before the framework's
//! - `names`: routes by name, for `url('…')`
//! - `render`: what every page knows
//! - `session_view`: the page of a table, for a site to change
//! - `assets`, `files`: templates and static files as they are kept, and the version of the latter
//! - `account`: signing up, in and out; `own`: one's own page; `chips`: what has moved there
//! - `fair`: what a session has made public of its draws, to be checked
//! - `lobby`, `quick_play`, `history`, `statics`, `error`: the framework's own pages
//! - `admin`: those of staff; `api`: what programs can ask

mod account;
mod admin;
mod api;
mod assets;
mod chips;
mod error;
mod fair;
mod files;
mod history;
mod lobby;
mod names;
mod own;
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
        .merge(own::routes())
        .merge(chips::routes())
        .merge(table::routes())
        .merge(fair::routes())
        .merge(history::routes())
        .merge(statics::routes())
        .merge(admin::routes())
        .merge(api::routes())
}
