//! What travels between a game and its players.

use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use ts_rs::TS;

/// Anything that travels as `{"type": …, "data": …}`: an enum under `#[message]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "put `#[message]` above this enum"
)]
pub trait Message:
    fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned + TS + Send + Sync + 'static
{
    /// The types of all variants as they stand in the JSON, such as `"place_bet"`.
    const KINDS: &'static [&'static str];

    /// The type of this message.
    fn kind(&self) -> &'static str;

    /// Reads the message of the type `kind` from the text of its data.
    ///
    /// The data of a variant without fields are ignored; key order is free, further keys are ignored.
    ///
    /// # Errors
    /// [`Undecoded::UnknownType`] where no variant has that name, [`Undecoded::Invalid`] where the data don't fit it.
    fn decode(kind: &str, data: Option<&str>) -> Result<Self, Undecoded>;
}

/// What a viewer sees of a game: a struct or an enum under `#[view]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view",
    label = "put `#[view]` above this type"
)]
pub trait View: fmt::Debug + Clone + PartialEq + Serialize + TS + Send + Sync + 'static {}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecoded {
    /// The game has no message of this type.
    #[error("there is no message of this type")]
    UnknownType,
    /// The data don't fit the type; the text names the path and what is wrong there.
    #[error("{0}")]
    Invalid(String),
}

/// Reads the data of a message; an error names the path, as in `data.bet: …`.
///
/// # Errors
/// [`Undecoded::Invalid`] where the text is missing, or is not what `T` wants.
#[doc(hidden)]
pub fn read_data<T: DeserializeOwned>(data: Option<&str>) -> Result<T, Undecoded> {
    let text = data.unwrap_or("null");
    // Where something is wrong is looked for once something is.
    serde_json::from_str(text).or_else(|_| {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| Undecoded::Invalid(at_path("data", error)))
    })
}

/// Reads data with named fields: an object, where serde alone would take the fields' values in a list too.
///
/// # Errors
/// [`Undecoded::Invalid`] where the text is no object, or is not what `T` wants.
#[doc(hidden)]
pub fn read_fields<T: DeserializeOwned>(data: Option<&str>) -> Result<T, Undecoded> {
    if data.is_some_and(|text| text.trim_start().starts_with('{')) {
        read_data(data)
    } else {
        Err(Undecoded::Invalid("data: expected an object".into()))
    }
}

/// The most characters of why a message could not be read. What is wrong may be quoted in it, and be as long as the message.
#[doc(hidden)]
pub const LONGEST_REASON: usize = 300;

/// What is wrong, after the path of where: `data.bet: …`.
pub(crate) fn at_path(root: &str, error: serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = match error.path().to_string() {
        top if top == "." => root.to_owned(),
        path => format!("{root}.{path}"),
    };
    let reason = error.into_inner().to_string();
    // The place in the line is the envelope's business, not the player's.
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let mut told = format!("{path}: {reason}");
    if let Some((end, _)) = told.char_indices().nth(LONGEST_REASON) {
        told.truncate(end);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_REASON, Message, Undecoded};
    use crate::{Chips, message};

    #[message]
    enum Action {
        PlaceBet { bet: Chips, seats: Option<Vec<(u8, u8)>> },
        Say(String),
        Hit,
    }

    #[test]
    fn messages_are_read_by_their_type() {
        assert_eq!(Action::KINDS, ["place_bet", "say", "hit"]);
        let bet = Action::decode("place_bet", Some(r#"{"more":1,"bet":10.5}"#)).unwrap();
        assert_eq!(bet, Action::PlaceBet { bet: Chips::from_cents(1050), seats: None });
        assert_eq!(bet.kind(), "place_bet");
        assert_eq!(Action::decode("say", Some("\"hi\"")).unwrap(), Action::Say("hi".into()));
        for ignored in [None, Some("null"), Some("{}"), Some("[1]")] {
            assert_eq!(Action::decode("hit", ignored).unwrap(), Action::Hit);
        }
        assert_eq!(Action::decode("jump", None), Err(Undecoded::UnknownType));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_path() {
        let wrong = |data: Option<&str>| match Action::decode("place_bet", data) {
            Err(Undecoded::Invalid(message)) => message,
            other => panic!("{other:?}"),
        };
        assert!(wrong(Some(r#"{"bet":-5}"#)).starts_with("data.bet: "));
        assert!(
            wrong(Some(r#"{"bet":1,"seats":[[1,2],[3,"x"]]}"#)).starts_with("data.seats[1][1]: ")
        );
        assert_eq!(wrong(Some("{}")), "data: missing field `bet`");
        for no_object in [None, Some("null"), Some(r#"["5.00"]"#), Some("5"), Some("")] {
            assert_eq!(wrong(no_object), "data: expected an object");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_few_words_however_long_it_is() {
        let long = "ä".repeat(10_000);
        for data in [
            format!(r#"{{"bet":{{"{long}":1}}}}"#),
            format!(r#"{{"bet":1,"seats":"{long}"}}"#),
            format!(r#"{{"bet":1,"seats":[["{long}",1]]}}"#),
        ] {
            match Action::decode("place_bet", Some(&data)) {
                Err(Undecoded::Invalid(reason)) => {
                    assert!(reason.chars().count() <= LONGEST_REASON, "{} bytes", reason.len());
                    assert!(reason.starts_with("data."), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_message_travels_as_type_and_data() {
        let bet = Action::PlaceBet { bet: Chips::from_cents(1000), seats: None };
        let text = serde_json::to_string(&bet).unwrap();
        assert_eq!(text, r#"{"type":"place_bet","data":{"bet":"10.00","seats":null}}"#);
        assert_eq!(serde_json::from_str::<Action>(&text).unwrap(), bet);
        assert_eq!(serde_json::to_string(&Action::Hit).unwrap(), r#"{"type":"hit"}"#);
    }
}
