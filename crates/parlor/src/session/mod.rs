//! Sessions: one task each, and the manager of all sessions of a game.
//!
//! - `manager`: create, find, list and close the sessions of one game
//! - `actor`: the one task that touches a session's state
//! - `gate`: nothing leaves before its record is stored
//! - `command`: everything that can be asked of a session
//! - `members`: who is connected; `timers`: how long seats are kept
//! - `history`: what was told lately; `ids`: which messages were applied
//! - `desk`: the purses of a session's players
//! - `bots`: when bots look at the table, and what they think of
//! - `seating`: on the way to a seat
//! - `quick_play`: a seat at the best table there is
//! - `handle`: a session seen from outside, awake or asleep
//! - `clock`: what time it is for a session; `wakes`: when those asleep are due
//! - `resume`: taking up again what is in the database; `finding`: from which snapshot, and which records
//! - `proofs`: what it has made public of its draws
//! - `pseudonyms`: records as they are shown, without the names of those who are gone
//! - `memory`: what a session remembers besides its state
//! - `watch`: who tells of games that do not come back

mod actor;
mod bots;
mod clock;
pub(crate) mod command;
mod company;
mod desk;
mod finding;
pub(crate) mod frames;
mod gate;
mod hall;
mod handle;
mod history;
mod id;
mod ids;
mod manager;
mod members;
mod memory;
mod proofs;
mod pseudonyms;
mod quick_play;
mod resume;
mod seating;
mod seats;
mod summary;
mod timers;
mod wakes;
mod watch;

#[cfg(any(test, feature = "probe"))]
pub(crate) use finding::repack;
pub(crate) use finding::{read as read_records, snapshot_state};
pub use id::{NoSessionId, SessionId};
pub(crate) use manager::NewSession;
pub use manager::SessionManager;
pub(crate) use members::{Member, Role};
pub(crate) use proofs::proofs;
pub(crate) use pseudonyms::pseudonymous;
pub(crate) use quick_play::Seated;
pub(crate) use seating::{authorize, verdict_of};
pub(crate) use seats::Seats;
pub(crate) use summary::Meta;
pub use summary::Summary;
pub(crate) use watch::Watch;
