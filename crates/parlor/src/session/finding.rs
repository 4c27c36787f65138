//! Finding where a session stands: from a good snapshot, and the records after it.

use super::{SessionId, frames, ids::Ids, memory::Memory, watch::Doing};
use crate::{
    site::Shared,
    store::{
        journal::{Hash, first_link},
        sessions::SessionRow,
        snapshots::{EVERY, Snapshot},
    },
};
use anyhow::Context as _;
use parlor_core::{Applied, Game, Record, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The body of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    ids: Ids,
    state: Box<RawValue>,
}

/// Where a session stands, on its way out of the database.
pub(super) struct Found<G: Game> {
    pub(super) state: State<G>,
    pub(super) chain: Hash,
    pub(super) at: i64,
    pub(super) memory: Memory,
    /// The last record that a snapshot was made of.
    pub(super) kept: u64,
    /// Whether older rules brought it there.
    pub(super) by_older_rules: bool,
}

/// Where the session stands. What was told lately is made again with it, where the records it came from can be applied again.
pub(super) async fn find<G: Game>(shared: &Shared, row: &SessionRow) -> anyhow::Result<Found<G>> {
    let snapshots = shared.store.snapshots(row.id).await?;
    let newest = snapshots.first().map_or(0, |snapshot| snapshot.seq);
    let mut why = None;
    for from in ways(&snapshots, row.rules, G::RULES_VERSION) {
        let found = match from {
            Some(snapshot) => from_snapshot(shared, row, snapshot, snapshots.first()).await,
            None => from_the_start(shared, row, snapshots.first()).await,
        };
        match found {
            Ok(found) if found.state.seq() >= newest => {
                return Ok(Found { kept: newest, ..found });
            }
            Ok(found) => {
                let (ends, seq) = (found.state.seq(), from.map_or(0, |snapshot| snapshot.seq));
                tracing::error!(session = %row.id, from = seq, ends, newest, "its last records are missing");
                why.get_or_insert(anyhow::anyhow!(
                    "record {ends} is its last, and there is a snapshot after record {newest}"
                ));
            }
            Err(wrong) => {
                let from = from.map_or(0, |snapshot| snapshot.seq);
                tracing::error!(session = %row.id, from, "a way to it is passed over: {wrong:#}");
                why.get_or_insert(wrong);
            }
        }
    }
    Err(why.unwrap_or_else(|| anyhow::anyhow!("there is no way to it")))
}

