//! One open socket, from its first frame to its close.

use super::{
    Close, Frame, OpenSocket, Outbox, Socket,
    envelope::{Envelope, malformed, rate_limited, spectator, too_large, unknown_type},
    pace::{Pace, Pacer},
    writing::{GOODBYE, write},
};
use crate::{
    accounts::Purse,
    consumer::{BoxConsumer, Connection},
    session::{
        Member, Role,
        command::{Command, Greeting, Wish},
        frames,
    },
    settings::Limits,
    site::Shared,
};
use axum::extract::ws::Message;
use futures_util::{StreamExt as _, stream::SplitStream};
use parlor_core::{Game, Message as _, Refusal, State, Undecoded};
use serde::Deserialize;
use std::{error::Error as _, sync::Arc, time::Duration};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// How long a hook may take.
pub(crate) const HOOK: Duration = Duration::from_secs(10);

/// The longest line of chat, in Unicode scalar values.
const LONGEST_LINE: usize = 150;

/// The code of a connection that ended without a goodbye (RFC 6455 §7.1.5).
const ABNORMAL: u16 = 1006;

/// A socket whose user was let in, before its first frame.
pub(crate) struct Opened<G: Game> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) connection: Connection<G>,
    pub(crate) purse: Arc<Purse>,
    pub(crate) consumer: BoxConsumer<G>,
    pub(crate) place: OpenSocket,
    /// How to greet one who speaks `parlor.v1`.
    pub(crate) greeting: Option<Greeting>,
}

/// Serves an open socket until it is closed.
pub(crate) async fn serve<G: Game>(opened: Opened<G>, socket: Socket) {
    let Opened { shared, connection, purse, consumer, place, greeting } = opened;
    let limits = shared.settings.limits.clone();
    let (sink, stream) = futures_util::StreamExt::split(socket);
    let writer = tokio::spawn(write(sink, connection.outbox.clone(), limits.ping));
    shared.metrics.connections.inc();
    let role = if connection.spectates { Role::Spectator } else { Role::Player };
    let member =
        Member { outbox: connection.outbox.clone(), user: connection.user.clone(), role, purse };
    let (attached, shown) = oneshot::channel();
    let attach = Command::Attach { member, greeting, attached };
    let _ = connection.table.send(attach).await;
    // The game comes first: before any answer, and before what hooks and groups send.
    let _ = shown.await;
    let rate = G::MESSAGES_PER_SECOND.unwrap_or(limits.messages_per_second);
    let pacer = Pacer::new(rate, limits.messages_burst, limits.flood_for);
    let has_ids = greeting.is_some();
    let mut reading =
        Reading { shared, connection, consumer, limits, pacer, stream, role, has_ids, place };
    let code = reading.run().await;
    let Reading { shared, connection, stream, place, .. } = reading;
    // The client has a moment to answer the goodbye; then the connection is cut.
    let _ = timeout(GOODBYE, drain(stream)).await;
    let _ = timeout(GOODBYE, writer).await;
    tracing::debug!(session = %connection.session, code, "a socket was closed");
    // Whoever reads that it is gone may rely on it: nothing of it keeps the session awake.
    drop(connection);
    shared.metrics.connections.dec();
    drop(place);
}

async fn drain(mut stream: SplitStream<Socket>) {
    while let Some(Ok(_)) = stream.next().await {}
}

/// The half of a connection that reads.
struct Reading<G: Game> {
    shared: Arc<Shared>,
    connection: Connection<G>,
    consumer: BoxConsumer<G>,
    limits: Limits,
    pacer: Pacer,
    stream: SplitStream<Socket>,
    role: Role,
    /// Whether messages have ids: `parlor.v1`.
    has_ids: bool,
    place: OpenSocket,
}

impl<G: Game> Reading<G> {
    /// Reads until either side closes, and says with which code.
    async fn run(&mut self) -> u16 {
        self.hook(async |consumer, connection| consumer.hooks().connect(connection).await).await;
        let code = self.read().await;
        let detach = Command::Detach { connection: self.outbox().id() };
        let _ = self.connection.table.send(detach).await;
        self.hook(async |consumer, connection| {
            consumer.hooks().disconnect(connection, code).await;
        })
        .await;
        let channel = crate::channel::Channel(self.outbox().clone());
        self.connection.layer.forget(&channel).await;
        code
    }

