//! The test kit of Parlor.
//!
//! - [`session`]: a session in memory, without a server, [`Session`]
//! - [`bank`]: whose chips are whose, and where the seeds come from, [`Bank`]
//! - [`laws`]: what every game must obey, one call per game: [`laws::check`]
//! - [`twins`]: two worlds that differ in a secret alone look the same to everyone: [`twins::check`]

pub mod bank;
pub mod session;

pub mod laws;
pub mod twins;

pub use bank::Bank;
pub use laws::Laws;
pub use session::Session;
pub use twins::Twins;
