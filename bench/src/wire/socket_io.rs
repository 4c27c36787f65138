//! Socket.IO 5 over Engine.IO 4: a digit of the one, a digit of the other, and JSON.

use super::{Frame, Scan, Word};
use anyhow::{Result, bail};

/// What a text frame says.
///
/// # Errors
/// A frame of no known form.
pub(super) fn read(text: &[u8]) -> Result<Word> {
    match text {
        // Engine.IO is open: the namespace is asked for.
        [b'0', ..] => Ok(Word::Wants(Frame::text("40".to_owned()))),
        [b'2'] => Ok(Word::Wants(Frame::text("3".to_owned()))),
        [b'6'] => Ok(Word::Nothing),
        // The namespace is open.
        [b'4', b'0', ..] => Ok(Word::Nothing),
        [b'4', b'2', rest @ ..] => event(rest),
        _ => bail!("a packet that was not expected"),
    }
}

fn event(rest: &[u8]) -> Result<Word> {
    let mut scan = Scan(rest);
    if rest.starts_with(br#"["load_game",{"#) {
        return scan.moves();
    }
    scan.skip(br#"["update","#)?;
    scan.update(br#""}]"#)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Frame, Update, Word},
        read,
    };

    #[test]
    fn events_are_read_and_the_rest_of_the_protocol_is_answered() {
        let state = "s".repeat(404);
        let text = format!(r#"42["update",{{"n":7,"t":5,"seq":12,"by":3,"state":"{state}"}}]"#);
        let told = Update { n: 7, t: 5, seq: 12, by: 3 };
        assert_eq!(read(text.as_bytes()).unwrap(), Word::Update(told));
        let game = br#"42["load_game",{"players":2,"moves":31}]"#;
        assert_eq!(read(game).unwrap(), Word::Moves(31));
        let answers = [(&b"0{\"sid\":\"x\"}"[..], "40"), (b"2", "3")];
        for (asked, answer) in answers {
            let wanted = Word::Wants(Frame::text(answer.to_owned()));
            assert_eq!(read(asked).unwrap(), wanted);
        }
        assert_eq!(read(b"40{\"sid\":\"x\"}").unwrap(), Word::Nothing);
    }

    #[test]
    fn refusals_and_unknown_packets_are_errors() {
        assert!(read(br#"44{"message":"no"}"#).is_err());
        assert!(read(b"41").is_err());
        assert!(read(br#"42["other",{}]"#).is_err());
        assert!(read(b"").is_err());
    }
}
