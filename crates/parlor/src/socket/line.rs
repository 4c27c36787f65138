//! The wire of one connection, and its one task's part in it: reading, what the socket did not take at once, signs of life.

use super::{
    Close, Outbox,
    outbox::Next,
    wire::{Incoming, Reader},
};
use crate::settings::Limit;
use futures_util::future::join;
use std::{
    future::poll_fn,
    mem,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpStream, tcp::OwnedReadHalf},
    time::{Instant, Sleep, sleep_until, timeout},
};

/// How many bytes are read at a time.
const A_READ: usize = 4 << 10;

/// How long a goodbye may take to get through before the connection is cut, and its answer to come.
const GOODBYE: Duration = Duration::from_secs(5);

/// How often a quiet connection is asked whether it lives, and after how long without a byte it is dead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    pub(super) ping: Duration,
    pub(super) silence: Duration,
}

/// How a connection comes to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// This side closes.
    Closing(Close),
    /// This side closes, since the other can't be understood any more.
    Broken(Close),
    /// Nothing was heard for too long.
    Silent,
    /// The other side said goodbye, with that code or with none.
    Left(Option<u16>),
    /// The other side is gone without a goodbye.
    Gone,
}

impl End {
    /// The code of the connection's end (RFC 6455 §7.1.5).
    pub(super) fn code(&self) -> u16 {
        match self {
            Self::Closing(close) | Self::Broken(close) => close.code,
            Self::Left(code) => code.unwrap_or(Close::NO_CODE),
            Self::Silent | Self::Gone => Close::ABNORMAL,
        }
    }

    /// The limit that was reached, where that is why.
    pub(super) fn limit(&self) -> Option<Limit> {
        match self {
            Self::Broken(close) if *close == Close::TOO_LARGE => Some(Limit::CloseBytes),
            Self::Silent => Some(Limit::Silence),
            _ => None,
        }
    }

    /// What this side says.
    fn goodbye(&self) -> Option<Close> {
        match self {
            Self::Closing(close) | Self::Broken(close) => Some(close.clone()),
            Self::Left(code) => Some(Close::answer(*code)),
            Self::Silent => Some(Close::SILENT),
            Self::Gone => None,
        }
    }
}

/// The wire of one connection.
pub(super) struct Line {
    outbox: Arc<Outbox>,
    socket: OwnedReadHalf,
    pulse: Pulse,
    /// When something was heard last, and when it was asked for.
    heard: Instant,
    pinged: Instant,
    timer: Pin<Box<Sleep>>,
    /// When the timer is due, where it has been told whom to wake then.
    due: Option<Instant>,
    /// Whether the outbox holds what the socket did not take.
    waits: bool,
    /// Whether this side has said goodbye.
    said: bool,
    /// Whether this side does not read: what the other says meanwhile is not heard.
    deaf: bool,
}

impl Line {
    /// From now on, what is said goes to this socket.
    pub(super) fn open(socket: TcpStream, outbox: Arc<Outbox>, pulse: Pulse) -> Self {
        let (reading, writing) = socket.into_split();
        outbox.open(writing);
        let now = Instant::now();
        let timer = Box::pin(sleep_until(now + pulse.ping.min(pulse.silence)));
        Self {
            outbox,
            socket: reading,
            pulse,
            heard: now,
            pinged: now,
            timer,
            due: None,
            waits: false,
            said: false,
            deaf: false,
        }
    }

    /// When something was heard last.
    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    /// Waits until something was received.
    pub(super) async fn receive(&mut self, reader: &mut Reader) -> Result<(), End> {
        let mut woken = false;
        poll_fn(|task| {
            // Whoever is woken by something to read looks after the rest once that is read, and not twice.
            let mut now = self.heard;
            if mem::replace(&mut woken, true) {
                if let Poll::Ready(received) = self.poll_receive(task, reader) {
                    return Poll::Ready(received);
                }
                now = Instant::now();
            }
            match self.poll_end(task, now) {
                Poll::Ready(end) => Poll::Ready(Err(end)),
                Poll::Pending => self.poll_receive(task, reader),
            }
        })
        .await
    }

    fn poll_receive(
        &mut self,
        task: &mut Context<'_>,
        reader: &mut Reader,
    ) -> Poll<Result<(), End>> {
        // Room to read is made once there is something to read.
        let readable = self.socket.as_ref().poll_read_ready(task);
        let Poll::Ready(Ok(())) = readable else {
            reader.rest();
            return readable.map(|_| Err(End::Gone));
        };
        match pin!(self.socket.read_buf(reader.input(A_READ))).poll(task) {
            Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(Err(End::Gone)),
            Poll::Ready(Ok(_)) => {
                self.heard = Instant::now();
                Poll::Ready(Ok(()))
            }
            Poll::Pending => {
                reader.rest();
                Poll::Pending
            }
        }
    }

