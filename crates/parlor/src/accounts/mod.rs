//! Accounts: who somebody is, how one proves it, and what one can spend.
//!
//! - [`credentials`]: the rules for names and passwords
//! - [`password`]: hashing, two at a time; [`hashing`]: one password
//! - [`token`]: what stands for an account, in a cookie or a bearer header
//! - [`ticket`]: one use, thirty seconds, one session: for handshakes that can't send a header
//! - [`visitor`]: who made this request; [`logins`]: whose token it is, without asking the database each time
//! - [`watch`]: the log-ins of open sockets, once a minute
//! - [`purse`]: what a player can spend
//! - [`api`]: the routes for programs

mod api;
mod credentials;
mod hashing;
mod logins;
mod password;
mod purse;
mod sign_in;
mod ticket;
mod token;
mod visitor;
mod watch;

pub(crate) use api::{body, routes};
pub(crate) use credentials::Credentials;
pub(crate) use logins::{Logins, is_alive, sign_out, turn_out};
pub(crate) use password::Passwords;
pub(crate) use purse::{Purse, Purses};
pub(crate) use sign_in::{SignedIn, SigningIn};
pub(crate) use ticket::Tickets;
pub(crate) use token::{Token, TokenHash, forgotten, has_bearer, has_cookie};
pub(crate) use visitor::{Signed, Visitor};
pub(crate) use watch::run as watch;
