//! What is still to be sent to one connection: bounded, and a newer view takes the place of an older one.

use super::{Text, close::Close};
use crate::{metrics::Metrics, settings::Limit};
use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Over this many times its limit an outbox is given up at once.
const AT_ONCE: usize = 4;

/// The frame that shows all there is to see.
pub(crate) const LOAD_GAME: &str = "load_game";

/// Something a session told, with its number. Its bytes are shared by all who get it.
#[derive(Debug)]
pub(crate) struct Told {
    text: Text,
    seq: u64,
    numbered: OnceLock<Text>,
}

impl Told {
    pub(crate) fn new(text: Text, seq: u64) -> Self {
        Self { text, seq, numbered: OnceLock::new() }
    }

    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The text with its number, for those who speak `parlor.v1`.
    fn numbered(&self) -> &Text {
        self.numbered.get_or_init(|| numbered(&self.text, self.seq))
    }
}

/// A text on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    body: Body,
    view: Option<&'static str>,
    /// Whether it is told to one who comes, and counts for no limit.
    greets: bool,
}

#[derive(Debug, Clone)]
enum Body {
    Told(Arc<Told>),
    /// An answer carries the number of what was sent before it, or the one given here.
    Answer(Text, Option<u64>),
}

impl Frame {
    /// Something that happened: never dropped.
    pub(crate) fn event(told: Arc<Told>) -> Self {
        Self { body: Body::Told(told), view: None, greets: false }
    }

    /// The game as it stands, in a frame of this type: a newer one takes its place while it is unsent, and a newer
    /// `load_game` the place of every view.
    pub(crate) fn view(kind: &'static str, told: Told) -> Self {
        Self { body: Body::Told(Arc::new(told)), view: Some(kind), greets: false }
    }

    /// An answer to this connection alone, never dropped.
    pub(crate) fn answer(text: Text) -> Self {
        Self { body: Body::Answer(text, None), view: None, greets: false }
    }

    /// An answer that says where the session stands.
    pub(crate) fn answer_at(text: Text, seq: u64) -> Self {
        Self { body: Body::Answer(text, Some(seq)), view: None, greets: false }
    }

    /// The same, told to one who comes: all that is kept may be more than one who is there may have unsent, and nobody is
    /// slow before there was time to read it.
    pub(crate) fn greets(self) -> Self {
        Self { greets: true, ..self }
    }

    fn bytes(&self) -> usize {
        match &self.body {
            Body::Told(told) => told.bytes(),
            Body::Answer(text, _) => text.len(),
        }
    }
}

/// A frame with its number.
fn numbered(text: &Text, seq: u64) -> Text {
    let open = text.strip_suffix('}').unwrap_or(text);
    format!("{open},\"seq\":{seq}}}").into()
}

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
    pub(crate) slow_for: Duration,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Of these, those that count for no limit: how many frames, and their bytes.
    greeting: (usize, usize),
    over_since: Option<Instant>,
    close: Option<Close>,
    /// The bytes that were taken out last, and may still be on their way.
    taken: usize,
    /// The number last sent.
    last: u64,
}

/// The frames that one connection has not been sent yet.
pub(crate) struct Outbox {
    id: u64,
    bounds: Bounds,
    /// Whether the connection speaks `parlor.v1`, in which every frame has a number.
    numbers: bool,
    metrics: Arc<Metrics>,
    queue: Mutex<Queue>,
    filled: Notify,
    closed: Notify,
}

/// What the connection does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Send these.
    Send(Vec<Text>),
    /// Send these, then say goodbye.
    Close(Vec<Text>, Close),
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.id)
    }
}