    /// Does something else, and meanwhile whatever the connection needs but reading.
    pub(super) async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> Result<T, End> {
        let mut other = pin!(other);
        self.deaf = true;
        let done = poll_fn(|task| match other.as_mut().poll(task) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => self.poll_end(task, Instant::now()).map(Err),
        })
        .await;
        (self.deaf, self.heard) = (false, Instant::now());
        done
    }

    /// Sends what waits, asks for signs of life, and says when the connection comes to its end.
    fn poll_end(&mut self, task: &mut Context<'_>, now: Instant) -> Poll<End> {
        while self.is_due(task, now) {
            let now = Instant::now();
            if self.deaf {
                self.heard = now;
            }
            if now >= self.heard + self.pulse.silence {
                return Poll::Ready(End::Silent);
            }
            if now >= self.heard.max(self.pinged) + self.pulse.ping {
                self.outbox.ping();
                self.pinged = now;
            }
            let ping = self.heard.max(self.pinged) + self.pulse.ping;
            self.set(ping.min(self.heard + self.pulse.silence));
        }
        if self.outbox.is_stirred(task) || self.waits {
            self.poll_send(task)
        } else {
            Poll::Pending
        }
    }

    /// Whether the timer is due; where it is not, it wakes this task when it is.
    fn is_due(&mut self, task: &mut Context<'_>, now: Instant) -> bool {
        // It lies apart, and most who are woken are not woken by it.
        if self.due.is_some_and(|due| now < due) {
            return false;
        }
        let due = self.timer.as_mut().poll(task).is_ready();
        self.due = (!due).then(|| self.timer.deadline());
        due
    }

    fn set(&mut self, deadline: Instant) {
        self.timer.as_mut().reset(deadline);
        self.due = None;
    }

    fn poll_send(&mut self, task: &mut Context<'_>) -> Poll<End> {
        loop {
            let until = match self.outbox.send() {
                Next::Close(close) => return Poll::Ready(End::Closing(close)),
                Next::Nothing => {
                    self.waits = false;
                    return Poll::Pending;
                }
                Next::Wait(until) => until.map(Instant::from_std),
            };
            self.waits = true;
            if let Some(until) = until.filter(|until| *until < self.timer.deadline()) {
                self.set(until);
                if self.is_due(task, Instant::now()) {
                    // It has been over its limits for too long by now.
                    continue;
                }
            }
            if ready!(self.socket.as_ref().poll_write_ready(task)).is_err() {
                return Poll::Ready(End::Gone);
            }
        }
    }

    /// Lets a hook run to its end, also where the connection ends meanwhile: then this side says goodbye at once.
    pub(super) async fn hook(&mut self, hook: impl Future<Output = ()>) -> Result<(), End> {
        let mut hook = pin!(hook);
        match self.meanwhile(&mut hook).await {
            Ok(()) => Ok(()),
            Err(end) => {
                join(hook, self.say_goodbye(&end)).await;
                Err(end)
            }
        }
    }

    /// Says goodbye after what waits, unless that is said already, and hears the other side out.
    pub(super) async fn goodbye(&mut self, end: End, reader: Reader) {
        if self.say_goodbye(&end).await {
            match &end {
                End::Closing(_) | End::Silent => {
                    let heard = timeout(GOODBYE, self.hear_out(Some(reader))).await;
                    self.outbox.metrics().hit(heard.err().map(|_| Limit::GoodbyeTime));
                }
                End::Broken(_) => {
                    // What is cut off in the middle might lose what it has just been sent.
                    self.outbox.end();
                    let heard = timeout(GOODBYE, self.hear_out(None)).await;
                    self.outbox.metrics().hit(heard.err().map(|_| Limit::GoodbyeTime));
                }
                End::Left(_) | End::Gone => {}
            }
        }
        self.outbox.end();
    }

    /// Whether the goodbye got through, as far as this side can know.
    async fn say_goodbye(&mut self, end: &End) -> bool {
        let Some(close) = end.goodbye() else { return false };
        if !mem::replace(&mut self.said, true) {
            self.outbox.goodbye(&close);
        }
        let said = poll_fn(|task| {
            while !self.outbox.send_rest() {
                if ready!(self.socket.as_ref().poll_write_ready(task)).is_err() {
                    return Poll::Ready(false);
                }
            }
            Poll::Ready(true)
        });
        timeout(GOODBYE, said).await.unwrap_or_else(|_| {
            self.outbox.metrics().hit(Limit::GoodbyeTime);
            false
        })
    }

    /// Reads until the other side has said goodbye too, or is gone.
    async fn hear_out(&mut self, mut reader: Option<Reader>) {
        let mut scrap = Vec::with_capacity(A_READ);
        loop {
            let input = match &mut reader {
                Some(reader) => reader.input(A_READ),
                None => {
                    scrap.clear();
                    &mut scrap
                }
            };
            if matches!(self.socket.read_buf(input).await, Ok(0) | Err(_)) {
                return;
            }
            while let Some(incoming) = reader.as_mut().and_then(|reader| reader.next().transpose())
            {
                if matches!(incoming, Err(_) | Ok(Incoming::Close(_))) {
                    return;
                }
            }
        }
    }
}
