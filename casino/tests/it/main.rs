//! The casino over real sockets: its games as players of the original know them, and the program as a whole.

mod blackjack;
mod bot;
mod commands;
mod damage;
mod disk;
mod ends;
mod exploits;
mod going_on;
mod image;
mod kills;
mod machine;
mod original;
mod outliving;
mod power;
mod program;
mod races;
mod serving;
mod settings;
mod tic_tac_toe;
