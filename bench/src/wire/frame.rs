//! As much of RFC 6455 as a client needs who is sent whole messages: one frame after the other, cut out of what was read.

use anyhow::{Result, ensure};
use std::borrow::Cow;

/// The kind of a text.
pub(crate) const TEXT: u8 = 1;

/// The kind of bytes.
pub(crate) const BINARY: u8 = 2;

/// The kind of what must be answered by a pong.
pub(crate) const PING: u8 = 9;

/// The kind of the answer to a ping.
pub(crate) const PONG: u8 = 10;

/// The mask of every frame. Nobody is between the two programs, so it need not be a secret; a server undoes it as any other.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// No frame of the workload is longer.
const LONGEST: usize = 1 << 20;

/// A whole message in one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// What kind it is.
    pub(crate) code: u8,
    /// What it carries.
    pub(crate) payload: Cow<'a, [u8]>,
}

impl Frame<'_> {
    /// A text.
    pub(crate) fn text(text: String) -> Self {
        Self { code: TEXT, payload: Cow::Owned(text.into_bytes()) }
    }

    /// The same with bytes of its own.
    pub(crate) fn owned(self) -> Frame<'static> {
        Frame { code: self.code, payload: Cow::Owned(self.payload.into_owned()) }
    }

    /// Appends it as a client must write it, masked.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(0x80 | self.code);
        let length = self.payload.len();
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short), _) if short < 126 => out.push(0x80 | short),
            (_, Ok(middle)) => {
                out.push(0x80 | 126);
                out.extend(middle.to_be_bytes());
            }
            _ => {
                out.push(0x80 | 127);
                out.extend((length as u64).to_be_bytes());
            }
        }
        out.extend(MASK);
        out.extend(self.payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }
}

/// The first frame of these bytes and its length with its head; none while it is incomplete.
///
/// # Errors
/// What a server must not send, a fragment, which none of these servers makes, and a frame that is too long.
pub(crate) fn cut(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    ensure!(first & 0xf0 == 0x80, "a fragment, or a frame with reserved bits: {first:#x}");
    ensure!(second & 0x80 == 0, "a server must not mask");
    let (length, head) = match (second, rest) {
        (126, [a, b, ..]) => (usize::from(u16::from_be_bytes([*a, *b])), 4),
        (127, [a, b, c, d, e, f, g, h, ..]) => {
            let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
            (usize::try_from(length)?, 10)
        }
        (126 | 127, _) => return Ok(None),
        (short, _) => (usize::from(*short), 2),
    };
    ensure!(length <= LONGEST, "a frame of {length} bytes");
    let payload = bytes.get(head..head + length);
    let frame = |payload| Frame { code: first & 0x0f, payload: Cow::Borrowed(payload) };
    Ok(payload.map(|payload| (frame(payload), head + length)))
}

#[cfg(test)]
mod tests {
    use super::{Frame, MASK, TEXT, cut};
    use std::borrow::Cow;

    /// A frame as a server writes it.
    fn server(length: usize) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match length {
            0..126 => bytes.push(u8::try_from(length).unwrap()),
            126..65_536 => {
                bytes.push(126);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                bytes.push(127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(vec![b'x'; length]);
        bytes
    }

    #[test]
    fn frames_of_every_length_are_cut_out_once_they_are_whole() {
        for length in [0, 1, 125, 126, 491, 65_535, 65_536] {
            let mut bytes = server(length);
            let whole = bytes.len();
            bytes.extend([0x81, 1, b'y']);
            let (frame, used) = cut(&bytes).unwrap().unwrap();
            assert_eq!((frame.payload.len(), used), (length, whole));
            assert_eq!(cut(&bytes[used..]).unwrap().unwrap().0.payload, Cow::Borrowed(b"y"));
            assert!((0..whole.min(600)).all(|part| cut(&bytes[..part]).unwrap().is_none()));
        }
    }

    #[test]
    fn what_a_server_must_not_send_is_an_error() {
        assert!(cut(&[0x81, 0x81, 0, 0, 0, 0, 0]).is_err());
        assert!(cut(&[0x01, 1, b'x']).is_err());
        assert!(cut(&[0xc1, 1, b'x']).is_err());
    }

    #[test]
    fn frames_are_written_masked() {
        for length in [0, 125, 126, 70_000] {
            let frame = Frame { code: TEXT, payload: Cow::Owned(vec![b'x'; length]) };
            let mut out = Vec::new();
            frame.write(&mut out);
            let head = out.len() - length - 4;
            assert_eq!(out[1] & 0x80, 0x80);
            assert_eq!(out[head..head + 4], MASK);
            let unmasked = out[head + 4..].iter().zip(MASK.iter().cycle()).map(|(a, b)| a ^ b);
            assert!(unmasked.eq(frame.payload.iter().copied()));
        }
    }
}
