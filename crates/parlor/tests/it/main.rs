//! A site over real sockets and a real database, with a tiny game of its own: `parlor::prelude` alone makes it.

mod accounts;
mod asleep;
mod bounds;
mod chat;
mod coming;
mod faults;
mod floods;
mod game;
mod gate;
mod handshakes;
mod hooks;
mod ids;
mod limits;
mod log_in;
mod money;
mod origins;
mod pages;
mod private;
mod refusals;
mod restart;
mod returning;
mod rfc6455;
mod seats;
mod slow;
mod stalls;
mod v1;
