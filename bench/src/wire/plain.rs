//! Plain frames, `{"type", "data"}`: Parlor's own without a protocol, and those of every server that has none of its own.

use super::{Scan, Word};
use anyhow::Result;

/// How an update begins.
const UPDATE: &[u8] = br#"{"type":"update","data":"#;

/// How the game as it stands begins.
const LOAD_GAME: &[u8] = br#"{"type":"load_game","data":{"#;

/// What a text frame says.
///
/// # Errors
/// A frame of no known form.
pub(super) fn read(text: &[u8]) -> Result<Word> {
    let mut scan = Scan(text);
    if text.starts_with(LOAD_GAME) {
        return scan.moves();
    }
    scan.skip(UPDATE)?;
    scan.update(br#""}}"#)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Update, Word},
        read,
    };

    fn update(state: &str) -> String {
        format!(r#"{{"type":"update","data":{{"n":7,"t":5,"seq":12,"by":3,"state":"{state}"}}}}"#)
    }

    #[test]
    fn updates_and_games_are_read() {
        let text = update(&"s".repeat(404));
        let told = Update { n: 7, t: 5, seq: 12, by: 3 };
        assert_eq!(read(text.as_bytes()).unwrap(), Word::Update(told));
        let game = br#"{"type":"load_game","data":{"players":2,"moves":31},"user":"ann"}"#;
        assert_eq!(read(game).unwrap(), Word::Moves(31));
    }

    #[test]
    fn a_state_of_another_length_and_other_frames_are_errors() {
        assert!(read(update(&"s".repeat(403)).as_bytes()).is_err());
        assert!(read(update(&"s".repeat(405)).as_bytes()).is_err());
        let refused = br#"{"type":"error","data":{"code":"rate_limited","message":"wait"}}"#;
        assert!(read(refused).is_err());
    }
}
