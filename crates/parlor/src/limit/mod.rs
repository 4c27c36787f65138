//! What one address or one user may ask for, and how often.

mod failures;
mod rates;
mod waiting;

pub(crate) use failures::{Failures, Who};
pub(crate) use rates::{PerAddress, PerUser};
pub(crate) use waiting::{Place, Waiting};
