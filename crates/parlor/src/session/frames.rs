//! The texts that a session sends.

use crate::socket::Text;
use parlor_core::Refusal;
use serde::Serialize;

/// An event, as every member gets it.
pub(crate) fn event(event: &impl Serialize) -> Text {
    json(event).into()
}

/// An event that is made for each viewer, with the viewer's name beside it.
pub(super) fn own_event(event: &str, user: &str) -> Text {
    let open = event.strip_suffix('}').unwrap_or(event);
    format!("{open},\"user\":{}}}", json(&user)).into()
}

/// The game as one viewer sees it.
pub(super) fn load_game(view: &str, user: &str) -> Text {
    format!("{{\"type\":\"load_game\",\"data\":{view},\"user\":{}}}", json(&user)).into()
}

/// A line of chat.
pub(super) fn chat(user: &str, text: &str) -> Text {
    let (user, text) = (json(&user), json(&text));
    format!("{{\"type\":\"chat_msg\",\"data\":{{\"user\":{user},\"msg\":{text}}}}}").into()
}

/// Why a message was refused, for its sender.
pub(crate) fn error(refusal: &Refusal) -> Text {
    let (code, message) = (json(&refusal.code()), json(&refusal.message()));
    format!("{{\"type\":\"error\",\"data\":{{\"code\":{code},\"message\":{message}}}}}").into()
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("messages and views can be written as JSON")
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