/// From which snapshots to try, one after the other; nothing is the first record. First comes a way that leads over enough
/// records to make anew what was told lately, then the shortest, and the longest at the last.
fn ways(snapshots: &[Snapshot], begun_by: u32, rules: u32) -> Vec<Option<&Snapshot>> {
    let newest = snapshots.first().map_or(0, |snapshot| snapshot.seq);
    let young = newest < 2 * EVERY && begun_by == rules;
    let telling = if young {
        Some(None)
    } else {
        let mut same_rules = snapshots.iter().filter(|snapshot| snapshot.rules == rules);
        let oldest = same_rules.clone().next_back();
        same_rules.find(|snapshot| snapshot.seq + EVERY <= newest).or(oldest).map(Some)
    };
    let mut ways: Vec<_> = telling.into_iter().collect();
    for way in snapshots.iter().map(Some).chain([None]) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

async fn from_snapshot<G: Game>(
    shared: &Shared,
    row: &SessionRow,
    snapshot: &Snapshot,
    newest: Option<&Snapshot>,
) -> anyhow::Result<Found<G>> {
    let (mut state, ids) = unpack::<G>(&snapshot.body)?;
    let limits = &shared.settings.limits;
    let mut memory = Memory::new(limits.ids_kept);
    memory.ids.adopt(ids);
    memory.history.begin(state.effects());
    let before = (snapshot.seq, limits.chat_history);
    for (name, text) in shared.store.last_said(row.id, before).await? {
        memory.chat.push_back(frames::chat(&name, &text));
    }
    let id = SessionId(row.id);
    let last = shared.store.link_after(row.id, snapshot.seq).await?;
    anyhow::ensure!(last == Some(snapshot.link), "the journal does not lead to it");
    let (records, chain) = read(shared, id, snapshot.seq, snapshot.link).await?;
    anyhow::ensure!(
        snapshot.rules == G::RULES_VERSION || records.is_empty(),
        "its last records were made by version {} of the rules, and this program has version {}",
        snapshot.rules,
        G::RULES_VERSION
    );
    let at = records.last().map_or(state.table().now(), |last| last.at);
    let said = shared.store.said_after(row.id, snapshot.seq).await?.into_iter().collect();
    let again = || go_on(&mut state, records, newest, |applied| memory.hear(applied, &said));
    shared.watch.session::<G>(id).during(Doing::Replay, again).0?;
    memory.forget(limits.chat_history);
    let by_older_rules = snapshot.rules != G::RULES_VERSION;
    Ok(Found { state, chain, at, memory, kept: 0, by_older_rules })
}

/// Applies records, and compares what they come to on the way with the newest snapshot: should a game have been changed
/// without a new version of its rules, what players saw last is right.
fn go_on<G: Game>(
    state: &mut State<G>,
    records: Vec<Record<G>>,
    newest: Option<&Snapshot>,
    mut told: impl FnMut(&Applied<G>),
) -> anyhow::Result<()> {
    let mut records = records.into_iter().peekable();
    let newest =
        newest.filter(|newest| newest.rules == G::RULES_VERSION && newest.seq > state.seq());
    if let Some(newest) = newest {
        while let Some(record) = records.next_if(|record| record.seq <= newest.seq) {
            state.catch_up([record], &mut told)?;
        }
        // One of a form that this program does not know says nothing.
        let same = snapshot_state::<G>(newest).map(|kept| kept.hash() == state.hash());
        anyhow::ensure!(
            same.unwrap_or(true) || state.seq() < newest.seq,
            "its records lead to something else than the snapshot after record {}",
            newest.seq
        );
    }
    Ok(state.catch_up(records, told)?)
}

fn unpack<G: Game>(body: &str) -> anyhow::Result<(State<G>, Ids)> {
    let Body { ids, state } = serde_json::from_str(body).context("its form is unknown")?;
    Ok((State::from_snapshot(state.get()).context("its state is of another form")?, ids))
}

/// The state in a snapshot.
pub(crate) fn snapshot_state<G: Game>(snapshot: &Snapshot) -> anyhow::Result<State<G>> {
    unpack(&snapshot.body).map(|(state, _)| state)
}

async fn from_the_start<G: Game>(
    shared: &Shared,
    row: &SessionRow,
    newest: Option<&Snapshot>,
) -> anyhow::Result<Found<G>> {
    anyhow::ensure!(
        row.rules == G::RULES_VERSION,
        "it was begun by version {} of the rules, and this program has version {}",
        row.rules,
        G::RULES_VERSION
    );
    let limits = &shared.settings.limits;
    let mut memory = Memory::new(limits.ids_kept);
    let id = SessionId(row.id);
    let (mut records, chain) = read(shared, id, 0, first_link(row.id)).await?;
    let at = records.last().context("it has no records")?.at;
    let said = shared.store.said_after(row.id, 0).await?.into_iter().collect();
    let rest = records.split_off(1);
    let mut state = State::replay(records, |applied| memory.hear(applied, &said))?;
    let again = || go_on(&mut state, rest, newest, |applied| memory.hear(applied, &said));
    shared.watch.session::<G>(id).during(Doing::Replay, again).0?;
    memory.forget(limits.chat_history);
    Ok(Found { state, chain, at, memory, kept: 0, by_older_rules: false })
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

/// A snapshot's body, read and written again.
#[cfg(any(test, feature = "probe"))]
pub(crate) fn repack<G: Game>(body: &str) -> anyhow::Result<(State<G>, String)> {
    let (state, ids) = unpack::<G>(body)?;
    let again = snapshot(SessionId::random(), &state, Hash::default(), &ids);
    Ok((state, again.context("it can't be written again")?.body))
}
