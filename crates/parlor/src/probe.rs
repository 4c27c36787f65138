//! Doors to the inside for test suites and fuzzers, open with the feature `probe` alone; no part of the API.

pub use crate::socket::echo;
