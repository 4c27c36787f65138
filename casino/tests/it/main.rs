//! The casino over real sockets: its games as players of the original know them, and the program as a whole.

mod archive;
mod blackjack;
mod bot;
mod clocks;
mod commands;
mod damage;
mod days;
mod disk;
mod ends;
mod exploits;
mod going_on;
mod hearing;
mod image;
mod kills;
mod machine;
mod original;
mod outliving;
mod power;
mod program;
mod projection;
mod races;
mod regulars;
mod serving;
mod settings;
mod storms;
mod tic_tac_toe;
