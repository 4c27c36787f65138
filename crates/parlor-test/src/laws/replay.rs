//! The records give the same again.

use super::demand;
use crate::Session;
use parlor_core::{Game, Record, State};

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
    let hash = session.state().hash();
    session.restore().map_err(|why| format!("a snapshot can't be read: {why}"))?;
    demand(session.state().hash() == hash, || "a snapshot is another state".into())
}

fn round_trip<G: Game>(record: &Record<G>) -> Result<Record<G>, String> {
    let text = serde_json::to_string(record).map_err(|why| why.to_string())?;
    let read: Record<G> = serde_json::from_str(&text)
        .map_err(|why| format!("record {} can't be read from {text}: {why}", record.seq))?;
    demand(read == *record, || format!("a record is another one after it was read: {text}"))?;
    Ok(read)
}
