//! Staff: those who look after the site.
//!
//! - [`member`]: who is of the staff, asked of the database at each request
//! - [`acting`]: shutting somebody out, letting them in again, closing a table; each is in the audit log
//! - [`looking`]: tables, players and acts, a page at a time
//! - [`samples`]: the last hour of what is measured; `reading`: one look at it
//! - [`api`]: the routes for programs
//!
//! Nobody here sees more of a game than one who watches it: there is no door to seeds, cards or journals of others.

mod acting;
mod api;
mod looking;
mod member;
mod reading;
mod samples;

pub(crate) use acting::{Acting, Sentence};
pub(crate) use api::routes;
pub(crate) use looking::{AuditQuery, Looking, PlayersQuery, TablesQuery};
pub(crate) use member::Member;
pub(crate) use samples::{Samples, run as sample};
