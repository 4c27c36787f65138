//! The texts that a session sends.

use super::{Role, SessionId, history::Hearer};
use parlor_core::{Audience, Game, Refusal, What};
use serde::Serialize;

/// How long what is written as JSON usually is at the most, in bytes: it grows where it is longer.
const USUAL: usize = 512;

/// An event, as every member gets it.
pub(crate) fn event(event: &impl Serialize) -> String {
    json(event)
}

/// An event that is made for each viewer, with the viewer's name beside it.
pub(super) fn own_event(event: &str, user: &str) -> String {
    let open = event.strip_suffix('}').unwrap_or(event);
    format!("{open},\"user\":{}}}", json(&user))
}

/// The game as one viewer sees it.
pub(super) fn load_game(view: &str, user: &str) -> String {
    format!("{{\"type\":\"load_game\",\"data\":{view},\"user\":{}}}", json(&user))
}

/// A line of chat.
pub(super) fn chat(user: &str, text: &str) -> String {
    format!("{}{}}}}}", chat_of(user), json(&text))
}

/// What every line of chat of this user begins with, and no other frame.
pub(super) fn chat_of(user: &str) -> String {
    format!("{{\"type\":\"chat_msg\",\"data\":{{\"user\":{},\"msg\":", json(&user))
}

/// Why a message was refused, for its sender; with its id, where it has one.
pub(crate) fn error(refusal: &Refusal, id: Option<&str>) -> String {
    let (code, message) = (json(&refusal.code()), json(&refusal.message()));
    let id = id.map(|id| format!(",\"id\":{}", json(&id))).unwrap_or_default();
    format!("{{\"type\":\"error\",\"data\":{{\"code\":{code},\"message\":{message}{id}}}}}")
}

/// A message was applied, and is stored.
pub(super) fn ack(id: &str) -> String {
    format!("{{\"type\":\"ack\",\"data\":{{\"id\":{}}}}}", json(&id))
}

/// Who one is in this session, and whether what one missed comes next.
pub(super) fn welcome(user: &str, role: Role, session: SessionId, resumed: bool) -> String {
    let role = match role {
        Role::Player => "player",
        Role::Spectator => "spectator",
    };
    let data =
        serde_json::json!({ "user": user, "role": role, "session": session, "resumed": resumed });
    format!("{{\"type\":\"welcome\",\"data\":{data}}}")
}

/// The texts of an event that is kept for those who come back, with who hears each; nothing for a view. `line` is the text
/// of a line of chat.
pub(super) fn kept<G: Game>(
    what: &What<G>,
    line: Option<String>,
) -> Option<Vec<(Hearer, Vec<u8>)>> {
    match what {
        What::All(told) => Some(vec![(None, bytes(told))]),
        What::Sent(told) => Some(vec![(None, bytes(told))]),
        What::One(one, told) => Some(vec![(Some(Audience::Player(*one)), bytes(told))]),
        What::Each(each) => Some(each.iter().map(|(to, told)| (Some(*to), bytes(told))).collect()),
        What::Chat => Some(line.map(|line| (None, line.into_bytes())).into_iter().collect()),
        What::EachView(_) | What::Refresh(_) => None,
    }
}

pub(super) fn json(value: &impl Serialize) -> String {
    String::from_utf8(bytes(value)).expect("JSON is UTF-8")
}

/// The same for what is only sent on: nobody looks through it again.
fn bytes(value: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut json, value).expect("messages and views can be written as JSON");
    json
}

#[cfg(test)]
mod tests {
    use super::{chat, load_game, own_event};

    #[test]
    fn names_and_texts_are_escaped() {
        assert_eq!(
            load_game("{}", "a\"b").as_str(),
            r#"{"type":"load_game","data":{},"user":"a\"b"}"#
        );
        assert_eq!(
            chat("ann", "</script>\n").as_str(),
            r#"{"type":"chat_msg","data":{"user":"ann","msg":"</script>\n"}}"#
        );
        assert_eq!(own_event(r#"{"type":"x"}"#, "ann").as_str(), r#"{"type":"x","user":"ann"}"#);
    }
}