    async fn hook<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut BoxConsumer<G>, &Connection<G>) -> T,
    ) -> Option<T> {
        let ran = timeout(HOOK, run(&mut self.consumer, &self.connection)).await;
        if ran.is_err() {
            tracing::warn!(game = G::NAME, "a hook took longer than ten seconds");
        }
        ran.ok()
    }

    async fn read(&mut self) -> u16 {
        let outbox = self.outbox().clone();
        let mut heard = Instant::now();
        loop {
            let frame = tokio::select! {
                biased;
                close = outbox.closed() => return close.code,
                frame = self.stream.next() => frame,
                () = tokio::time::sleep_until(heard + self.limits.silence) => {
                    outbox.close(Close::SILENT);
                    return ABNORMAL;
                }
            };
            heard = Instant::now();
            let judged = match frame {
                Some(Ok(Message::Text(text))) => self.text(text.as_str()).await,
                Some(Ok(Message::Binary(bytes))) => self.binary(bytes.len()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map_or(1005, |frame| frame.code);
                    outbox.close(Close::new(1000, "bye"));
                    return code;
                }
                Some(Err(error)) => Err(what_broke(&error)),
                None => return ABNORMAL,
            };
            if let Err(close) = judged {
                let code = close.code;
                outbox.close(close);
                return code;
            }
        }
    }

    fn binary(&mut self, length: usize) -> Result<(), Close> {
        if !self.pace(None)? {
            return Ok(());
        }
        let most = self.limits.message_bytes;
        self.refuse(&if length > most { too_large(most) } else { malformed() }, None);
        Ok(())
    }

    /// Judges a message in the contract's order: rate, size, form, type, role; the rest is the session's to judge.
    async fn text(&mut self, text: &str) -> Result<(), Close> {
        if !self.pace(Some(text))? {
            return Ok(());
        }
        if text.len() > self.limits.message_bytes {
            let id = self.id_in(text);
            self.refuse(&too_large(self.limits.message_bytes), id.as_deref());
            return Ok(());
        }
        match Envelope::read(text).and_then(|envelope| Ok((self.id_of(&envelope)?, envelope))) {
            Ok((id, envelope)) => self.message(envelope, id).await,
            Err(refusal) => self.refuse(&refusal, None),
        }
        Ok(())
    }

    async fn message(&mut self, envelope: Envelope<'_>, id: Option<String>) {
        self.place.heard();
        let (kind, data) = (&*envelope.kind, envelope.data());
        let wish = match kind {
            "load_game" => Ok(Wish::Load),
            "leave" => Ok(Wish::Leave),
            "chat_msg" => line(data).map(Wish::Say),
            _ if !G::Action::KINDS.contains(&kind) => Err(unknown_type(kind)),
            _ if State::<G>::is_query(kind) => Ok(Wish::Ask(decode::<G>(kind, data))),
            _ if self.role == Role::Spectator => Err(spectator()),
            _ => return self.act(decode::<G>(kind, data), id).await,
        };
        match wish {
            Ok(wish) => self.wish(wish, id).await,
            // Whether the id was applied before is the session's to say.
            Err(refusal) if id.is_some() => self.wish(Wish::Refused(refusal), id).await,
            Err(refusal) => self.refuse(&refusal, None),
        }
    }

    async fn act(&mut self, action: Result<G::Action, Refusal>, id: Option<String>) {
        let heard = self.consumer.listens().then(|| action.clone().ok()).flatten();
        let Some(heard) = heard else {
            return self.wish(Wish::Act(action, None), id).await;
        };
        let (verdict, judged) = oneshot::channel();
        self.wish(Wish::Act(action, Some(verdict)), id).await;
        if let Ok(verdict) = judged.await {
            self.hook(async |consumer, connection| {
                consumer.hooks().receive(connection, &heard, &verdict).await;
            })
            .await;
        }
    }

    async fn wish(&mut self, wish: Wish<G>, id: Option<String>) {
        let message = Command::Message { connection: self.outbox().id(), id, wish };
        let _ = self.connection.table.send(message).await;
    }

    fn id_of(&self, envelope: &Envelope<'_>) -> Result<Option<String>, Refusal> {
        if self.has_ids { envelope.id() } else { Ok(None) }
    }

    /// The id of a message that is refused unread: its sender may want to send it again.
    fn id_in(&self, text: &str) -> Option<String> {
        self.id_of(&Envelope::read(text).ok()?).ok()?
    }

    /// Whether the message is within the rate; `Err` where the sender went on for too long.
    fn pace(&mut self, text: Option<&str>) -> Result<bool, Close> {
        match self.pacer.next() {
            Pace::Keep => Ok(true),
            Pace::Refuse => {
                let id = text.and_then(|text| self.id_in(text));
                self.refuse(&rate_limited(), id.as_deref());
                Ok(false)
            }
            Pace::RefuseSilently => {
                self.shared.metrics.refused("rate_limited");
                Ok(false)
            }
            Pace::Flood => Err(Close::FLOODING),
        }
    }

    fn refuse(&self, refusal: &Refusal, id: Option<&str>) {
        self.shared.metrics.refused(refusal.code());
        self.outbox().push(Frame::answer(frames::error(refusal, id)));
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.connection.outbox
    }
}

fn decode<G: Game>(kind: &str, data: Option<&str>) -> Result<G::Action, Refusal> {
    G::Action::decode(kind, data).map_err(|error| match error {
        Undecoded::UnknownType => unknown_type(kind),
        Undecoded::Invalid(reason) => Refusal::invalid_data(reason),
    })
}

/// The line of a `chat_msg`: 1 to 150 characters once the space around it is gone.
fn line(data: Option<&str>) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    struct Said {
        msg: String,
    }
    let said: Said = parlor_core::message::read_fields(data)
        .map_err(|error| Refusal::invalid_data(error.to_string()))?;
    let text = said.msg.trim();
    let length = text.chars().count();
    parlor_core::ensure!(
        (1..=LONGEST_LINE).contains(&length),
        Refusal::invalid_data(format!("data.msg: write 1 to {LONGEST_LINE} characters"))
    );
    Ok(text.to_owned())
}

/// What the library found wrong, as a close code.
fn what_broke(error: &axum::Error) -> Close {
    use tokio_tungstenite::tungstenite::Error;
    match error.source().and_then(|source| source.downcast_ref::<Error>()) {
        Some(Error::Capacity(_)) => Close::TOO_LARGE,
        Some(Error::Utf8(_)) => Close::NOT_TEXT,
        Some(Error::Protocol(_)) => Close::PROTOCOL,
        _ => Close::new(1000, "bye"),
    }
}
