//! One open socket, from its first frame to its close: what its messages ask for.

use super::{
    Close, Frame, OpenSocket, Outbox, Socket,
    envelope::{Envelope, malformed, rate_limited, spectator, too_large, unknown_type},
    line::{End, Line, Pulse},
    pace::{Pace, Pacer},
    wire::{Broken, Incoming, Reader},
};
use crate::{
    accounts::Purse,
    consumer::{BoxConsumer, Connection},
    metrics::Metrics,
    session::{
        Member, Role,
        command::{Command, Greeting, Wish, post},
        frames,
    },
    settings::{Limit, Limits},
    site::Shared,
};
use futures_util::future::join;
use parlor_core::{Game, Message as _, Refusal, State, Undecoded};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc::error::TrySendError, oneshot},
    time::timeout,
};

/// How long a hook may take.
pub(crate) const HOOK: Duration = Duration::from_secs(10);

/// The longest line of chat, in Unicode scalar values.
const LONGEST_LINE: usize = 150;

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
///
/// A connection mostly waits for the next message, and takes memory for no more than that: what waits for anything else is boxed.
/// This is no `async fn`, since the future of one keeps room for its arguments besides what they are taken apart into.
pub(crate) fn serve<G: Game>(
    opened: Opened<G>,
    socket: Socket,
) -> impl Future<Output = ()> + Send + 'static {
    let Opened { shared, connection, purse, consumer, place, greeting } = opened;
    let playing = (!connection.spectates).then(|| shared.restraints.begin(connection.user.id));
    let Limits { ping, silence, messages_burst, messages_per_second, flood_for, .. } =
        shared.settings.limits;
    let Socket { stream, received } = socket;
    let mut reader = Reader::new(shared.settings.limits.close_bytes, &received);
    // It may hold on to all that the handshake was read into.
    drop(received);
    let line = Line::open(stream, connection.outbox.clone(), Pulse { ping, silence });
    shared.metrics.connections.inc();
    let role = if connection.spectates { Role::Spectator } else { Role::Player };
    let member =
        Member { outbox: connection.outbox.clone(), user: connection.user.clone(), role, purse };
    let rate = G::MESSAGES_PER_SECOND.unwrap_or(messages_per_second);
    let pacer = Pacer::new((rate, messages_burst), flood_for, line.heard());
    let has_ids = greeting.is_some();
    let mut talk = Talk { shared, connection, consumer, pacer, line, role, has_ids, place };
    async move {
        let end = match Box::pin(talk.begin(member, greeting, &mut reader)).await {
            Ok(()) => talk.talk(&mut reader).await,
            Err(end) => end,
        };
        Box::pin(talk.end(end, reader)).await;
        drop(playing);
    }
}

/// One connection that is open.
struct Talk<G: Game> {
    shared: Arc<Shared>,
    connection: Connection<G>,
    consumer: BoxConsumer<G>,
    pacer: Pacer,
    line: Line,
    role: Role,
    /// Whether messages have ids: `parlor.v1`.
    has_ids: bool,
    place: OpenSocket,
}

/// What a message asks of the session, with what its sender calls it.
type Asked<G> = (Option<String>, Wish<G>);

/// How a move was judged, once it is.
type Judged = oneshot::Receiver<Result<(), Refusal>>;

/// What has to be waited for before the next message is read.
struct Wait<G: Game> {
    /// A command that the session's mailbox has no room for yet.
    unsent: Option<Command<G>>,
    /// A move of which a hook wants to know how it was judged.
    heard: Option<(G::Action, Judged)>,
}

impl<G: Game> Talk<G> {
    /// Comes in.
    async fn begin(
        &mut self,
        member: Member,
        greeting: Option<Greeting>,
        reader: &mut Reader,
    ) -> Result<(), End> {
        let (attached, shown) = oneshot::channel();
        if let Some(unsent) = self.command(Command::Attach { member, greeting, attached }) {
            self.wait(Wait { unsent: Some(unsent), heard: None }).await?;
        }
        // The game comes first: before any answer, and before what hooks and groups send.
        if self.line.meanwhile(shown).await?.is_err() {
            // It was not let in after all; the session may have said why.
            self.outbox().close(Close::ENDED);
            loop {
                self.line.receive(reader).await?;
            }
        }
        let Self { shared, consumer, connection, line, .. } = self;
        line.hook(in_time(&shared.metrics, consumer.hooks().connect(connection))).await
    }

