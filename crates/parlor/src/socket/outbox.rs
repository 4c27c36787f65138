//! What is still to be sent to one connection: bounded, and a newer view takes the place of an older one.
//!
//! Whoever says something writes it to the socket at once. Only what the socket does not take waits here, for the
//! connection's own task.

use super::{
    close::Close,
    frame::Frame,
    round::{Part, Round},
    wire::{Opcode, close, control},
};
use crate::{metrics::Metrics, settings::Limit};
use futures_util::task::AtomicWaker;
use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt, io, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Context,
    time::{Duration, Instant},
};
use tokio::net::tcp::OwnedWriteHalf;

/// Over this many times its limit an outbox is given up at once.
const AT_ONCE: usize = 4;

/// How many bytes are made into frames for one write, once there are as many.
const A_WRITE: usize = 64 << 10;

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
    pub(crate) slow_for: Duration,
}

/// The frames that one connection has not been sent yet.
pub(crate) struct Outbox {
    id: u64,
    bounds: Bounds,
    /// Whether the connection speaks `parlor.v1`, in which every frame has a number.
    numbers: bool,
    metrics: Arc<Metrics>,
    unsent: Mutex<Unsent>,
    /// The connection's task, and whether it is to look here.
    task: AtomicWaker,
    stirred: AtomicBool,
}

#[derive(Default)]
struct Unsent {
    /// Where it goes; nothing before the connection is open, and after its end.
    socket: Option<OwnedWriteHalf>,
    /// What is left of a frame of which the socket took a part.
    cut: Vec<u8>,
    /// The answer to the last ping.
    pong: Option<Vec<u8>>,
    frames: VecDeque<Frame>,
    bytes: usize,
    /// How many of the frames, and of the bytes, count for the limits.
    counted: (usize, usize),
    over_since: Option<Instant>,
    close: Option<Close>,
    /// The number last sent.
    last: u64,
}

/// What the connection's task is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: all is sent.
    Nothing,
    /// Wait until the socket takes more, and look again at that time at the latest.
    Wait(Option<Instant>),
    /// Say goodbye.
    Close(Close),
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.id)
    }
}

