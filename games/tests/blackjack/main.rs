//! Blackjack, rule by rule, on stacked shoes and as it travels.

mod table;

mod bets;
mod clocks;
mod coming_and_going;
mod exploits;
mod fair;
mod hints;
mod insurance;
mod older_rules;
mod rules;
mod secrets;
mod surrender;
mod views;
