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
    type Err = NoSessionId;

    /// Reads the hyphenated form alone: one session has one address.
    fn from_str(text: &str) -> Result<Self, NoSessionId> {
        let id = Uuid::try_parse(text).map_err(|_| NoSessionId)?;
        let hyphenated = id.to_string() == text.to_ascii_lowercase();
        hyphenated.then_some(Self(id)).ok_or(NoSessionId)
    }
}

/// The text is no session's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session's id is a UUID with hyphens")]
pub struct NoSessionId;

#[cfg(test)]
mod tests {
    use super::SessionId;

    #[test]
    fn one_session_has_one_address() {
        let id = SessionId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        let simple = id.0.simple().to_string();
        for other in
            ["", "1", &simple, &format!("{{{id}}}"), &format!("urn:uuid:{id}"), &format!("{id}0")]
        {
            assert!(other.parse::<SessionId>().is_err(), "{other}");
        }
    }
}
