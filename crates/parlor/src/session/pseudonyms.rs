//! Records as they are shown: those whose accounts are gone are called otherwise in them.

use crate::store::{ReadError, Store};
use parlor_core::{Game, PlayerId, Record};
use std::collections::BTreeSet;

/// Calls everyone in these records whose account is gone as one who is gone. What is kept is not changed by it, and its links
/// fit; replayed, such records show the same game under the other name.
pub(crate) async fn pseudonymous<G: Game>(
    store: &Store,
    records: &mut [Record<G>],
) -> Result<(), ReadError> {
    let ids: BTreeSet<PlayerId> =
        records.iter().filter_map(|record| Some(record.who.as_ref()?.id)).collect();
    let gone = store.names_of_gone(&ids.into_iter().collect::<Vec<_>>()).await?;
    if gone.is_empty() {
        return Ok(());
    }
    for player in records.iter_mut().filter_map(|record| record.who.as_mut()) {
        if let Some(name) = gone.get(&player.id) {
            player.name.clone_from(name);
        }
    }
    Ok(())
}
