//! Why a socket is closed.

use std::borrow::Cow;

/// A close code of RFC 6455 or of the contract, with a reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// The reason, at most 123 bytes.
    pub reason: Cow<'static, str>,
}

impl Close {
    /// What stands for a goodbye without a code (RFC 6455 §7.1.5); it is never sent.
    pub(crate) const NO_CODE: u16 = 1005;
    /// What stands for the end of a connection without a goodbye (RFC 6455 §7.1.5); it is never sent.
    pub(crate) const ABNORMAL: u16 = 1006;
    /// Nobody is there any more.
    pub(crate) const GONE: Self = Self::of(Self::ABNORMAL, "");

    /// The player left the session.
    pub const LEFT: Self = Self::of(1000, "left");
    /// The server is being stopped.
    pub const STOPPING: Self = Self::of(1001, "the server is being restarted");
    /// Nothing was heard of the client for too long; it may come back.
    pub const SILENT: Self = Self::of(1001, "nothing was heard of you");
    /// The client broke the protocol.
    pub const PROTOCOL: Self = Self::of(1002, "that was no WebSocket frame");
    /// A text that is not UTF-8.
    pub const NOT_TEXT: Self = Self::of(1007, "that was not UTF-8");
    /// A message far over the limit.
    pub const TOO_LARGE: Self = Self::of(1009, "that message was far too large");
    /// A fault of the server's.
    pub const INTERNAL: Self = Self::of(1011, "a fault on our side");
    /// The log-in that opened the socket is over.
    pub const SIGNED_OUT: Self = Self::of(4001, "signed out");
    /// The client reads too slowly; resuming works.
    pub const SLOW: Self = Self::of(4008, "you read too slowly; connect again");
    /// Another socket of the same user took its place.
    pub const REPLACED: Self = Self::of(4009, "replaced by a newer connection");
    /// The client went on sending too fast.
    pub const FLOODING: Self = Self::of(4029, "you send too fast");
    /// The session has ended.
    pub const ENDED: Self = Self::of(4040, "the session has ended");

    /// The answer to the other side's goodbye, with its code.
    pub(crate) fn answer(code: Option<u16>) -> Self {
        Self::of(code.unwrap_or(Self::NO_CODE), "")
    }

    const fn of(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// A code of one's own: 1000, or 3000 to 4999. Another becomes 1000, and a long reason is cut.
    pub fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        let code = if code == 1000 || (3000..5000).contains(&code) { code } else { 1000 };
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.to_mut().pop();
        }
        Self { code, reason }
    }
}
