//! A session played back, as one viewer knew it.
//!
//! - `eyes`: with whose eyes somebody may look at a session
//! - `playing`: records, applied again and seen with these eyes
//! - `bookmarks`: states on the way, so that the next page need not begin at the first record
//! - `page`: a page of moments, out of the database
//! - `api`: the routes for programs; `sharing`: links for those who are not signed in
//!
//! What a viewer is shown of a record, a [`Known`](parlor_core::Known), is made of the state as it was at that record, and never of a later one. So nothing comes
//! out that the viewer could not have known then.

mod api;
mod bookmarks;
mod eyes;
mod page;
mod playing;
mod sharing;

#[cfg(test)]
mod tests;

pub(crate) use api::routes;
pub(crate) use bookmarks::Bookmarks;
pub(crate) use eyes::{eyes, row};
pub(crate) use page::{Asked, HistoryPage, page};
