//! Pages for people: the one room that knows the template engine.
//!
//! - `templates`: Jinja templates, a site's before the framework's
//! - `names`: routes by name, for `url('…')`
//! - `render`: what every page knows
//! - `session_view`: the page of a table, for a site to change
//! - `assets`, `files`: templates and static files as they are kept, and the version of the latter
//! - `fair`: what a session has made public of its draws, to be checked
//! - `lobby`, `quick_play`, `account`, `history`, `statics`, `error`: the framework's own pages

mod account;
mod assets;
mod error;
mod fair;
mod files;
mod history;
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
        .merge(fair::routes())
        .merge(history::routes())
        .merge(statics::routes())
}
