//! Which session.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A session's id: a random UUID, as it stands in addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

impl SessionId {
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    /// Reads the hyphenated form alone: one session has one address.
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        let id = Uuid::parse_str(text)?;
        if id.to_string() == text.to_ascii_lowercase() {
            Ok(Self(id))
        } else {
            // An empty text is the shortest way to the library's own error.
            Uuid::parse_str("").map(Self)
        }
    }
}
