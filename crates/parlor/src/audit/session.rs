//! One session, replayed from its first record.

use crate::{
    session::SessionId,
    store::{Store, journal::first_link},
};
use anyhow::Context as _;
use parlor_core::{Game, Input, PlayerId, Record, State, Transfer};
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

/// Replays a session of this game from its first record, with every link of its chain checked.
pub(crate) async fn replay<G: Game>(store: &Store, id: SessionId) -> anyhow::Result<Replayed> {
    let (bodies, _) = store.records(id.0, 0, first_link(id.0)).await?;
    let records = bodies.iter().map(|body| serde_json::from_str(body));
    let records: Vec<Record<G>> =
        records.collect::<Result<_, _>>().context("a record is of another form")?;
    let said: BTreeMap<u64, String> = store.said_after(id.0, 0).await?.into_iter().collect();
    let (mut lines, mut transfers) = (Vec::new(), Vec::new());
    let state = State::replay(records, |applied| {
        lines.push(line(&applied.record, said.get(&applied.record.seq)));
        transfers.push((applied.record.seq, applied.transfers.clone()));
    })?;
    let stakes = state.stakes().map(|(player, chips)| (player, chips.cents())).collect();
    Ok(Replayed { lines, transfers, stakes, hash: state.hash() })
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
