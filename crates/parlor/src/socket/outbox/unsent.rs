//! What the socket did not take: whole frames, and what is left of one of which it took a part.

use super::Bounds;
use crate::{
    metrics::Metrics,
    settings::Limit,
    socket::{close::Close, frame::Frame},
};
use rustix::net::{SendFlags, send};
use std::{cell::RefCell, collections::VecDeque, io::ErrorKind, mem, time::Instant};
use tokio::{
    io::Interest,
    net::{TcpStream, tcp::OwnedWriteHalf},
};

/// Over this many times its limit an outbox is given up at once.
const AT_ONCE: usize = 4;

/// How many bytes are made into frames for one write, once there are as many.
const A_WRITE: usize = 64 << 10;

/// That a socket is broken is told as an error, and with no signal.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;

/// Apple's systems have no such flag: programs in Rust ignore the signal.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// What one connection is still to be sent, and where it goes.
#[derive(Default)]
pub(super) struct Unsent {
    /// Where it goes; nothing before the connection is open, and after its end.
    pub(super) socket: Option<OwnedWriteHalf>,
    /// What is left of a frame of which the socket took a part.
    pub(super) cut: Vec<u8>,
    /// The answer to the last ping.
    pub(super) pong: Option<Vec<u8>>,
    pub(super) frames: VecDeque<Frame>,
    pub(super) bytes: usize,
    /// How many of the frames, and of the bytes, count for the limits.
    pub(super) counted: (usize, usize),
    pub(super) over_since: Option<Instant>,
    pub(super) close: Option<Close>,
    /// The number last sent.
    pub(super) last: u64,
}

thread_local! {
    /// Where frames become bytes.
    pub(super) static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lets go of what only few writes need.
pub(super) fn shrink(bytes: &mut Vec<u8>) {
    if bytes.capacity() > 4 * A_WRITE {
        *bytes = Vec::new();
    }
}

impl Unsent {
    pub(super) fn waits(&self) -> bool {
        !self.frames.is_empty() || !self.cut.is_empty() || self.pong.is_some()
    }

    pub(super) fn add(&mut self, frame: Frame) {
        if frame.is_view() && self.frames.iter().any(|older| older.is_replaced_by(&frame)) {
            self.frames.retain(|older| !older.is_replaced_by(&frame));
            self.bytes = self.frames.iter().map(Frame::bytes).sum();
            let counts = self.frames.iter().map(Frame::counts);
            self.counted = counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        }
        self.bytes += frame.bytes();
        let counts = frame.counts();
        self.counted.0 += counts.0;
        self.counted.1 += counts.1;
        self.frames.push_back(frame);
    }

    /// Adds those of these frames that are not among the first `sent` bytes of them.
    pub(super) fn add_rest(
        &mut self,
        frames: impl Iterator<Item = Frame>,
        mut sent: usize,
        numbers: bool,
    ) {
        for frame in frames {
            if sent == 0 {
                self.add(frame);
                continue;
            }
            let mut bytes = Vec::new();
            frame.write(&mut bytes, numbers, &mut self.last);
            if sent < bytes.len() {
                self.cut = bytes.split_off(sent);
            }
            sent = sent.saturating_sub(bytes.len());
        }
    }

    /// Writes what waits, as far as the socket takes it.
    pub(super) fn write(&mut self, numbers: bool) {
        if self.socket.is_none() {
            return;
        }
        while self.waits() {
            if self.cut.is_empty()
                && let Some(pong) = self.pong.take()
            {
                self.cut = pong;
            }
            if !self.cut.is_empty() {
                let cut = mem::take(&mut self.cut);
                let sent = self.try_write(&cut);
                if sent < cut.len() {
                    self.cut = cut;
                    self.cut.drain(..sent);
                    return;
                }
            } else if !BYTES.with_borrow_mut(|bytes| self.write_frames(bytes, numbers)) {
                return;
            }
        }
    }

    /// Writes frames; true where the socket took all that were tried.
    fn write_frames(&mut self, bytes: &mut Vec<u8>, numbers: bool) -> bool {
        bytes.clear();
        let (mut last, mut ends) = (self.last, Vec::with_capacity(self.frames.len()));
        for frame in &self.frames {
            frame.write(bytes, numbers, &mut last);
            ends.push(bytes.len());
            if bytes.len() >= A_WRITE {
                break;
            }
        }
        let (sent, all) = self.try_write_all(bytes);
        let whole = ends.partition_point(|end| *end <= sent);
        let end_of_whole = whole.checked_sub(1).map_or(0, |last| ends[last]);
        let cut = sent > end_of_whole;
        if cut {
            self.cut = bytes[sent..ends[whole]].to_vec();
        }
        for frame in self.frames.drain(..whole + usize::from(cut)) {
            self.bytes -= frame.bytes();
            let counts = frame.counts();
            self.counted.0 -= counts.0;
            self.counted.1 -= counts.1;
            self.last = frame.number(self.last);
        }
        shrink(bytes);
        all
    }

    /// How many bytes the socket has taken, and whether that is all.
    pub(super) fn try_write_all(&self, bytes: &[u8]) -> (usize, bool) {
        let sent = self.try_write(bytes);
        (sent, sent == bytes.len())
    }

    /// How many bytes the socket has taken. One that is broken takes all: its reader will find out.
    fn try_write(&self, bytes: &[u8]) -> usize {
        let Some(socket) = &self.socket else { return 0 };
        let socket: &TcpStream = socket.as_ref();
        // Straight to the system: the C library's `send` looks each time whether its thread is to be cancelled.
        let sent = socket.try_io(Interest::WRITABLE, || Ok(send(socket, bytes, NO_SIGNAL)?));
        match sent {
            Ok(sent) => sent,
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                0
            }
            Err(_) => bytes.len(),
        }
    }

    pub(super) fn judge(&mut self, Bounds { frames, bytes, slow_for }: Bounds, metrics: &Metrics) {
        let (waiting, unsent) = self.counted;
        let over = |times| waiting > frames * times || unsent > bytes * times;
        if !over(1) {
            self.over_since = None;
            return;
        }
        // One burst is not held against a reader who kept up until then.
        let at_once = self.over_since.is_some() && over(AT_ONCE);
        let since = *self.over_since.get_or_insert_with(|| {
            let many = waiting > frames;
            metrics.hit(if many { Limit::OutboxFrames } else { Limit::OutboxBytes });
            Instant::now()
        });
        if self.close.is_none() && (at_once || since.elapsed() >= slow_for) {
            metrics.hit(Limit::SlowFor);
            self.close = Some(Close::SLOW);
            self.frames.clear();
            (self.bytes, self.counted) = (0, (0, 0));
        }
    }
}
