//! Looking at what is kept, without serving: `replay`, `verify` and `backup`.
//!
//! - [`session`]: one session, replayed from its first record
//! - [`verify`]: every invariant over the whole database

mod session;
mod verify;

pub(crate) use session::{Replayed, replay};
pub(crate) use verify::verify;
