//! What the journal gives back: records, a line each.

use super::game::Wheel;
use parlor_core::{Record, State};

/// Reads the records of a journal, and replays them.
///
/// # Panics
/// Where a record that is read is not the one that is written again, where a journal that can be replayed comes to something
/// else the second time, or where one that can't makes more than an error.
pub fn probe(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let read = |line: &str| serde_json::from_str::<Record<Wheel>>(line).ok();
    let records: Vec<_> = text.lines().filter_map(read).collect();
    records.iter().for_each(comes_again);
    let Ok(state) = State::replay(records.clone(), |_| ()) else { return false };
    let again = State::replay(records, |_| ()).expect("what was replayed once can be again");
    assert_eq!(again.hash(), state.hash());
    let kept = State::<Wheel>::from_snapshot(&state.snapshot()).expect("a snapshot can be read");
    assert_eq!(kept.hash(), state.hash());
    true
}

fn comes_again(record: &Record<Wheel>) {
    let text = serde_json::to_string(record).expect("a record can be written");
    let again: Record<Wheel> = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(again, *record, "written as {text}");
}
