//! What a client sends: bytes in, whole messages out (RFC 6455 §5).
//!
//! A message that lies whole in what was read is handed out where it lies. One that comes in parts is put together, up to a
//! limit, and text in it is checked as it comes.

use super::{Opcode, mask::unmask, text::Checked};
use std::ops::Range;

/// A whole message, or a control frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    /// A text.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
    /// A question whether this side lives, with what the answer repeats.
    Ping(&'a [u8]),
    /// An answer, or a sign of life that nobody asked for.
    Pong,
    /// A goodbye, with its code, where it has one.
    Close(Option<u16>),
}

/// Why nothing more can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The protocol was broken: 1002.
    Protocol,
    /// A text is not UTF-8: 1007.
    NotText,
    /// A message is over the limit: 1009.
    TooLarge,
}

/// Reads one client's frames.
#[derive(Debug)]
pub(crate) struct Reader {
    /// What was received.
    input: Vec<u8>,
    /// How much of it is read.
    at: usize,
    /// The longest message, in bytes.
    limit: usize,
    /// The frame whose payload comes next.
    frame: Option<Frame>,
    message: Message,
}

/// A frame of which the head is read.
#[derive(Debug, Clone, Copy)]
struct Frame {
    last: bool,
    opcode: Opcode,
    mask: [u8; 4],
    /// How many bytes of the payload were taken.
    taken: usize,
    /// How many are to come.
    left: usize,
}

/// A message that comes in parts.
#[derive(Debug, Default)]
struct Message {
    /// Whether it is text or not; nothing where none has begun.
    opcode: Option<Opcode>,
    bytes: Vec<u8>,
    checked: Checked,
}

/// Where something whole lies.
enum Found {
    Input(Opcode, Range<usize>),
    Message(Opcode),
}

impl Reader {
    /// Reads messages of up to `limit` bytes, the first of which may have been received already.
    pub(crate) fn new(limit: usize, received: &[u8]) -> Self {
        Self { input: received.to_vec(), at: 0, limit, frame: None, message: Message::default() }
    }

    /// Where what is received next is to be appended, with room for `more` bytes.
    pub(crate) fn input(&mut self, more: usize) -> &mut Vec<u8> {
        self.input.drain(..self.at);
        self.at = 0;
        self.input.reserve_exact(more);
        &mut self.input
    }

    /// Lets go of memory that nothing is in: most connections are quiet most of the time.
    pub(crate) fn rest(&mut self) {
        if self.at == self.input.len() {
            (self.input, self.at) = (Vec::new(), 0);
        }
        if self.message.opcode.is_none() {
            self.message.bytes = Vec::new();
        }
    }

