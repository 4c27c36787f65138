//! The records give the same again.

use super::demand;
use crate::Session;
use parlor_core::{Applied, Game, Record, State};

/// The records, written as JSON and read again, come to the same state and tell everyone the same.
pub(super) fn a_replay_is_the_same<G: Game>(session: &Session<G>) -> Result<(), String> {
    let records: Result<Vec<Record<G>>, String> = session.records().map(round_trip).collect();
    let mut told = session.applied().iter();
    let mut other = None;
    let replayed = State::replay(records?, |applied| {
        if told.next() != Some(applied) {
            other.get_or_insert(applied.record.seq);
        }
    });
    let replayed = replayed.map_err(|why| why.to_string())?;
    demand(other.is_none(), || format!("a replay tells something else at record {other:?}"))?;
    let same = replayed.hash() == session.state().hash();
    demand(same, || "a replay comes to another state".into())
}

/// A snapshot holds all there is; the game goes on from it, so that the replay at its end shows what it lost.
pub(super) fn a_snapshot_is_the_same<G: Game>(session: &mut Session<G>) -> Result<(), String> {
    let snapshot = session.state().snapshot();
    session.restore().map_err(|why| format!("a snapshot can't be read: {why}"))?;
    demand(session.state().snapshot() == snapshot, || "a snapshot is another state".into())
}

/// A crash after any record loses nothing: what its snapshot keeps goes on with the records after it to the same end, and
/// tells everyone the same, as the replay from the first record does that the snapshots are taken from.
pub(super) fn a_crash_loses_nothing<G: Game>(session: &Session<G>) -> Result<(), String> {
    let all = session.applied();
    let hash = session.state().hash();
    let first = all.iter().take(1).map(|applied| applied.record.clone());
    let mut replayed = State::replay(first, |_| ()).map_err(|why| why.to_string())?;
    for crash in 1..=all.len() {
        let restored = State::from_snapshot(&replayed.snapshot());
        let mut restored = restored.map_err(|why| format!("a snapshot can't be read: {why}"))?;
        go_on(&mut restored, &all[crash..]).map_err(|why| {
            format!("a crash after record {crash} makes it something else: {why}")
        })?;
        let same = restored.hash() == hash;
        demand(same, || format!("a crash after record {crash} comes to something else"))?;
        go_on(&mut replayed, all.get(crash..=crash).unwrap_or_default())?;
    }
    demand(replayed.hash() == hash, || "a replay comes to another state".into())
}

/// Applies records again, which must tell what they told.
fn go_on<G: Game>(state: &mut State<G>, live: &[Applied<G>]) -> Result<(), String> {
    let (mut told, mut other) = (live.iter(), None);
    let records = live.iter().map(|applied| applied.record.clone());
    let applied_again = state.catch_up(records, |applied| {
        if told.next() != Some(applied) {
            other.get_or_insert(applied.record.seq);
        }
    });
    applied_again.map_err(|why| why.to_string())?;
    demand(other.is_none(), || format!("record {other:?} tells something else"))
}

fn round_trip<G: Game>(record: &Record<G>) -> Result<Record<G>, String> {
    let text = serde_json::to_string(record).map_err(|why| why.to_string())?;
    let read: Record<G> = serde_json::from_str(&text)
        .map_err(|why| format!("record {} can't be read from {text}: {why}", record.seq))?;
    demand(read == *record, || format!("a record is another one after it was read: {text}"))?;
    Ok(read)
}
