//! The test kit of Parlor.
//!
//! - [`session`]: a session in memory, without a server, [`Session`]
//! - [`bank`]: whose chips are whose, and where the seeds come from, [`Bank`]
//! - [`laws`]: what every game must obey, one call per game: [`laws::check`]
//! - [`twins`]: two worlds that differ in a secret alone look the same to everyone: [`twins::check`]
//! - [`fuzz`]: inputs that are almost valid, [`fuzz::Mutator`]
//! - [`play`]: scenes at a table, and snapshots of what everyone received: [`play::check`]
//! - [`site`]: a site that is being served, [`TestSite`]
//! - [`database`]: what a site keeps, looked at from outside, [`Database`]
//! - [`disk`]: power cuts and other faults of the disk, under a real program, [`Disk`]
//! - [`http`]: requests to it, [`http::Request`]; [`socket`]: scripted sockets, [`Socket`]

pub mod bank;
pub mod session;

pub mod fuzz;
pub mod laws;
pub mod play;
pub mod twins;

pub mod database;
pub mod disk;
pub mod http;
pub mod site;
pub mod socket;

pub use bank::Bank;
pub use database::Database;
pub use disk::Disk;
pub use laws::Laws;
pub use session::Session;
pub use site::{Guest, Table, TestSite};
pub use socket::Socket;
pub use twins::Twins;
