//! Colyseus 0.18: a byte for the kind of a message, its type as a string, and its data in MessagePack.

use super::{Frame, STATE, Update, Word, frame};
use anyhow::{Context as _, Result, bail, ensure};
use std::borrow::Cow;

/// The kind of the first message, and of the answer to it.
const JOIN_ROOM: u8 = 10;

/// The kind of messages with data.
const ROOM_DATA: u8 = 13;

/// A move of that number, sent at that time.
pub(super) fn say_move(n: u64, t: u64) -> Frame<'static> {
    let mut bytes = vec![ROOM_DATA];
    string(&mut bytes, "move");
    bytes.push(0x82);
    for (key, value) in [("n", n), ("t", t)] {
        string(&mut bytes, key);
        number(&mut bytes, value);
    }
    binary(bytes)
}

/// The question how many moves the table has.
pub(super) fn ask_moves() -> Frame<'static> {
    let mut bytes = vec![ROOM_DATA];
    string(&mut bytes, "load_game");
    binary(bytes)
}

/// What a binary frame says.
///
/// # Errors
/// A frame of no known form.
pub(super) fn read(bytes: &[u8]) -> Result<Word> {
    let mut scan = Scan(bytes);
    match scan.byte()? {
        JOIN_ROOM => Ok(Word::Wants(binary(vec![JOIN_ROOM]))),
        ROOM_DATA => match scan.string()? {
            b"update" => scan.update(),
            b"load_game" => scan.moves(),
            _ => bail!("a message that was not expected"),
        },
        _ => bail!("a kind of message that was not expected"),
    }
}

fn binary(bytes: Vec<u8>) -> Frame<'static> {
    Frame { code: frame::BINARY, payload: Cow::Owned(bytes) }
}

/// Writes a string of fewer than 32 bytes.
fn string(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(0xa0 + u8::try_from(text.len()).unwrap_or_default());
    bytes.extend(text.as_bytes());
}

/// Writes a number as JavaScript's library does: over 32 bits it would be a `BigInt` there, if it were not floating point.
fn number(bytes: &mut Vec<u8>, value: u64) {
    match (u8::try_from(value), u16::try_from(value), u32::try_from(value)) {
        (Ok(small @ ..0x80), ..) => bytes.push(small),
        (Ok(byte), ..) => bytes.extend([0xcc, byte]),
        (_, Ok(short), _) => {
            bytes.push(0xcd);
            bytes.extend(short.to_be_bytes());
        }
        (.., Ok(word)) => {
            bytes.push(0xce);
            bytes.extend(word.to_be_bytes());
        }
        _ => {
            bytes.push(0xcb);
            bytes.extend((value as f64).to_be_bytes());
        }
    }
}

/// Bytes that are read from their start on.
#[derive(Debug)]
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("the message is cut short")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn big_endian(&mut self, length: usize) -> Result<u64> {
        Ok(self.take(length)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn string(&mut self) -> Result<&'a [u8]> {
        let length = match self.byte()? {
            short @ 0xa0..=0xbf => u64::from(short - 0xa0),
            0xd9 => self.big_endian(1)?,
            0xda => self.big_endian(2)?,
            other => bail!("{other:#x} where a string must be"),
        };
        self.take(usize::try_from(length)?)
    }

    /// A number; JavaScript writes those over 32 bits as floating point.
    fn number(&mut self) -> Result<u64> {
        Ok(match self.byte()? {
            small @ 0..=0x7f => u64::from(small),
            0xcc => self.big_endian(1)?,
            0xcd => self.big_endian(2)?,
            0xce => self.big_endian(4)?,
            0xcb => whole(f64::from_bits(self.big_endian(8)?))?,
            other => bail!("{other:#x} where a number must be"),
        })
    }

    fn field(&mut self, key: &str) -> Result<u64> {
        ensure!(self.string()? == key.as_bytes(), "`{key}` was expected");
        self.number()
    }

    fn update(&mut self) -> Result<Word> {
        self.map(5)?;
        let (n, t) = (self.field("n")?, self.field("t")?);
        let (seq, by) = (self.field("seq")?, self.field("by")?);
        ensure!(self.string()? == b"state" && self.string()? == STATE, "a state was expected");
        ensure!(self.0.is_empty(), "more than an update");
        Ok(Word::Update(Update { n, t, seq, by }))
    }

    fn moves(&mut self) -> Result<Word> {
        self.map(2)?;
        self.field("players")?;
        Ok(Word::Moves(self.field("moves")?))
    }

    /// The head of an object of so many fields. The library of the server gives small objects the longer head.
    fn map(&mut self, fields: u8) -> Result<()> {
        let head = self.byte()?;
        let fits = if head == 0xde {
            self.big_endian(2)? == u64::from(fields)
        } else {
            head == 0x80 + fields
        };
        ensure!(fits, "an object of {fields} fields was expected");
        Ok(())
    }
}

/// A floating-point number that is a whole one.
fn whole(number: f64) -> Result<u64> {
    ensure!(number >= 0.0 && number.fract() == 0.0 && number < 9e15, "{number} is no count");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(number as u64)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Update, Word},
        Scan, number, read, string,
    };

    fn update(state: usize) -> Vec<u8> {
        let mut bytes = vec![13];
        string(&mut bytes, "update");
        bytes.extend([0xde, 0, 5]);
        string(&mut bytes, "n");
        bytes.extend([0xcb]);
        bytes.extend(5e9_f64.to_be_bytes());
        string(&mut bytes, "t");
        bytes.extend([0xcd, 1, 2]);
        string(&mut bytes, "seq");
        bytes.push(12);
        string(&mut bytes, "by");
        bytes.push(3);
        string(&mut bytes, "state");
        bytes.push(0xda);
        bytes.extend(u16::try_from(state).unwrap().to_be_bytes());
        bytes.extend(vec![b's'; state]);
        bytes
    }

    #[test]
    fn messages_are_read_and_joining_is_answered() {
        let told = Update { n: 5_000_000_000, t: 258, seq: 12, by: 3 };
        assert_eq!(read(&update(404)).unwrap(), Word::Update(told));
        assert!(matches!(read(&[10, 1, b'x', 4]).unwrap(), Word::Wants(it) if *it.payload == [10]));
        let mut game = vec![13];
        string(&mut game, "load_game");
        game.push(0x82);
        string(&mut game, "players");
        game.push(2);
        string(&mut game, "moves");
        game.push(31);
        assert_eq!(read(&game).unwrap(), Word::Moves(31));
    }

    #[test]
    fn numbers_come_back_as_they_were_written() {
        for value in [0, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, 1 << 52]
        {
            let mut bytes = Vec::new();
            number(&mut bytes, value);
            assert_eq!(Scan(&bytes).number().unwrap(), value);
        }
    }

    #[test]
    fn what_is_cut_short_or_unknown_is_an_error() {
        assert!(read(&update(403)).is_err());
        let whole = update(404);
        assert!((0..whole.len()).all(|length| read(&whole[..length]).is_err()));
        assert!(read(&[11, 1]).is_err());
    }
}
