//! Parlor: web games that people play together at a table, live over WebSockets.
//!
//! A developer writes one type, a [`Game`]; everything else is here.
//!
//! - [`site`]: a site with its games, and the program that serves it
//! - [`session`]: the sessions of a game, one task each
//! - [`consumer`]: hooks around each connection; [`channel`]: groups of connections
//! - [`page`]: pages for people; [`problem`]: errors for programs
//! - `accounts`, `lobby`: signing in, and finding a table
//! - `history`: a session played back, as one viewer knew it
//! - `staff`: what those may do and see who look after the site; `audit`: looking at what is kept, without serving
//! - `api`: the description of all routes for programs
//! - `socket`: WebSockets; `store`: the database; `security`, `limit`: who may do what, and how often
//! - [`settings`]: flags and variables; [`clock`]: the time; `depth`: how deep JSON may nest
//!
//! What a game may use comes from `parlor_core`, and is in [`prelude`] together with the rest.

mod accounts;
mod any;
mod api;
mod audit;
pub mod channel;
pub mod clock;
pub mod consumer;
mod date;
mod depth;
mod history;
mod limit;
mod lobby;
mod metrics;
pub mod page;
#[cfg(any(test, feature = "probe"))]
#[doc(hidden)]
pub mod probe;
pub mod problem;
mod recent;
mod runtime;
mod security;
pub mod session;
pub mod settings;
pub mod site;
mod socket;
mod staff;
mod store;
mod typescript;

/// The HTTP library of [`Site::routes`], in the version that fits.
pub use axum;
pub use channel::ChannelLayer;
pub use clock::{Adjuster, Clock};
pub use consumer::{Connection, Consumer, Handshake};
pub use page::{Assets, Context, GameSessionView, Instead, Page};
pub use parlor_core::{
    self, Alarm, Ask, Bot, Chips, Dice, Durability, Game, Message, Outcome, Player, PlayerId,
    Players, Refusal, Seat, Table, Turn, Undecoded, View, Viewer, ensure, kit,
};
pub use parlor_macros::{message_via_parlor as message, view_via_parlor as view};
pub use problem::Problem;
pub use security::Origin;
pub use session::{SessionId, SessionManager, Summary};
pub use site::{Running, Site};
pub use socket::Close;

/// What a site and its games need, in one line: `use parlor::prelude::*`.
pub mod prelude {
    pub use crate::{
        Assets, Close, Connection, Consumer, Context, GameSessionView, Handshake, Instead, Page,
        Problem, SessionId, SessionManager, Site,
    };
    pub use parlor_core::{
        Alarm, Ask, Bot, Chips, Dice, Game, Outcome, Player, PlayerId, Players, Refusal, Seat,
        Table, Turn, Viewer, ensure,
    };
    pub use parlor_macros::{message_via_parlor as message, view_via_parlor as view};
    pub use serde::{Deserialize, Serialize};
    pub use std::time::Duration;
}

/// What the code made by `#[message]` and `#[view]` refers to; not for use by hand.
#[doc(hidden)]
pub use parlor_core::__private;
