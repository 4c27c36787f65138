//! The envelope of a message: `{"type": …, "data": …}`, and the errors of form.

use crate::depth::{DEEPEST, is_too_deep};
use parlor_core::Refusal;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A message before anyone knows what its type means.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    /// The type.
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Cow<'a, str>,
    /// The data, as they were written.
    #[serde(borrow, default)]
    pub(crate) data: Option<&'a RawValue>,
    /// What the sender calls the message, as it was written.
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

/// The longest id, in characters.
const LONGEST_ID: usize = 64;

impl<'a> Envelope<'a> {
    /// Reads the envelope of a text frame.
    pub(crate) fn read(text: &'a str) -> Result<Self, Refusal> {
        // A list of the two would be read as well.
        parlor_core::ensure!(text.trim_start().starts_with('{'), malformed());
        let envelope: Self = serde_json::from_str(text).map_err(|_| malformed())?;
        let deep = envelope.data().is_some_and(|data| is_too_deep(data.as_bytes()));
        parlor_core::ensure!(!deep, too_deep());
        Ok(envelope)
    }

    /// What the sender calls the message: a string of 1 to 64 characters, or nothing.
    pub(crate) fn id(&self) -> Result<Option<String>, Refusal> {
        let id = self.id.map(|id| serde_json::from_str::<Option<String>>(id.get()));
        match id.transpose().map_err(|_| malformed())?.flatten() {
            Some(id) if !(1..=LONGEST_ID).contains(&id.chars().count()) => Err(malformed()),
            id => Ok(id),
        }
    }

    /// The text of the data.
    pub(crate) fn data(&self) -> Option<&'a str> {
        self.data.map(RawValue::get)
    }
}

pub(crate) fn malformed() -> Refusal {
    Refusal::new(
        "malformed",
        "send one JSON object, {\"type\": STRING, \"data\": …}, in a text frame",
    )
}

fn too_deep() -> Refusal {
    let reason = format!("data: lists and objects may lie in each other {DEEPEST} times at most");
    Refusal::new("malformed", reason)
}

pub(crate) fn unknown_type(kind: &str) -> Refusal {
    let kind: String = kind.chars().take(40).collect();
    Refusal::new("unknown_type", format!("this game has no message of the type {kind:?}"))
}

pub(crate) fn spectator() -> Refusal {
    Refusal::new("spectator", "you only watch; take a seat to play")
}

pub(crate) fn too_large(limit: usize) -> Refusal {
    Refusal::new("too_large", format!("a message has at most {limit} bytes"))
}

pub(crate) fn rate_limited() -> Refusal {
    Refusal::new("rate_limited", "you send too fast; wait a moment")
}

#[cfg(test)]
mod tests {
    use super::Envelope;

    #[test]
    fn key_order_is_free_and_data_may_be_left_out() {
        for text in [
            r#"{"type":"place","data":{"cell":4}}"#,
            r#"{"data":{"cell":4},"more":[1],"type":"place"}"#,
        ] {
            let envelope = Envelope::read(text).unwrap();
            assert_eq!((&*envelope.kind, envelope.data()), ("place", Some(r#"{"cell":4}"#)));
        }
        assert_eq!(Envelope::read(r#"{"type":"a\u0062"}"#).unwrap().kind, "ab");
        assert!(Envelope::read(r#"{"type":"x","data":null}"#).is_ok());
    }

    #[test]
    fn data_nest_sixteen_times_at_most() {
        let deep = |depth: usize| {
            let data = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let text = format!(r#"{{"type":"a","data":{data}}}"#);
            Envelope::read(&text).map(|_| ()).map_err(|refusal| refusal.code())
        };
        for depth in [1, 15, 16] {
            assert_eq!(deep(depth), Ok(()), "{depth}");
        }
        for depth in [17, 128, 30_000] {
            assert_eq!(deep(depth), Err("malformed"), "{depth}");
        }
    }

    #[test]
    fn what_is_no_envelope_is_malformed() {
        for text in [
            "",
            "x",
            "null",
            "[]",
            r#"["a"]"#,
            "{}",
            "1",
            r#""a""#,
            r#"{"type":1}"#,
            r#"{"type":null}"#,
            r#"{"data":{}}"#,
            r#"{"type":"a"} {"type":"b"}"#,
            r#"{"type":"a","type":"b"}"#,
            "{\"type\":\"a\"",
        ] {
            assert_eq!(Envelope::read(text).unwrap_err().code(), "malformed", "{text}");
        }
    }
}
