//! What a client sends: the envelope, and the data of a move.

use super::game::{Action, Wheel};
use crate::{depth::DEEPEST, socket::Envelope};
use parlor_core::{Input, Message as _, Record, Undecoded, message::LONGEST_REASON};
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Reads a text frame.
///
/// # Panics
/// Where something else is accepted than the contract says, where a move that is read is not the one that is written again,
/// or where a refusal is longer than any needs to be.
pub fn probe(bytes: &[u8]) -> bool {
    // The frames' decoder lets nothing else through.
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let read = Envelope::read(text);
    let value = serde_json::from_str::<Value>(text).ok();
    if let Some(value) = &value {
        assert_eq!(read.is_ok(), is_envelope(text, value), "the envelope {text:?}");
    }
    let envelope = match read {
        Ok(envelope) => envelope,
        Err(refusal) => {
            assert_eq!(refusal.code(), "malformed");
            return false;
        }
    };
    if let Ok(Some(id)) = envelope.id() {
        assert!((1..=64).contains(&id.chars().count()), "the id {id:?}");
    }
    if let Some(value) = &value {
        assert_eq!(value["type"], *envelope.kind);
        let data = envelope.data().map(|data| serde_json::from_str(data).expect("it was read"));
        assert_eq!(value["data"], data.unwrap_or(Value::Null));
    }
    match Action::decode(&envelope.kind, envelope.data()) {
        Ok(action) => {
            comes_again(&action, text.len());
            true
        }
        Err(Undecoded::UnknownType) => {
            assert!(!Action::KINDS.contains(&&*envelope.kind));
            false
        }
        Err(Undecoded::Invalid(reason)) => {
            assert!(reason.chars().count() <= LONGEST_REASON, "{} bytes", reason.len());
            false
        }
    }
}

/// A move that was read is the same when it is written and read again, in a message and in a record.
fn comes_again(action: &Action, length: usize) {
    let text = serde_json::to_string(action).expect("a message can be written");
    assert!(text.len() <= 2 * length + 256, "{length} bytes became {}", text.len());
    let envelope = Envelope::read(&text).expect("what is written is an envelope");
    assert_eq!(envelope.kind, action.kind());
    assert_eq!(Action::decode(&envelope.kind, envelope.data()).as_ref(), Ok(action));
    let record = Record::<Wheel> {
        seq: 2,
        at: 0,
        who: None,
        input: Input::Acted(action.clone()),
        id: None,
        observed: Vec::new(),
        effects: 0,
    };
    let text = serde_json::to_string(&record).expect("a record can be written");
    assert_eq!(serde_json::from_str::<Record<Wheel>>(&text).expect("what is written"), record);
}

/// Whether the contract takes this JSON for an envelope: an object with one string `type`, and no part twice.
fn is_envelope(text: &str, value: &Value) -> bool {
    let Some(fields) = value.as_object() else { return false };
    let keys = serde_json::Deserializer::from_str(text).deserialize_map(Keys).expect("an object");
    let once = |name: &str| keys.iter().filter(|key| *key == name).count() <= 1;
    let parts = ["type", "data", "id"].into_iter().all(once);
    let deep = fields.get("data").is_some_and(|data| depth(data) > DEEPEST);
    parts && !deep && fields.get("type").is_some_and(Value::is_string)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The keys of an object, also those that come twice.
struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Vec<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, IgnoredAny)) = map.next_entry()? {
            keys.push(key);
        }
        Ok(keys)
    }
}
