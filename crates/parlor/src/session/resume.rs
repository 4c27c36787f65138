//! Taking up again what is in the database: from the newest good snapshot, and the records after it.

use super::{
    Meta, SessionId, SessionManager,
    actor::{Actor, Start},
    clock::SessionClock,
    command::Command,
    frames,
    handle::{Handle, Live},
    ids::Ids,
    memory::Memory,
    summary::Published,
    timers::Timers,
};
use crate::{
    accounts::Purse,
    site::Shared,
    store::{
        journal::{Hash, SessionRow, first_link},
        snapshots::Snapshot,
    },
};
use anyhow::Context as _;
use parlor_core::{Game, PlayerId, Record, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// How long after the start the sessions of the last run wake up by themselves, if nobody touches them before: alarms have
/// that long after a recovery.
const LEFT_ALONE: Duration = Duration::from_secs(15);

/// The body of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    ids: Ids,
    state: Box<RawValue>,
}

/// Where a session stands, on its way out of the database.
struct Found<G: Game> {
    state: State<G>,
    chain: Hash,
    at: i64,
    memory: Memory,
    /// Whether older rules brought it there.
    by_older_rules: bool,
}

impl<G: Game> SessionManager<G> {
    /// Makes every open session of this game known, asleep: nothing of it is read but its row. They wake up when they are
    /// touched, and when their clocks are due.
    pub(crate) async fn resume_all(&self) -> anyhow::Result<()> {
        let shared = self.shared()?;
        for row in shared.store.open_sessions(G::NAME).await? {
            let id = SessionId(row.id);
            let published: Published = serde_json::from_str(&row.summary).unwrap_or_default();
            for player in published.seated.iter().copied().chain(row.host.map(PlayerId)) {
                let _ = shared.seats.claim(player, id, usize::MAX);
            }
            let meta = Meta {
                id,
                number: self.next_number(),
                host: row.host.map(PlayerId),
                private: row.private,
                invite: row.invite,
            };
            // Spectators were connected to the last run alone.
            let published = Published { spectators: 0, ..published };
            let grace = G::GRACE.unwrap_or(shared.settings.seat_grace);
            let due = shared.clock.now() + LEFT_ALONE.min(grace);
            self.add(Arc::new(Handle::asleep(Arc::new(meta), published)));
            self.wakes().set(id, Some(due));
        }
        let draining = shared.draining.subscribe();
        tokio::spawn(self.clone().wake_when_due(shared.clock.clone(), draining));
        Ok(())
    }

    /// Takes a sleeping session up again, and lets it run.
    pub(super) async fn wake(
        &self,
        handle: &Arc<Handle<G>>,
        live: &mut Live<G>,
    ) -> anyhow::Result<mpsc::Sender<Command<G>>> {
        let shared = self.shared()?;
        anyhow::ensure!(!shared.is_draining(), "the site is being stopped");
        let id = handle.meta.id;
        let row = shared.store.session(id.0).await?.context("it is not in the database")?;
        anyhow::ensure!(!row.closed, "it has closed");
        let Found { state, chain, at, memory, by_older_rules } = find::<G>(&shared, &row).await?;
        let purses = purses(&shared, concerned(&state)).await?;
        let meta = handle.meta.clone();
        let clock = SessionClock::after(&shared.clock, at);
        let start = Start { meta, state, chain, clock, memory };
        let mut actor = Actor::new(shared.clone(), start, handle.published.clone());
        let timers: Option<Timers> = match live {
            Live::Asleep(timers) => timers.take(),
            Live::Awake(_) => None,
        };
        match timers {
            Some(timers) => actor.wake(purses, timers),
            None => actor.resume(purses).await,
        }
        if by_older_rules {
            // From here on the new rules hold, and only from here can it be replayed by them.
            actor.keep_later().await;
        }
        self.wakes().set(id, None);
        let mailbox = self.run(&shared, handle, actor);
        *live = Live::Awake(mailbox.clone());
        Ok(mailbox)
    }
}

/// Those whose chips the session may move.
fn concerned<G: Game>(state: &State<G>) -> BTreeSet<PlayerId> {
    let seated = state.players().seated().map(|(_, player)| player.id);
    seated.chain(state.stakes().map(|(player, _)| player)).collect()
}

