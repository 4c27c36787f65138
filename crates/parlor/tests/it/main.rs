//! A site over real sockets and a real database, with a tiny game of its own: `parlor::prelude` alone makes it.

mod accounts;
mod chat;
mod coming;
mod game;
mod gate;
mod handshakes;
mod hooks;
mod limits;
mod log_in;
mod money;
mod origins;
mod pages;
mod private;
mod refusals;
mod restart;
mod seats;
mod slow;
