//! The table of a game, pure: what happens at it is a function of its records.
//!
//! - [`game`]: the one trait a developer writes, [`Game`]
//! - [`message`](mod@message): what travels, [`Message`] and [`View`]
//! - [`refusal`]: why a move was not played, [`Refusal`]
//! - [`players`]: who sits where, [`Players`], [`Seat`], [`Viewer`]
//! - [`table`]: what a game may do, [`Table`], and [`turn`]: one player's move, [`Turn`]
//! - [`dice`]: the only randomness, [`Dice`]; [`fair`]: draws that anyone can check afterwards
//! - [`chips`]: amounts of money, [`Chips`]; [`stakes`]: what moves between accounts
//! - [`alarm`]: what wakes a game, [`Alarm`]
//! - [`effect`]: what a session tells its members, [`Effect`]
//! - [`record`]: what the journal keeps, [`Record`]
//! - [`state`]: a move as a transaction, [`State::apply`]; [`replay`]: a session again, [`State::replay`]
//! - [`known`]: what one viewer knew of a record, [`Known`]
//! - [`kit`]: cards and other things many games share
//!
//! Nothing here does I/O, reads a clock, waits, or uses floats or unordered maps.

#![deny(clippy::float_arithmetic)]

// The macros name this crate from outside; its own tests use them too.
#[cfg(test)]
extern crate self as parlor_core;

pub mod bot;
pub mod game;
pub mod message;
pub mod refusal;

pub mod players;
pub mod table;
pub mod turn;

pub mod alarm;
pub mod chips;
pub mod dice;
pub mod fair;
pub mod stakes;

pub mod effect;
pub mod known;
pub mod record;
pub mod replay;
pub mod state;

pub mod kit;

pub use alarm::Alarm;
pub use bot::Bot;
pub use chips::Chips;
pub use dice::Dice;
pub use effect::{Audience, Effect, What};
pub use game::{Durability, Game};
pub use known::{Known, Seen};
pub use message::{Message, Undecoded, View};
pub use parlor_macros::{message, view};
pub use players::{Player, PlayerId, Players, Seat, Viewer};
pub use record::{Input, Observed, Record};
pub use refusal::{Outcome, Refusal};
pub use replay::Unreplayable;
pub use stakes::{Account, Transfer};
pub use state::{Applied, Happening, Outside, Rejected, State};
pub use table::{Table, Timing};
pub use turn::{Ask, Turn};

/// What a game needs, in one line: `use parlor_core::prelude::*`.
pub mod prelude {
    pub use crate::{
        Alarm, Ask, Bot, Chips, Dice, Game, Outcome, Player, PlayerId, Players, Refusal, Seat,
        Table, Turn, Viewer, ensure,
    };
    pub use parlor_macros::{message, view};
    pub use serde::{Deserialize, Serialize};
    pub use std::time::Duration;
}

/// What the code made by `#[message]` and `#[view]` refers to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::message::{read_data, read_fields};
    pub use serde;
    pub use ts_rs;
}
