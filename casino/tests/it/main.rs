//! The casino over real sockets: its games as players of the original know them, and the program as a whole.

mod blackjack;
mod exploits;
mod going_on;
mod original;
mod program;
mod races;
mod serving;
mod settings;
mod tic_tac_toe;