impl Outbox {
    pub(crate) fn new(bounds: Bounds, numbers: bool, metrics: Arc<Metrics>) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        Self {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            bounds,
            numbers,
            metrics,
            queue: Mutex::default(),
            filled: Notify::new(),
            closed: Notify::new(),
        }
    }

    /// A number that no other outbox of this process has.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The bytes that are not handed to the system yet.
    pub(crate) fn unsent_bytes(&self) -> usize {
        let queue = self.lock();
        queue.bytes + queue.taken
    }

    /// What counts the limits that are reached.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Queues a frame; on a connection that is being closed it is dropped.
    pub(crate) fn push(&self, frame: Frame) {
        let mut queue = self.lock();
        if queue.close.is_some() {
            return;
        }
        if let Some(kind) = frame.view {
            let replaced = |waiting: &Frame| {
                waiting.view.is_some_and(|older| older == kind || kind == LOAD_GAME)
            };
            queue.frames.retain(|waiting| !replaced(waiting));
            queue.bytes = queue.frames.iter().map(Frame::bytes).sum();
        }
        queue.bytes += frame.bytes();
        if frame.greets {
            queue.greeting.0 += 1;
            queue.greeting.1 += frame.bytes();
        }
        queue.frames.push_back(frame);
        self.judge(&mut queue);
        drop(queue);
        self.filled.notify_one();
    }

    /// Closes the connection once what waits is sent; the first reason stands.
    pub(crate) fn close(&self, close: Close) {
        let mut queue = self.lock();
        if queue.close.is_some() {
            return;
        }
        queue.close = Some(close);
        drop(queue);
        self.filled.notify_one();
        self.closed.notify_waiters();
    }

    /// Why the connection is being closed, if it is.
    pub(crate) fn closing(&self) -> Option<Close> {
        self.lock().close.clone()
    }

    /// Waits until the connection is being closed from this side.
    pub(crate) async fn closed(&self) -> Close {
        loop {
            let closed = self.closed.notified();
            if let Some(close) = self.closing() {
                return close;
            }
            closed.await;
        }
    }

    /// Waits for something to do. For the one task that writes.
    pub(crate) async fn next(&self) -> Next {
        loop {
            {
                let mut queue = self.lock();
                queue.taken = 0;
                let close = queue.close.clone();
                if close.is_some() || !queue.frames.is_empty() {
                    queue.taken = std::mem::take(&mut queue.bytes);
                    queue.greeting = (0, 0);
                    queue.over_since = None;
                    let frames = self.texts(&mut queue);
                    return match close {
                        Some(close) => Next::Close(frames, close),
                        None => Next::Send(frames),
                    };
                }
            }
            self.filled.notified().await;
        }
    }

    /// Takes everything out, numbered where the connection wants that.
    fn texts(&self, queue: &mut Queue) -> Vec<Text> {
        let frames = std::mem::take(&mut queue.frames);
        let text = |frame: Frame| match frame.body {
            Body::Told(told) if self.numbers => {
                queue.last = told.seq;
                told.numbered().clone()
            }
            Body::Told(told) => told.text.clone(),
            Body::Answer(text, at) if self.numbers => {
                queue.last = at.unwrap_or(queue.last);
                numbered(&text, queue.last)
            }
            Body::Answer(text, _) => text,
        };
        frames.into_iter().map(text).collect()
    }

    /// Waits until this side gives the connection up: it was closed, or it was over a limit for too long.
    /// For the one task that writes, while a send does not get through.
    pub(crate) async fn given_up(&self) -> Close {
        loop {
            let over_since = {
                let mut queue = self.lock();
                self.judge(&mut queue);
                queue.over_since
            };
            let check_again = match over_since {
                Some(since) => self.bounds.slow_for.saturating_sub(since.elapsed()),
                None => self.bounds.slow_for,
            };
            tokio::select! {
                close = self.closed() => return close,
                () = self.filled.notified() => {}
                () = tokio::time::sleep(check_again.max(Duration::from_millis(10))) => {}
            }
        }
    }

    fn judge(&self, queue: &mut Queue) {
        let Bounds { frames, bytes, slow_for } = self.bounds;
        let waiting = queue.frames.len().saturating_sub(queue.greeting.0);
        let unsent = queue.bytes.saturating_sub(queue.greeting.1);
        let over = |times| waiting > frames * times || unsent > bytes * times;
        if !over(1) {
            queue.over_since = None;
            return;
        }
        let many = waiting > frames;
        let since = *queue.over_since.get_or_insert_with(|| {
            self.metrics.hit(if many { Limit::OutboxFrames } else { Limit::OutboxBytes });
            Instant::now()
        });
        if queue.close.is_none() && (over(AT_ONCE) || since.elapsed() >= slow_for) {
            queue.close = Some(Close::SLOW);
            self.metrics.hit(Limit::SlowFor);
            queue.frames.clear();
            queue.bytes = 0;
            self.closed.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Close, Frame, LOAD_GAME, Next, Outbox, Told};
    use std::sync::Arc;
    use std::time::Duration;

    fn outbox(slow_for: Duration) -> Outbox {
        Outbox::new(Bounds { frames: 4, bytes: 1_000, slow_for }, false, Arc::default())
    }

    fn event(text: &'static str) -> Frame {
        Frame::event(Arc::new(Told::new(text.into(), 1)))
    }

    async fn sent(outbox: &Outbox) -> Vec<String> {
        match outbox.next().await {
            Next::Send(frames) | Next::Close(frames, _) => {
                frames.iter().map(ToString::to_string).collect()
            }
        }
    }

    #[tokio::test]
    async fn a_newer_view_takes_the_place_of_an_older_one() {
        let outbox = outbox(Duration::from_secs(10));
        outbox.push(Frame::view(LOAD_GAME, Told::new("old".into(), 1)));
        outbox.push(event("chat"));
        outbox.push(Frame::view("update", Told::new("bet".into(), 1)));
        outbox.push(Frame::view("update", Told::new("ready".into(), 1)));
        assert_eq!(sent(&outbox).await, ["old", "chat", "ready"], "an update shows less than all");
        outbox.push(Frame::view("update", Told::new("ready".into(), 1)));
        outbox.push(event("chat"));
        outbox.push(Frame::view(LOAD_GAME, Told::new("new".into(), 1)));
        assert_eq!(sent(&outbox).await, ["chat", "new"]);
    }

    #[tokio::test]
    async fn what_waits_is_sent_before_the_goodbye() {
        let outbox = outbox(Duration::from_secs(10));
        outbox.push(event("last"));
        outbox.close(Close::LEFT);
        outbox.push(event("too late"));
        assert!(
            matches!(outbox.next().await, Next::Close(frames, close) if frames.len() == 1 && close == Close::LEFT)
        );
    }

    #[tokio::test]
    async fn a_slow_reader_is_given_up() {
        let patient = outbox(Duration::from_millis(20));
        for _ in 0..5 {
            patient.push(event("x"));
        }
        assert_eq!(patient.closing(), None, "over the limit, and not for long");
        assert_eq!(patient.given_up().await, Close::SLOW);

        let flooded = outbox(Duration::from_secs(10));
        for _ in 0..17 {
            flooded.push(event("x"));
        }
        assert_eq!(
            flooded.closing(),
            Some(Close::SLOW),
            "four times the limit is too much at once"
        );
    }

    #[tokio::test]
    async fn every_frame_has_a_number_where_that_is_spoken() {
        let bounds = Bounds { frames: 9, bytes: 1_000, slow_for: Duration::from_secs(1) };
        let outbox = Outbox::new(bounds, true, Arc::default());
        let told = Arc::new(Told::new("{\"type\":\"x\"}".into(), 7));
        outbox.push(Frame::answer_at("{\"type\":\"welcome\"}".into(), 4));
        outbox.push(Frame::answer("{\"type\":\"ack\"}".into()));
        outbox.push(Frame::event(told.clone()));
        outbox.push(Frame::answer("{\"type\":\"ack\"}".into()));
        let numbers =
            ["welcome\",\"seq\":4", "ack\",\"seq\":4", "x\",\"seq\":7", "ack\",\"seq\":7"];
        let expected = numbers.map(|middle| format!("{{\"type\":\"{middle}}}"));
        assert_eq!(sent(&outbox).await, expected);
    }
}