    /// The next message, where all of it was received.
    ///
    /// # Errors
    /// What breaks the protocol, or the limit. Nothing can be read after it.
    pub(crate) fn next(&mut self) -> Result<Option<Incoming<'_>>, Broken> {
        match self.find()? {
            Some(Found::Input(opcode, place)) => incoming(opcode, &self.input[place]).map(Some),
            Some(Found::Message(opcode)) => incoming(opcode, &self.message.bytes).map(Some),
            None => Ok(None),
        }
    }

    fn find(&mut self) -> Result<Option<Found>, Broken> {
        if self.message.opcode.is_none() {
            // One that was put together has been handed out by now.
            self.message.bytes.clear();
        }
        loop {
            let frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.head()? {
                    Some(frame) => frame,
                    None => return Ok(None),
                },
            };
            let received = self.input.len() - self.at;
            let whole = frame.taken == 0 && received >= frame.left;
            let alone = frame.last && self.message.opcode.is_none();
            if frame.opcode.is_control() || (alone && whole) {
                if !whole {
                    self.frame = Some(frame);
                    return Ok(None);
                }
                let place = self.take(frame, frame.left);
                return Ok(Some(Found::Input(frame.opcode, place)));
            }
            if let Some(opcode) = self.part(frame)? {
                return Ok(Some(Found::Message(opcode)));
            }
            if self.frame.is_some() {
                return Ok(None);
            }
        }
    }

    /// Puts what was received of a frame to its message; with the last byte of that, says what it is.
    fn part(&mut self, mut frame: Frame) -> Result<Option<Opcode>, Broken> {
        let received = frame.left.min(self.input.len() - self.at);
        let place = self.take(frame, received);
        let opcode = *self.message.opcode.get_or_insert(frame.opcode);
        let message = &mut self.message;
        message.bytes.extend_from_slice(&self.input[place]);
        if opcode == Opcode::Text && !message.checked.grown(&message.bytes) {
            return Err(Broken::NotText);
        }
        frame.taken += received;
        frame.left -= received;
        if frame.left > 0 {
            self.frame = Some(frame);
            return Ok(None);
        }
        if !frame.last {
            return Ok(None);
        }
        if opcode == Opcode::Text && !message.checked.is_all(&message.bytes) {
            return Err(Broken::NotText);
        }
        (message.opcode, message.checked) = (None, Checked::default());
        Ok(Some(opcode))
    }

    /// Takes so many bytes of a frame's payload, unmasked.
    fn take(&mut self, frame: Frame, bytes: usize) -> Range<usize> {
        let place = self.at..self.at + bytes;
        unmask(&mut self.input[place.clone()], frame.mask, frame.taken);
        self.at = place.end;
        place
    }

    /// Reads a frame's head, where all of it was received.
    fn head(&mut self) -> Result<Option<Frame>, Broken> {
        let received = &self.input[self.at..];
        let [first, second, rest @ ..] = received else { return Ok(None) };
        let opcode = Opcode::of(first & 0x0F).ok_or(Broken::Protocol)?;
        let (last, reserved, masked) = (first & 0x80 != 0, first & 0x70, second & 0x80 != 0);
        let begun = self.message.opcode.is_some();
        let fits = match opcode {
            Opcode::Continuation => begun,
            Opcode::Text | Opcode::Binary => !begun,
            Opcode::Close | Opcode::Ping | Opcode::Pong => last && second & 0x7F <= 125,
        };
        // No extension was agreed on, and clients mask what they send.
        if reserved != 0 || !masked || !fits {
            return Err(Broken::Protocol);
        }
        let Some((length, rest)) = length(second & 0x7F, rest)? else { return Ok(None) };
        if !opcode.is_control() && length > (self.limit - self.message.bytes.len()) as u64 {
            return Err(Broken::TooLarge);
        }
        let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let left = usize::try_from(length).map_err(|_| Broken::TooLarge)?;
        let frame = Frame { last, opcode, mask: *mask, taken: 0, left };
        self.at = self.input.len() - rest.len();
        Ok(Some(frame))
    }
}

/// The length of a payload, and what comes after it; nothing where more must be received first.
fn length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, Broken> {
    let (length, least, rest) = match short {
        126 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u16::from_be_bytes(*bytes).into(), 126, rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_be_bytes(*bytes), 1 << 16, rest),
            None => return Ok(None),
        },
        short => (short.into(), 0, rest),
    };
    // It must be written in as few bytes as it takes, and in 63 bits.
    if length < least || length >> 63 != 0 {
        return Err(Broken::Protocol);
    }
    Ok(Some((length, rest)))
}

fn incoming(opcode: Opcode, payload: &[u8]) -> Result<Incoming<'_>, Broken> {
    Ok(match opcode {
        Opcode::Text => Incoming::Text(str::from_utf8(payload).map_err(|_| Broken::NotText)?),
        Opcode::Ping => Incoming::Ping(payload),
        Opcode::Pong => Incoming::Pong,
        Opcode::Close => Incoming::Close(code(payload)?),
        Opcode::Binary | Opcode::Continuation => Incoming::Binary(payload),
    })
}

/// The code of a goodbye: one that may be sent (§7.4), with a reason in UTF-8; or none at all.
fn code(payload: &[u8]) -> Result<Option<u16>, Broken> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(Broken::Protocol) };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Broken::Protocol);
    }
    str::from_utf8(reason).map_err(|_| Broken::NotText)?;
    Ok(Some(code))
}

