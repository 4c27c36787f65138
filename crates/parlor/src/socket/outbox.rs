//! What is still to be sent to one connection: bounded, and a newer view takes the place of an older one.
//!
//! Whoever says something writes it to the socket at once. Only what the socket does not take waits here, for the
//! connection's own task.

mod unsent;

use super::{
    close::Close,
    frame::Frame,
    round::{Part, Round},
    wire::{Opcode, close, control},
};
use crate::{metrics::Metrics, settings::Limit};
use futures_util::task::AtomicWaker;
use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Context,
    time::{Duration, Instant},
};
use tokio::net::tcp::OwnedWriteHalf;
use unsent::{BYTES, Unsent, shrink};

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
    pub(crate) slow_for: Duration,
}

/// The frames that one connection has not been sent yet.
///
/// There are many, and a processor's caches have forgotten this one when its turn comes again: what is looked at for each
/// message that comes in lies together, and so does what is looked at for each that goes out.
#[repr(C)]
pub(crate) struct Outbox {
    id: u64,
    /// The connection's task, and whether it is to look here.
    task: AtomicWaker,
    stirred: AtomicBool,
    /// Whether anything was heard on the connection since that was asked last.
    heard: AtomicBool,
    /// Whether the connection speaks `parlor.v1`, in which every frame has a number.
    numbers: bool,
    unsent: Mutex<Unsent>,
    metrics: Arc<Metrics>,
    bounds: Bounds,
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
            heard: AtomicBool::new(false),
        }
    }

    /// A number that no other outbox of this process has.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Whether the other side has said anything since this was asked last.
    pub(crate) fn has_heard(&self) -> bool {
        self.heard.swap(false, Ordering::Relaxed)
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
                let sent = unsent.try_write_all(bytes);
                shrink(bytes);
                sent
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

    /// The other side has said something.
    pub(super) fn hears(&self) {
        self.heard.store(true, Ordering::Relaxed);
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
        if unsent.close.is_some() {
            return;
        }
        let mut pong = Vec::with_capacity(payload.len() + 2);
        control(&mut pong, Opcode::Pong, payload);
        unsent.pong = Some(pong);
        unsent.write(self.numbers);
        self.leave(unsent);
    }

    /// Nothing is said from now on but what waits, and the goodbye.
    pub(super) fn goodbye(&self, goodbye: &Close) {
        let mut unsent = self.lock();
        unsent.close.get_or_insert_with(|| goodbye.clone());
        let Unsent { frames, cut, pong, last, .. } = &mut *unsent;
        cut.extend(pong.take().unwrap_or_default());
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

#[cfg(test)]
mod tests;
