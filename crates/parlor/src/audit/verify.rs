//! Every invariant over the whole database: chains, replays, money, and what deletions rely on.

use crate::{
    any::AnyGame,
    session::SessionId,
    store::{Store, journal::JournalError},
};
use parlor_core::{Account, Transfer};
use std::{collections::BTreeMap, sync::Arc};

/// Checks every session and the ledger; each fault is a line that names where it is.
pub(crate) async fn verify(
    store: &Store,
    games: &BTreeMap<&'static str, Arc<dyn AnyGame>>,
) -> anyhow::Result<(usize, Vec<String>)> {
    let mut faults = Vec::new();
    let sum = store.sum_of_all_accounts().await?;
    if sum != 0 {
        faults.push(format!("ledger: the sum over all accounts is {sum} hundredths, and not zero"));
    }
    for (account, kept, moved) in store.unbalanced().await? {
        faults.push(format!(
            "ledger: {account} has {kept} hundredths, and its transfers come to {moved}"
        ));
    }
    for (session, player) in store.unlisted_speakers().await? {
        faults.push(format!(
            "session {session}: {player} has spoken there, and the table `speakers` does not say so: it would outlive the \
             account"
        ));
    }
    let sessions = store.all_sessions().await?;
    for row in &sessions {
        let row = match row {
            Ok(row) => row,
            Err(id) => {
                faults.push(format!("session {id}: its row is not what was written"));
                continue;
            }
        };
        let id = SessionId(row.id);
        let Some(game) = games.get(&*row.game) else {
            faults.push(format!("session {id}: there is no game {:?}", row.game));
            continue;
        };
        if let Err(why) = session(store, &**game, id).await {
            faults.push(format!("session {id}: {why:#}"));
        }
    }
    Ok((sessions.len(), faults))
}

/// A session replays, and the ledger holds exactly what its replay moves and stakes.
async fn session(store: &Store, game: &dyn AnyGame, id: SessionId) -> anyhow::Result<()> {
    let replayed = match game.replay(store, id).await {
        Err(why) if matches!(why.downcast_ref(), Some(JournalError::Gone(..))) => {
            // What can be said without them: nothing is staked any more.
            let held = store.escrows_of(id.0).await?.into_iter().find(|(_, cents)| *cents != 0);
            anyhow::ensure!(held.is_none(), "it is over, and an escrow still holds {held:?}");
            return Ok(());
        }
        replayed => replayed?,
    };
    let mut kept = store.transfers_of(id.0).await?.into_iter();
    for (seq, transfers) in &replayed.transfers {
        for Transfer { from, to, amount } in transfers {
            let wanted = (*seq, key(id, *from), key(id, *to), amount.cents());
            let found = kept.next();
            anyhow::ensure!(
                found.as_ref() == Some(&wanted),
                "record {seq} moves {amount} from {} to {}, and the ledger has {found:?}",
                wanted.1,
                wanted.2
            );
        }
    }
    anyhow::ensure!(kept.next().is_none(), "the ledger has transfers that no record makes");
    for (player, cents) in store.escrows_of(id.0).await? {
        let staked = replayed.stakes.get(&player).copied().unwrap_or_default();
        anyhow::ensure!(
            cents == staked,
            "{player} has staked {staked}, and the escrow holds {cents}"
        );
    }
    Ok(())
}

fn key(session: SessionId, account: Account) -> String {
    crate::store::ledger::key(&session.to_string(), account)
}