/// For those who have something to say.
impl Outbox {
    pub(crate) fn new(bounds: Bounds, numbers: bool, metrics: Arc<Metrics>) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        Self {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            bounds,
            numbers,
            metrics,
            unsent: Mutex::default(),
            task: AtomicWaker::new(),
            stirred: AtomicBool::new(false),
        }
    }

    /// A number that no other outbox of this process has.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// What counts the limits that are reached.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Says something; on a connection that is being closed it is dropped.
    pub(crate) fn push(&self, frame: Frame) {
        let mut unsent = self.lock();
        if unsent.close.is_some() {
            return;
        }
        let waits = unsent.waits();
        unsent.add(frame);
        if !waits {
            unsent.write(self.numbers);
        }
        self.leave(unsent);
    }

    /// Says what a session tells this connection at one go, in one write.
    pub(crate) fn push_round(&self, round: &Round, part: &Part) {
        let mut unsent = self.lock();
        if unsent.close.is_some() {
            return;
        }
        let mut last = unsent.last;
        let (sent, all) = if unsent.waits() {
            (0, false)
        } else if part.own.is_empty() {
            last = round.number(part.from..round.len(), last);
            unsent.try_write_all(round.shared(part.from, self.numbers))
        } else {
            BYTES.with_borrow_mut(|bytes| {
                bytes.clear();
                round.write(part, bytes, self.numbers, &mut last);
                unsent.try_write_all(bytes)
            })
        };
        if all {
            unsent.last = last;
            return;
        }
        unsent.add_rest(round.frames(part), sent, self.numbers);
        self.leave(unsent);
    }

    /// Closes the connection once what waits is sent; the first reason stands.
    pub(crate) fn close(&self, close: Close) {
        let mut unsent = self.lock();
        if unsent.close.is_none() {
            unsent.close = Some(close);
            drop(unsent);
            self.stir();
        }
    }

    /// Why the connection is being closed, if it is.
    pub(crate) fn closing(&self) -> Option<Close> {
        self.lock().close.clone()
    }

    /// How many bytes wait.
    pub(crate) fn waiting(&self) -> usize {
        let unsent = self.lock();
        unsent.bytes + unsent.cut.len()
    }

    /// Judges what is left, and lets the connection's task see to it.
    fn leave(&self, mut unsent: MutexGuard<'_, Unsent>) {
        unsent.judge(self.bounds, &self.metrics);
        let stir = unsent.waits() || unsent.close.is_some();
        drop(unsent);
        if stir {
            self.stir();
        }
    }

    fn stir(&self) {
        self.stirred.store(true, Ordering::Release);
        self.task.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Unsent> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For the connection's own task.
impl Outbox {
    /// From now on, frames go here.
    pub(super) fn open(&self, socket: OwnedWriteHalf) {
        let mut unsent = self.lock();
        unsent.socket = Some(socket);
        unsent.write(self.numbers);
        self.leave(unsent);
    }

    /// Whether there is something to do; where there is not, this task is woken when there is.
    pub(super) fn is_stirred(&self, task: &Context<'_>) -> bool {
        self.task.register(task.waker());
        self.stirred.swap(false, Ordering::Acquire)
    }

    /// Sends as much as the socket takes.
    pub(super) fn send(&self) -> Next {
        let mut unsent = self.lock();
        if let Some(close) = &unsent.close {
            return Next::Close(close.clone());
        }
        unsent.write(self.numbers);
        unsent.judge(self.bounds, &self.metrics);
        match &unsent.close {
            Some(close) => Next::Close(close.clone()),
            None if !unsent.waits() => Next::Nothing,
            None => Next::Wait(unsent.over_since.map(|since| since + self.bounds.slow_for)),
        }
    }

    /// Asks the other side whether it lives, where nothing waits: what does will be its sign of life.
    pub(super) fn ping(&self) {
        let mut unsent = self.lock();
        if !unsent.waits() {
            self.metrics.hit(Limit::Ping);
            control(&mut unsent.cut, Opcode::Ping, &[]);
            unsent.write(self.numbers);
            self.leave(unsent);
        }
    }

    /// Answers a ping. While the socket takes nothing, only the last one is answered.
    pub(super) fn pong(&self, payload: &[u8]) {
        let mut unsent = self.lock();
        let mut pong = Vec::with_capacity(payload.len() + 2);
        control(&mut pong, Opcode::Pong, payload);
        unsent.pong = Some(pong);
        unsent.write(self.numbers);
        self.leave(unsent);
    }

    /// Nothing is said from now on but what waits, and the goodbye.
    pub(super) fn goodbye(&self, goodbye: &Close) {
        let mut unsent = self.lock();
        let Unsent { frames, cut, last, .. } = &mut *unsent;
        frames.drain(..).for_each(|frame| frame.write(cut, self.numbers, last));
        close(&mut unsent.cut, goodbye);
        (unsent.bytes, unsent.counted) = (0, (0, 0));
    }

    /// Sends what is left after a goodbye; true where nothing is.
    pub(super) fn send_rest(&self) -> bool {
        let mut unsent = self.lock();
        unsent.write(self.numbers);
        !unsent.waits()
    }

    /// The connection is at its end: whatever is said is dropped.
    pub(super) fn end(&self) {
        let mut unsent = self.lock();
        unsent.close.get_or_insert(Close::GONE);
        let Unsent { socket, cut, frames, .. } = mem::take(&mut *unsent);
        unsent.close = Some(Close::GONE);
        drop(unsent);
        drop((socket, cut, frames));
    }
}

thread_local! {
    /// Where frames become bytes.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Unsent {
    fn waits(&self) -> bool {
        !self.frames.is_empty() || !self.cut.is_empty() || self.pong.is_some()
    }

    fn add(&mut self, frame: Frame) {
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
    fn add_rest(&mut self, frames: impl Iterator<Item = Frame>, mut sent: usize, numbers: bool) {
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
    fn write(&mut self, numbers: bool) {
        if self.socket.is_none() {
            return;
        }
        while self.waits() {
            if let Some(pong) = self.pong.take() {
                self.cut.extend(pong);
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
        if bytes.capacity() > 4 * A_WRITE {
            *bytes = Vec::new();
        }
        all
    }

    /// How many bytes the socket has taken, and whether that is all.
    fn try_write_all(&self, bytes: &[u8]) -> (usize, bool) {
        let sent = self.try_write(bytes);
        (sent, sent == bytes.len())
    }

    /// How many bytes the socket has taken. One that is broken takes all: its reader will find out.
    fn try_write(&self, bytes: &[u8]) -> usize {
        let Some(socket) = &self.socket else { return 0 };
        match socket.try_write(bytes) {
            Ok(sent) => sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => bytes.len(),
        }
    }

    fn judge(&mut self, Bounds { frames, bytes, slow_for }: Bounds, metrics: &Metrics) {
        let (waiting, unsent) = self.counted;
        let over = |times| waiting > frames * times || unsent > bytes * times;
        if !over(1) {
            self.over_since = None;
            return;
        }
        let since = *self.over_since.get_or_insert_with(|| {
            let many = waiting > frames;
            metrics.hit(if many { Limit::OutboxFrames } else { Limit::OutboxBytes });
            Instant::now()
        });
        if self.close.is_none() && (over(AT_ONCE) || since.elapsed() >= slow_for) {
            metrics.hit(Limit::SlowFor);
            self.close = Some(Close::SLOW);
            self.frames.clear();
            (self.bytes, self.counted) = (0, (0, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Close, Frame, Outbox};
    use std::{sync::Arc, time::Duration};

    /// One whose socket takes nothing.
    fn outbox() -> Outbox {
        let bounds = Bounds { frames: 4, bytes: 1_000, slow_for: Duration::from_secs(10) };
        Outbox::new(bounds, false, Arc::default())
    }

    #[test]
    fn four_times_the_limit_is_too_much_at_once_but_for_what_greets_one_who_comes() {
        let outbox = outbox();
        for _ in 0..100 {
            outbox.push(Frame::answer("x".repeat(100)).greets());
        }
        assert_eq!((outbox.closing(), outbox.waiting()), (None, 10_000));
        for _ in 0..16 {
            outbox.push(Frame::answer("x".into()));
        }
        assert_eq!(outbox.closing(), None);
        outbox.push(Frame::answer("x".into()));
        assert_eq!((outbox.closing(), outbox.waiting()), (Some(Close::SLOW), 0));
    }
}