async fn purses(
    shared: &Shared,
    of: BTreeSet<PlayerId>,
) -> anyhow::Result<Vec<(PlayerId, Arc<Purse>)>> {
    let mut purses = Vec::new();
    for player in of {
        purses.push((player, shared.purses.open(player).await?));
    }
    Ok(purses)
}

async fn find<G: Game>(shared: &Shared, row: &SessionRow) -> anyhow::Result<Found<G>> {
    let mut why = None;
    for snapshot in shared.store.snapshots(row.id).await? {
        match from_snapshot(shared, row, &snapshot).await {
            Ok(found) => return Ok(found),
            Err(wrong) => {
                tracing::error!(session = %row.id, seq = snapshot.seq, "a snapshot is passed over: {wrong:#}");
                why = Some(wrong);
            }
        }
    }
    from_the_start(shared, row).await.map_err(|wrong| why.unwrap_or(wrong))
}

async fn from_snapshot<G: Game>(
    shared: &Shared,
    row: &SessionRow,
    snapshot: &Snapshot,
) -> anyhow::Result<Found<G>> {
    let Body { ids, state } =
        serde_json::from_str(&snapshot.body).context("its form is unknown")?;
    let mut state =
        State::<G>::from_snapshot(state.get()).context("its state is of another form")?;
    let limits = &shared.settings.limits;
    let mut memory = Memory::new(limits.ids_kept);
    memory.ids.adopt(ids);
    memory.history.begin(state.effects());
    let before = (snapshot.seq, limits.chat_history);
    for (name, text) in shared.store.last_said(row.id, before).await? {
        memory.chat.push_back(frames::chat(&name, &text));
    }
    let id = SessionId(row.id);
    let (records, chain) = read(shared, id, snapshot.seq, snapshot.link).await?;
    anyhow::ensure!(
        snapshot.rules == G::RULES_VERSION || records.is_empty(),
        "its last records were made by version {} of the rules, and this program has version {}",
        snapshot.rules,
        G::RULES_VERSION
    );
    let at = records.last().map_or(state.table().now(), |last| last.at);
    let said = shared.store.said_after(row.id, snapshot.seq).await?.into_iter().collect();
    state.catch_up(records, |applied| memory.hear(applied, &said))?;
    memory.forget(limits.chat_history);
    let by_older_rules = snapshot.rules != G::RULES_VERSION;
    Ok(Found { state, chain, at, memory, by_older_rules })
}

async fn from_the_start<G: Game>(shared: &Shared, row: &SessionRow) -> anyhow::Result<Found<G>> {
    anyhow::ensure!(
        row.rules == G::RULES_VERSION,
        "it was begun by version {} of the rules, and this program has version {}",
        row.rules,
        G::RULES_VERSION
    );
    let limits = &shared.settings.limits;
    let mut memory = Memory::new(limits.ids_kept);
    let (records, chain) = read(shared, SessionId(row.id), 0, first_link(row.id)).await?;
    let at = records.last().context("it has no records")?.at;
    let said = shared.store.said_after(row.id, 0).await?.into_iter().collect();
    let state = State::replay(records, |applied| memory.hear(applied, &said))?;
    memory.forget(limits.chat_history);
    Ok(Found { state, chain, at, memory, by_older_rules: false })
}

/// A session's records after that one, whose link is `chain`, and the link to the next.
pub(crate) async fn read<G: Game>(
    shared: &Shared,
    id: SessionId,
    after: u64,
    chain: Hash,
) -> anyhow::Result<(Vec<Record<G>>, Hash)> {
    let (bodies, chain) = shared.store.records(id.0, after, chain).await?;
    let records = bodies.iter().map(|body| serde_json::from_str(body));
    Ok((records.collect::<Result<_, _>>().context("a record is of another form")?, chain))
}

/// A session as it stands, to be kept.
pub(super) fn snapshot<G: Game>(
    id: SessionId,
    state: &State<G>,
    chain: Hash,
    ids: &Ids,
) -> Option<Snapshot> {
    let state_text = RawValue::from_string(state.snapshot()).ok()?;
    let body = Body { ids: ids.clone(), state: state_text };
    Some(Snapshot {
        session: id.0,
        seq: state.seq(),
        rules: G::RULES_VERSION,
        body: frames::json(&body),
        link: chain,
    })
}