    /// Talks until either side closes.
    async fn talk(&mut self, reader: &mut Reader) -> End {
        match self.hear(reader).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn hear(&mut self, reader: &mut Reader) -> Result<Never, End> {
        loop {
            while let Some(incoming) = reader.next()? {
                match incoming {
                    Incoming::Text(text) => {
                        if let Some(wait) = self.text(text)? {
                            Box::pin(self.wait(wait)).await?;
                        }
                    }
                    Incoming::Binary(bytes) => self.binary(bytes.len())?,
                    Incoming::Ping(payload) => {
                        if self.pace(None)? {
                            self.outbox().pong(payload);
                        }
                    }
                    Incoming::Pong => drop(self.pace(None)?),
                    Incoming::Close(code) => return Err(End::Left(code)),
                }
            }
            if !self.shared.store.keeps_up() {
                Box::pin(self.wait_for_the_store()).await?;
            }
            self.line.receive(reader).await?;
        }
    }

    /// What comes in faster than it can be stored waits at its sender.
    async fn wait_for_the_store(&mut self) -> Result<(), End> {
        self.shared.metrics.hit(Limit::CommitTime);
        let mut pace = self.shared.store.pace();
        let _ = self.line.meanwhile(pace.wait_for(|keeps_up| *keeps_up)).await?;
        Ok(())
    }

    /// Says goodbye, and lets the session and the hooks know.
    async fn end(self, end: End, reader: Reader) {
        let (code, outbox) = (end.code(), self.outbox().clone());
        let Self { shared, connection, mut consumer, mut line, place, .. } = self;
        shared.metrics.closed(code);
        shared.metrics.hit(end.limit());
        let leaving = async {
            let detach = Command::Detach { connection: outbox.id() };
            let _ = post(&connection.table, detach, &shared.metrics).await;
            in_time(&shared.metrics, consumer.hooks().disconnect(&connection, code)).await;
            connection.layer.forget(&crate::channel::Channel(outbox)).await;
        };
        // The other side has a moment to answer the goodbye; then the connection is cut.
        join(line.goodbye(end, reader), leaving).await;
        tracing::debug!(session = %connection.session, code, "a socket was closed");
        // Whoever reads that it is gone may rely on it: nothing of it keeps the session awake.
        drop((connection, line, consumer));
        shared.metrics.connections.dec();
        drop(place);
    }

    fn binary(&mut self, length: usize) -> Result<(), End> {
        if self.pace(None)? {
            let most = self.shared.settings.limits.message_bytes;
            self.shared.metrics.hit((length > most).then_some(Limit::MessageBytes));
            self.refuse(&if length > most { too_large(most) } else { malformed() }, None);
        }
        Ok(())
    }

    /// Judges a message, and hands what it asks for to the session.
    fn text(&mut self, text: &str) -> Result<Option<Wait<G>>, End> {
        let Some((id, wish)) = self.asked(text)? else { return Ok(None) };
        let connection = self.outbox().id();
        let heard = match &wish {
            Wish::Act(Ok(action), _) if self.consumer.listens() => Some(action.clone()),
            _ => None,
        };
        let (wish, heard) = match (wish, heard) {
            (Wish::Act(action, _), Some(heard)) => {
                let (verdict, judged) = oneshot::channel();
                (Wish::Act(action, Some(verdict)), Some((heard, judged)))
            }
            (wish, _) => (wish, None),
        };
        let unsent = self.command(Command::Message { connection, id, wish });
        Ok((unsent.is_some() || heard.is_some()).then_some(Wait { unsent, heard }))
    }

    async fn wait(&mut self, Wait { unsent, heard }: Wait<G>) -> Result<(), End> {
        let Self { shared, consumer, connection, line, .. } = self;
        if let Some(command) = unsent
            && line.meanwhile(connection.table.send(command)).await?.is_err()
        {
            connection.outbox.close(Close::ENDED);
        }
        if let Some((action, judged)) = heard
            && let Ok(verdict) = line.meanwhile(judged).await?
        {
            let hook = consumer.hooks().receive(connection, &action, &verdict);
            line.hook(in_time(&shared.metrics, hook)).await?;
        }
        Ok(())
    }

    /// Judges a message in the contract's order: rate, size, form, type, role; the rest is the session's to judge.
    fn asked(&mut self, text: &str) -> Result<Option<Asked<G>>, End> {
        if !self.pace(Some(text))? {
            return Ok(None);
        }
        let most = self.shared.settings.limits.message_bytes;
        if text.len() > most {
            let id = self.id_in(text);
            self.shared.metrics.hit(Limit::MessageBytes);
            self.refuse(&too_large(most), id.as_deref());
            return Ok(None);
        }
        self.outbox().hears();
        let envelope = Envelope::read(text);
        match envelope.and_then(|envelope| Ok((self.id_of(&envelope)?, self.wish(&envelope)))) {
            Ok((id, Ok(wish))) => Ok(Some((id, wish))),
            // Whether the id was applied before is the session's to say.
            Ok((Some(id), Err(refusal))) => Ok(Some((Some(id), Wish::Refused(refusal)))),
            Ok((None, Err(refusal))) | Err(refusal) => {
                self.refuse(&refusal, None);
                Ok(None)
            }
        }
    }

    fn wish(&self, envelope: &Envelope<'_>) -> Result<Wish<G>, Refusal> {
        let (kind, data) = (&*envelope.kind, envelope.data());
        Ok(match kind {
            "load_game" => Wish::Load,
            "leave" => Wish::Leave,
            "chat_msg" => Wish::Say(line(data)?),
            _ if !G::Action::KINDS.contains(&kind) => return Err(unknown_type(kind)),
            _ if State::<G>::is_query(kind) => Wish::Ask(decode::<G>(kind, data)),
            _ if self.role == Role::Spectator => return Err(spectator()),
            _ => Wish::Act(decode::<G>(kind, data), None),
        })
    }

    /// Puts a command into the session's mailbox. Where that is full, the command comes back, and nothing more is read until
    /// there is room.
    fn command(&self, command: Command<G>) -> Option<Command<G>> {
        match self.connection.table.try_send(command) {
            Ok(()) => None,
            Err(TrySendError::Full(command)) => {
                self.shared.metrics.hit(Limit::Mailbox);
                Some(command)
            }
            Err(TrySendError::Closed(_)) => {
                // The session has ended. It has closed its sockets, but not one that was still on the way to it.
                self.outbox().close(Close::ENDED);
                None
            }
        }
    }

    fn id_of(&self, envelope: &Envelope<'_>) -> Result<Option<String>, Refusal> {
        if self.has_ids { envelope.id() } else { Ok(None) }
    }

    /// The id of a message that is refused unread: its sender may want to send it again.
    fn id_in(&self, text: &str) -> Option<String> {
        self.id_of(&Envelope::read(text).ok()?).ok()?
    }

    /// Whether the message is within the rate; `Err` where the sender went on for too long.
    fn pace(&mut self, text: Option<&str>) -> Result<bool, End> {
        let pace = self.pacer.next(self.line.heard());
        self.shared.metrics.hit(pace.limit());
        match pace {
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
            Pace::Flood => Err(End::Closing(Close::FLOODING)),
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

/// What never comes: talking ends with an [`End`].
enum Never {}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        Self::Broken(match broken {
            Broken::Protocol => Close::PROTOCOL,
            Broken::NotText => Close::NOT_TEXT,
            Broken::TooLarge => Close::TOO_LARGE,
        })
    }
}

/// Runs a hook, for as long as a hook may take.
async fn in_time(metrics: &Metrics, hook: impl Future<Output = ()>) {
    if timeout(HOOK, hook).await.is_err() {
        metrics.hit(Limit::HookTime);
        tracing::warn!("a hook took longer than ten seconds");
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

#[cfg(test)]
mod tests {
    use super::serve;
    use crate::probe::game::Wheel;

    fn size_of_answer<A, B, F>(_: impl FnOnce(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// There are many, and most wait for the next message: whatever else is waited for is to be boxed. With a game whose
    /// moves are two numbers it takes 144 bytes less than with this one: past 1,024 the allocator gives each of them 1,280.
    #[test]
    fn a_connection_that_waits_takes_little_memory() {
        let bytes = size_of_answer(serve::<Wheel>);
        assert!(bytes <= 1_152, "{bytes} bytes");
    }
}
