//! Finding a table, and what is known of it: the routes for programs.

mod api;
mod bots;
mod fair;
mod journal;
mod reading;

pub(crate) use api::{create, routes, rows};
pub(crate) use fair::proofs;
pub(crate) use journal::journal;
pub(crate) use reading::Reading;
