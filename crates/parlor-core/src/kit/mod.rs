//! Things many games share.

pub mod cards;
pub mod ready;
pub mod shoes;
