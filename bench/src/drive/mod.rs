//! The light load generator: one thread, one loop, and all the frames of all the players checked.
//!
//! It speaks to Parlor and to its peers alike, in the framing of each.

mod crowd;
mod ear;
mod invite;
mod measure;
mod player;

pub(crate) use measure::{Drive, Measure, Outcome};
