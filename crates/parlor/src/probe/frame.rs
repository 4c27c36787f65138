//! What a client sends, as bytes: frames of RFC 6455.

use crate::socket::wire::{Broken, Incoming, Reader, text_head};
use std::ops::ControlFlow;

/// The first byte of an input says how long a message may be, in bytes.
const LIMITS: [usize; 6] = [64 << 10, 0, 1, 125, 126, 1000];

/// What came out of bytes: messages as they are, others with what they carry, and last why there is nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Broken(Broken),
}

/// Reads frames; the first byte picks the limit, and how the others are cut where they come in parts.
///
/// # Panics
/// Where what is read depends on how the bytes come in, is not what RFC 6455 says, or is over the limit; and where a text can
/// not be sent again.
pub fn probe(bytes: &[u8]) -> bool {
    let Some((first, bytes)) = bytes.split_first() else { return false };
    let limit = LIMITS[usize::from(*first) % LIMITS.len()];
    let mut cuts = u32::from(*first);
    let heard = read(bytes, limit, || bytes.len().max(1));
    assert_eq!(heard, by_the_book(bytes, limit), "at once, and by the book");
    assert_eq!(read(bytes, limit, || 1), heard, "byte by byte, and at once");
    let parts = read(bytes, limit, || {
        cuts = cuts.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        1 + (cuts >> 16) as usize % 300
    });
    assert_eq!(parts, heard, "in parts, and at once");
    for one in &heard {
        match one {
            Heard::Text(text) => {
                assert!(text.len() <= limit);
                let again = read(&sent(0x81, text.as_bytes()), limit, || 7);
                assert_eq!(again, [Heard::Text(text.clone())]);
            }
            Heard::Binary(bytes) => assert!(bytes.len() <= limit),
            Heard::Ping(bytes) => assert!(bytes.len() <= 125),
            Heard::Pong | Heard::Close(_) | Heard::Broken(_) => {}
        }
    }
    !matches!(heard.last(), None | Some(Heard::Broken(_)))
}

/// What the reader makes of bytes that come in parts of these sizes.
fn read(bytes: &[u8], limit: usize, mut size: impl FnMut() -> usize) -> Vec<Heard> {
    let (mut heard, mut rest) = (Vec::new(), bytes);
    // A part may have come with the handshake.
    let (begun, more) = rest.split_at(size().min(rest.len()) / 2);
    let mut reader = Reader::new(limit, begun);
    rest = more;
    loop {
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(Incoming::Text(text))) => heard.push(Heard::Text(text.to_owned())),
                Ok(Some(Incoming::Binary(bytes))) => heard.push(Heard::Binary(bytes.to_owned())),
                Ok(Some(Incoming::Ping(bytes))) => heard.push(Heard::Ping(bytes.to_owned())),
                Ok(Some(Incoming::Pong)) => heard.push(Heard::Pong),
                Ok(Some(Incoming::Close(code))) => heard.push(Heard::Close(code)),
                Err(broken) => {
                    heard.push(Heard::Broken(broken));
                    return heard;
                }
            }
        }
        if rest.is_empty() {
            return heard;
        }
        reader.rest();
        let (part, more) = rest.split_at(size().min(rest.len()));
        reader.input(part.len()).extend_from_slice(part);
        rest = more;
    }
}

/// A client's frame with this first byte and this payload.
pub(super) fn sent(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    text_head(&mut frame, payload.len());
    frame[0] = first;
    frame[1] |= 0x80;
    let mask = [0x37, 0xFA, 0x21, 0x3D];
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// A message of which the last frame is still to come.
struct Begun {
    text: bool,
    bytes: Vec<u8>,
}

/// What RFC 6455 says of these bytes, the plain and slow way.
fn by_the_book(bytes: &[u8], limit: usize) -> Vec<Heard> {
    let (mut heard, mut rest, mut begun) = (Vec::new(), bytes, None);
    loop {
        match one_frame(rest, limit, &mut begun) {
            ControlFlow::Continue((more, said)) => {
                heard.extend(said);
                rest = more;
            }
            ControlFlow::Break(broken) => {
                heard.extend(broken.map(Heard::Broken));
                return heard;
            }
        }
    }
}

type Step<'a> = ControlFlow<Option<Broken>, (&'a [u8], Option<Heard>)>;

