//! RFC 6455 as bytes: frames of clients are read, frames of ours are written. Nothing in here does I/O.
//!
//! - [`read`]: bytes in, whole messages out; [`text`]: text that is valid from its first byte on
//! - [`write`](mod@write): frames of a server, which are unmasked, so that one frame serves every member of a session
//! - [`mask`]: taking the mask off

mod mask;
mod read;
mod text;
mod write;

pub(crate) use read::{Broken, Incoming, Reader};
pub(crate) use write::{close, control, head_bytes, text_head};

/// What a frame is for (RFC 6455 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    /// More of the message before it.
    Continuation = 0x0,
    /// Text, in UTF-8.
    Text = 0x1,
    /// Bytes.
    Binary = 0x2,
    /// The last frame of its sender.
    Close = 0x8,
    /// A question whether the other side lives.
    Ping = 0x9,
    /// The answer to it.
    Pong = 0xA,
}

impl Opcode {
    fn of(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    /// Close, ping and pong may come between the frames of a message (§5.5).
    fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }
}

/// The longest payload of a control frame (§5.5).
pub(crate) const LONGEST_CONTROL: usize = 125;
