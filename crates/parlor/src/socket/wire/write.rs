//! Frames of ours (RFC 6455 §5.2): whole and unmasked.

use super::{LONGEST_CONTROL, Opcode};
use crate::socket::Close;

const FIN: u8 = 0x80;

/// How many bytes come before a payload of that length.
pub(crate) fn head_bytes(length: usize) -> usize {
    match length {
        0..=125 => 2,
        126..=0xFFFF => 4,
        _ => 10,
    }
}

/// Writes what comes before a text of so many bytes.
pub(crate) fn text_head(to: &mut Vec<u8>, length: usize) {
    head(to, Opcode::Text, length);
}

/// Writes a ping or a pong. A payload that is longer than allowed is cut.
pub(crate) fn control(to: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    let payload = &payload[..payload.len().min(LONGEST_CONTROL)];
    head(to, opcode, payload.len());
    to.extend_from_slice(payload);
}

/// Writes a goodbye. The code 1005 stands for none, as one that is sent without a code is answered.
pub(crate) fn close(to: &mut Vec<u8>, close: &Close) {
    if close.code == Close::NO_CODE {
        return head(to, Opcode::Close, 0);
    }
    let mut end = close.reason.len().min(LONGEST_CONTROL - 2);
    while !close.reason.is_char_boundary(end) {
        end -= 1;
    }
    head(to, Opcode::Close, 2 + end);
    to.extend_from_slice(&close.code.to_be_bytes());
    to.extend_from_slice(&close.reason.as_bytes()[..end]);
}

fn head(to: &mut Vec<u8>, opcode: Opcode, length: usize) {
    to.push(FIN | opcode as u8);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => to.push(length),
        (_, Ok(length)) => {
            to.push(126);
            to.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            to.push(127);
            to.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Opcode, close, control, head_bytes, text_head};
    use crate::socket::Close;

    #[test]
    fn a_length_is_written_in_as_few_bytes_as_it_takes() {
        let head = |length| {
            let mut head = Vec::new();
            text_head(&mut head, length);
            assert_eq!(head.len(), head_bytes(length));
            head
        };
        assert_eq!(head(0), [0x81, 0]);
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_535), [0x81, 126, 255, 255]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn control_frames_are_never_too_long() {
        let mut frame = Vec::new();
        control(&mut frame, Opcode::Pong, &[7; 200]);
        assert_eq!((frame[0], frame[1], frame.len()), (0x8A, 125, 127));
        frame.clear();
        close(&mut frame, &Close::new(4000, "ä".repeat(100)));
        assert_eq!((frame[0], frame[2], frame[3]), (0x88, 0x0F, 0xA0));
        assert!(frame.len() <= 127 && std::str::from_utf8(&frame[4..]).is_ok());
    }
}