#[cfg(test)]
mod tests {
    use super::{Broken, Incoming, Reader};

    /// A client's frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
            length => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        frame
    }

    /// What comes of these bytes when so many are received at a time.
    fn read(bytes: &[u8], at_a_time: usize, limit: usize) -> Vec<String> {
        let mut reader = Reader::new(limit, &[]);
        let mut read = Vec::new();
        for some in bytes.chunks(at_a_time) {
            reader.input(some.len()).extend_from_slice(some);
            loop {
                match reader.next() {
                    Ok(Some(incoming)) => read.push(format!("{incoming:?}")),
                    Ok(None) => break,
                    Err(broken) => {
                        read.push(format!("{broken:?}"));
                        return read;
                    }
                }
            }
            reader.rest();
        }
        read
    }

    #[test]
    fn messages_come_out_however_the_bytes_come_in() {
        let long = "ä".repeat(300);
        let sent = [
            frame(0x81, b"one"),
            frame(0x01, "tw\u{20ac}".as_bytes().split_at(3).0),
            frame(0x89, b"alive?"),
            frame(0x00, b""),
            frame(0x80, "tw\u{20ac}".as_bytes().split_at(3).1),
            frame(0x81, long.as_bytes()),
            frame(0x82, &[0, 255]),
            frame(0x8A, b""),
            frame(0x88, b"\x03\xE8bye"),
        ]
        .concat();
        let expected = [
            format!("{:?}", Incoming::Text("one")),
            format!("{:?}", Incoming::Ping(b"alive?")),
            format!("{:?}", Incoming::Text("tw€")),
            format!("{:?}", Incoming::Text(&long)),
            format!("{:?}", Incoming::Binary(&[0, 255])),
            format!("{:?}", Incoming::Pong),
            format!("{:?}", Incoming::Close(Some(1000))),
        ];
        for at_a_time in [1, 2, 3, 7, 64, 4096] {
            assert_eq!(read(&sent, at_a_time, 1_000), expected, "{at_a_time} at a time");
        }
    }

    #[test]
    fn what_breaks_the_protocol_is_told_from_what_breaks_a_limit() {
        let mut unmasked = frame(0x81, b"one");
        unmasked[1] &= 0x7F;
        let wrong = [
            (unmasked, Broken::Protocol),
            (frame(0xC1, b"reserved"), Broken::Protocol),
            (frame(0x83, b"no such kind"), Broken::Protocol),
            (frame(0x80, b"more of nothing"), Broken::Protocol),
            ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), Broken::Protocol),
            (frame(0x09, b"a ping in parts"), Broken::Protocol),
            (frame(0x89, &[0; 126]), Broken::Protocol),
            (frame(0x88, &[3]), Broken::Protocol),
            (frame(0x88, &[3, 0xED]), Broken::Protocol),
            (frame(0x88, &[3, 0xE8, 0xFF]), Broken::NotText),
            (frame(0x81, &[0xC0]), Broken::NotText),
            ([frame(0x01, &[0xCE]), frame(0x80, b"")].concat(), Broken::NotText),
            (frame(0x81, &[b'a'; 101]), Broken::TooLarge),
            ([frame(0x01, &[b'a'; 60]), frame(0x80, &[b'a'; 41])].concat(), Broken::TooLarge),
            (vec![0x81, 0xFE, 0, 125], Broken::Protocol),
            (vec![0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], Broken::Protocol),
            (vec![0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0], Broken::TooLarge),
        ];
        for (sent, broken) in wrong {
            for at_a_time in [1, 4096] {
                let read = read(&sent, at_a_time, 100);
                assert_eq!(read, [format!("{broken:?}")], "{sent:02x?}");
            }
        }
    }

    #[test]
    fn a_text_that_can_not_be_mended_is_refused_before_all_of_it_is_there() {
        let mut sent = frame(0x81, b"abc\xFFdefghijk");
        sent.truncate(2 + 4 + 4);
        assert_eq!(read(&sent, 4096, 100), ["NotText"]);
    }
}