/// Reads one frame: what comes after it, and what it completes; or why there is none, which is nothing where more is to come.
fn one_frame<'a>(bytes: &'a [u8], limit: usize, begun: &mut Option<Begun>) -> Step<'a> {
    use ControlFlow::{Break, Continue};
    let protocol = Break(Some(Broken::Protocol));
    let [b0, b1, ..] = *bytes else { return Break(None) };
    let (last, opcode, short) = (b0 >= 0x80, b0 & 15, b1 & 127);
    let known = matches!(opcode, 0 | 1 | 2 | 8 | 9 | 10);
    if !known || b0 & 0x70 != 0 || b1 < 0x80 {
        return protocol;
    }
    let control = opcode >= 8;
    if control && (!last || short > 125) || opcode == 0 && begun.is_none() {
        return protocol;
    }
    if matches!(opcode, 1 | 2) && begun.is_some() {
        return protocol;
    }
    let wide = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let Some(digits) = bytes.get(2..2 + wide) else { return Break(None) };
    let long = digits.iter().fold(0_u64, |number, digit| number << 8 | u64::from(*digit));
    let length = if wide == 0 { u64::from(short) } else { long };
    if wide == 2 && length < 126 || wide == 8 && (length < 65_536 || length >= 1 << 63) {
        return protocol;
    }
    let before = begun.as_ref().map_or(0, |begun| begun.bytes.len());
    if !control && before as u64 + length > limit as u64 {
        return Break(Some(Broken::TooLarge));
    }
    let Some(mask) = bytes.get(2 + wide..6 + wide) else { return Break(None) };
    let length = usize::try_from(length).expect("it is within the limit");
    let payload = &bytes[6 + wide..];
    let (payload, more) = payload.split_at(length.min(payload.len()));
    let plain: Vec<u8> = payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
    let whole = plain.len() == length;
    if control {
        return if whole { goodbye(opcode, plain, more) } else { Break(None) };
    }
    let mut message = begun.take().unwrap_or(Begun { text: opcode == 1, bytes: Vec::new() });
    message.bytes.extend(plain);
    let wrong = message.text
        && std::str::from_utf8(&message.bytes)
            .is_err_and(|error| error.error_len().is_some() || whole && last);
    if wrong {
        return Break(Some(Broken::NotText));
    }
    match (whole, last) {
        (false, _) => Break(None),
        (true, false) => {
            *begun = Some(message);
            Continue((more, None))
        }
        (true, true) if message.text => {
            let text = String::from_utf8(message.bytes).expect("it was looked at");
            Continue((more, Some(Heard::Text(text))))
        }
        (true, true) => Continue((more, Some(Heard::Binary(message.bytes)))),
    }
}

fn goodbye(opcode: u8, payload: Vec<u8>, more: &[u8]) -> Step<'_> {
    use ControlFlow::{Break, Continue};
    let said = match (opcode, &*payload) {
        (9, _) => Heard::Ping(payload),
        (10, _) => Heard::Pong,
        (_, []) => Heard::Close(None),
        (_, [_]) => return Break(Some(Broken::Protocol)),
        (_, [high, low, reason @ ..]) => {
            let code = u16::from(*high) << 8 | u16::from(*low);
            // Those below 1000 are nobody's, 1004 is reserved, 1005, 1006 and 1015 are never sent.
            let nobodys = code < 1000 || code > 4999 || (1015..3000).contains(&code);
            if nobodys || matches!(code, 1004..=1006) {
                return Break(Some(Broken::Protocol));
            }
            if std::str::from_utf8(reason).is_err() {
                return Break(Some(Broken::NotText));
            }
            Heard::Close(Some(code))
        }
    };
    Continue((more, Some(said)))
}
