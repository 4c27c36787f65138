//! A session played back, as one viewer knew it.
//!
//! - `eyes`: with whose eyes somebody may look at a session
//! - `moment`: what one viewer knew of one record
//! - `playing`: records, applied again and seen with these eyes
//! - `bookmarks`: states on the way, so that the next page need not begin at the first record
//! - `page`: a page of moments, out of the database
//! - `api`: the routes for programs; `sharing`: links for those who are not signed in
//!
//! What a viewer is shown of a record is made of the state as it was at that record, and never of a later one. So nothing comes
//! out that the viewer could not have known then.

mod api;
mod bookmarks;
mod eyes;
mod moment;
mod page;
mod playing;
mod sharing;

pub(crate) use api::routes;
pub(crate) use bookmarks::Bookmarks;
pub(crate) use eyes::{Eyes, eyes, row};
pub(crate) use page::{Asked, HistoryPage, page};
