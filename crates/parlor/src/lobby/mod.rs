//! Finding a table, and what is known of it: the routes for programs.

mod api;
mod bots;
mod journal;

pub(crate) use api::{create, routes, rows};
pub(crate) use journal::journal;
