//! What a client sends: the envelope, and the data of a move.

use super::game::{Action, Wheel};
use crate::{depth::DEEPEST, socket::Envelope};
use parlor_core::{Input, Message as _, Record, Undecoded, message::LONGEST_REASON};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
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
    let parts = serde_json::Deserializer::from_str(text).deserialize_map(Parts).expect("an object");
    let of = |name: &'static str| parts.iter().filter(move |(key, _)| key == name);
    let once = ["type", "data", "id"].into_iter().all(|name| of(name).count() <= 1);
    let deep = of("data").any(|(_, depth)| depth.0 > DEEPEST);
    once && !deep && fields.get("type").is_some_and(Value::is_string)
}

/// How many lists and objects lie in each other, also where a key comes twice and its first value is read by nobody.
struct Depth(usize);

impl<'de> Deserialize<'de> for Depth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Nested)
    }
}

struct Nested;

impl<'de> Visitor<'de> for Nested {
    type Value = Depth;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_unit<E>(self) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Depth, A::Error> {
        let mut deepest = 0;
        while let Some(Depth(depth)) = list.next_element()? {
            deepest = deepest.max(depth);
        }
        Ok(Depth(1 + deepest))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Depth, A::Error> {
        let parts = Parts.visit_map(map)?;
        Ok(Depth(1 + parts.iter().map(|(_, depth)| depth.0).max().unwrap_or(0)))
    }
}

/// The keys of an object, also those that come twice, and how deep their values are.
struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Vec<(String, Depth)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<(String, Depth)>, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = map.next_entry()? {
            parts.push(part);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::probe;

    #[test]
    fn what_is_too_deep_is_so_also_where_its_key_comes_again() {
        let deep = format!("{}1{}", "[".repeat(18), "]".repeat(18));
        let twice = format!(r#"{{"type":"later","data":{{"a":{deep},"a":true}}}}"#);
        assert!(!probe(twice.as_bytes()));
    }
}
