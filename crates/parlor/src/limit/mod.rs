//! What one address or one user may ask for, and how often.

mod failures;
mod rates;

pub(crate) use failures::Failures;
pub(crate) use rates::{PerAddress, PerUser};
