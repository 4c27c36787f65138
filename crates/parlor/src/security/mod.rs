//! Who may talk to the site: origins, addresses, headers.

mod address;
mod body;
mod guard;
mod headers;
mod origin;

pub(crate) use address::ClientAddress;
pub(crate) use body::read_body;
pub(crate) use guard::refuse_cross_origin;
pub(crate) use headers::{cors, secure};
pub use origin::Origin;
pub(crate) use origin::Origins;
