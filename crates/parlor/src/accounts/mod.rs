//! Accounts: who somebody is, how one proves it, and what one can spend.
//!
//! - [`credentials`]: the rules for names and passwords
//! - [`password`]: hashing, two at a time
//! - [`token`]: what stands for an account, in a cookie or a bearer header
//! - [`ticket`]: one use, thirty seconds, one session: for handshakes that can't send a header
//! - [`visitor`]: who made this request
//! - [`purse`]: what a player can spend
//! - [`api`]: the routes for programs

mod api;
mod credentials;
mod password;
mod purse;
mod sign_in;
mod ticket;
mod token;
mod visitor;

pub(crate) use api::{body, routes};
pub(crate) use credentials::Credentials;
pub(crate) use password::Passwords;
pub(crate) use purse::{Purse, Purses};
pub(crate) use sign_in::{SignedIn, SigningIn, sign_out};
pub(crate) use ticket::Tickets;
pub(crate) use token::{Token, TokenHash, forgotten, has_bearer, has_cookie};
pub(crate) use visitor::{Signed, Visitor};
