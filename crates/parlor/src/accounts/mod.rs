//! Accounts: who somebody is, how one proves it, and what one can spend.
//!
//! - [`credentials`]: the rules for names and passwords
//! - [`password`]: hashing, two at a time; [`hashing`]: one password
//! - [`token`]: what stands for an account, in a cookie or a bearer header
//! - [`ticket`]: one use, thirty seconds, one session: for handshakes that can't send a header
//! - [`renewing`]: another name or password; [`deletion`]: the end of an account; [`changes`]: both, for those on their way
//! - [`own_log_ins`]: all log-ins of one account; [`label`]: what opened one
//! - [`visitor`]: who made this request; [`logins`]: whose token it is, without asking the database each time
//! - [`watch`]: the log-ins of open sockets, once a minute
//! - [`purse`]: what a player can spend; [`allowance`]: what one gets who is broke
//! - [`self_limits`]: limits that players set themselves, and [`own_limits`]: how they are told and asked for
//! - [`restraints`]: that they hold; [`play_time`]: how long one has played
//! - [`statement`]: what has moved on one's account; [`tables`]: where one has a part
//! - [`api`]: the routes for programs; [`me`]: those about oneself

mod allowance;
mod api;
mod changes;
mod credentials;
mod deletion;
mod hashing;
mod label;
mod logins;
mod me;
mod own_limits;
mod own_log_ins;
mod password;
mod play_time;
mod purse;
mod renewing;
mod restraints;
pub(crate) mod self_limits;
mod sign_in;
mod statement;
mod tables;
mod ticket;
mod token;
mod visitor;
mod watch;

pub(crate) use allowance::{claim, offer};
pub(crate) use api::{body, routes};
pub(crate) use changes::Changes;
pub(crate) use credentials::Credentials;
pub(crate) use label::Label;
pub(crate) use logins::{Logins, is_alive, sign_out, turn_out};
pub(crate) use me::{Oneself, to_the_end};
pub(crate) use own_limits::{Asked, own_limits};
pub(crate) use own_log_ins::{end_log_in, end_log_ins, log_ins};
pub(crate) use password::Passwords;
pub(crate) use purse::{Purse, Purses};
pub(crate) use restraints::Restraints;
pub(crate) use sign_in::{SignedIn, SigningIn};
pub(crate) use statement::{Row, Statement, statement};
pub(crate) use tables::own_tables;
pub(crate) use ticket::Tickets;
pub(crate) use token::{Token, TokenHash, forgotten, has_bearer, has_cookie};
pub(crate) use visitor::{Signed, Visitor};
pub(crate) use watch::run as watch;
