//! One session, replayed from its first record.

use crate::{
    session::{SessionId, snapshot_state},
    store::{Store, journal::first_link, snapshots::Snapshot},
};
use anyhow::{Context as _, anyhow, bail, ensure};
use parlor_core::{Applied, Game, Input, PlayerId, Record, State, Transfer};
use std::collections::BTreeMap;

/// What a session comes to.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// The play, a line a record, as a reader would tell it.
    pub(crate) lines: Vec<String>,
    /// The transfers of each record, by the record's number.
    pub(crate) transfers: Vec<(u64, Vec<Transfer>)>,
    /// What is staked at the end, in hundredths of a chip.
    pub(crate) stakes: BTreeMap<PlayerId, i64>,
    /// SHA-256 of the state at the end.
    pub(crate) hash: String,
}

/// Replays a session of this game from its first record, with every link of its chain checked, and each of its snapshots.
pub(crate) async fn replay<G: Game>(store: &Store, id: SessionId) -> anyhow::Result<Replayed> {
    // Before the records: while the site serves, newer ones than those would come of records that are not read.
    let mut snapshots = BTreeMap::new();
    for kept in store.all_snapshots(id.0).await? {
        let kept = kept.map_err(|seq| anyhow!("the snapshot after record {seq} is damaged"))?;
        snapshots.insert(kept.seq, kept);
    }
    let (bodies, _) = store.records(id.0, 0, first_link(id.0)).await?;
    let records = bodies.iter().map(|body| serde_json::from_str(body));
    let records: Vec<Record<G>> =
        records.collect::<Result<_, _>>().context("a record is of another form")?;
    let last = records.len() as u64;
    let said: BTreeMap<u64, String> = store.said_after(id.0, 0).await?.into_iter().collect();
    let (mut lines, mut transfers) = (Vec::new(), Vec::new());
    let mut told = |applied: &Applied<G>| {
        lines.push(line(&applied.record, said.get(&applied.record.seq)));
        transfers.push((applied.record.seq, applied.transfers.clone()));
    };
    let mut records = records.into_iter();
    let mut state = State::replay(records.by_ref().take(1), &mut told)?;
    loop {
        if let Some(snapshot) = snapshots.remove(&state.seq()) {
            same(&state, &snapshot)?;
        }
        let Some(record) = records.next() else { break };
        state.catch_up([record], &mut told)?;
    }
    if let Some((seq, _)) = snapshots.pop_last() {
        bail!("there is a snapshot after record {seq}, and the last record is {last}");
    }
    if let Some((seq, _)) = said.last_key_value().filter(|(seq, _)| **seq > last) {
        bail!("something was said with record {seq}, and the last record is {last}");
    }
    let stakes = state.stakes().map(|(player, chips)| (player, chips.cents())).collect();
    Ok(Replayed { lines, transfers, stakes, hash: state.hash() })
}

/// A snapshot is the state that its records lead to; of one of other rules that can't be said.
fn same<G: Game>(state: &State<G>, snapshot: &Snapshot) -> anyhow::Result<()> {
    if snapshot.rules != G::RULES_VERSION {
        return Ok(());
    }
    let kept = snapshot_state::<G>(snapshot);
    let kept = kept.with_context(|| format!("the snapshot after record {}", snapshot.seq))?;
    ensure!(
        kept.hash() == state.hash(),
        "the snapshot after record {} is not what the records lead to",
        snapshot.seq
    );
    Ok(())
}

fn line<G: Game>(record: &Record<G>, said: Option<&String>) -> String {
    let Record { seq, at, who, input, .. } = record;
    let who = who.as_ref().map_or("the table", |player| &player.name);
    let what = match (input, said) {
        (Input::Acted(action), _) => serde_json::to_string(action).unwrap_or_default(),
        (Input::Said { .. }, Some(text)) => format!("says {text:?}"),
        (Input::Woke { alarm, .. }, _) => format!("wakes for {alarm}"),
        (Input::Created { rules, .. }, _) => format!("created, rules {rules}"),
        (other, _) => other.kind().to_owned(),
    };
    format!("{seq:>6}  {}.{:03}  {who}: {what}", at / 1000, at % 1000)
}
