//! The description of the API: it has every route, and what is really answered is what it says.

mod described;
mod schema;
