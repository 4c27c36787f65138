//! The half of a connection that writes.

use super::{Close, Outbox, Socket, outbox::Next};
use crate::settings::Limit;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures_util::{SinkExt as _, stream::SplitSink};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How long a goodbye may take to get through before the connection is cut.
pub(super) const GOODBYE: Duration = Duration::from_secs(5);

type Sink = SplitSink<Socket, Message>;

/// Sends what the outbox holds, and pings, until the connection is closed or does not take it any more.
pub(super) async fn write(mut sink: Sink, outbox: Arc<Outbox>, ping: Duration) {
    let mut pings = interval_at(Instant::now() + ping, ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let (frames, close) = tokio::select! {
            next = outbox.next() => match next {
                Next::Send(frames) => (frames, None),
                Next::Close(frames, close) => (frames, Some(close)),
            },
            _ = pings.tick() => {
                outbox.metrics().hit(Limit::Ping);
                if send(&mut sink, &outbox, [Message::Ping(Default::default())]).await.is_err() {
                    return;
                }
                continue;
            }
        };
        // On a goodbye the last frames have as long as the goodbye itself.
        let texts = frames.into_iter().map(Message::Text);
        if let Some(close) = close {
            let _ = tokio::time::timeout(GOODBYE, goodbye(&mut sink, texts, close)).await;
            return;
        }
        if let Err(given_up) = send(&mut sink, &outbox, texts).await {
            if let Some(close) = given_up {
                let nothing = std::iter::empty();
                let _ = tokio::time::timeout(GOODBYE, goodbye(&mut sink, nothing, close)).await;
            }
            return;
        }
    }
}

/// Writes the messages and flushes once; `Err` holds the reason where this side gave the connection up meanwhile.
async fn send(
    sink: &mut Sink,
    outbox: &Outbox,
    messages: impl IntoIterator<Item = Message>,
) -> Result<(), Option<Close>> {
    let sending = async {
        for message in messages {
            sink.feed(message).await?;
        }
        sink.flush().await
    };
    tokio::pin!(sending);
    tokio::select! {
        biased;
        sent = &mut sending => return sent.map_err(|_| None),
        close = outbox.given_up() => {
            if close == Close::SLOW {
                return Err(Some(close));
            }
        }
    }
    // Closed for another reason: what is on its way may still arrive.
    match tokio::time::timeout(GOODBYE, sending).await {
        Ok(sent) => sent.map_err(|_| None),
        Err(_) => Err(None),
    }
}

async fn goodbye(
    sink: &mut Sink,
    last: impl Iterator<Item = Message>,
    close: Close,
) -> Result<(), axum::Error> {
    for message in last {
        sink.feed(message).await?;
    }
    let frame = CloseFrame { code: close.code, reason: Utf8Bytes::from(&*close.reason) };
    sink.send(Message::Close(Some(frame))).await
}
