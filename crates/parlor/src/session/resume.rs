//! Taking up again what is in the database.

use super::{Meta, SessionId, SessionManager, actor::Start, frames};
use crate::{
    site::Shared,
    socket::Text,
    store::journal::{JournalError, SessionRow},
};
use anyhow::Context as _;
use parlor_core::{Game, PlayerId, Record, State};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

impl<G: Game> SessionManager<G> {
    /// Replays every open session of this game from its journal, and lets it run. One that can't be replayed is named in
    /// the log and left as it is: nothing of it is lost, and nothing wrong is shown.
    pub(crate) async fn resume_all(&self) -> anyhow::Result<()> {
        let shared = self.shared()?;
        for row in shared.store.open_sessions(G::NAME).await? {
            let id = row.id;
            if let Err(why) = self.resume(&shared, row).await {
                tracing::error!(session = %id, game = G::NAME, "a session is not taken up again: {why:#}");
            }
        }
        Ok(())
    }

    async fn resume(&self, shared: &Arc<Shared>, row: SessionRow) -> anyhow::Result<()> {
        anyhow::ensure!(
            row.rules == G::RULES_VERSION,
            "it is played by version {} of the rules, and this program has version {}",
            row.rules,
            G::RULES_VERSION
        );
        let id = SessionId(row.id);
        let (records, chain) = read::<G>(shared, id).await?;
        let last = records.last().context("it has no records")?;
        let at = last.at;
        let chat = chat_of(shared, id, &records).await?;
        let state = State::replay(records, |_| ())?;
        let concerned: BTreeSet<PlayerId> = state
            .players()
            .seated()
            .map(|(_, player)| player.id)
            .chain(state.stakes().map(|(player, _)| player))
            .collect();
        let mut purses = Vec::new();
        for player in concerned {
            purses.push((player, shared.purses.open(player).await?));
            let _ = shared.seats.claim(player, id, usize::MAX);
        }
        let meta = Arc::new(Meta {
            id,
            number: self.next_number(),
            host: row.host.map(PlayerId),
            private: row.private,
            invite: row.invite,
        });
        self.start(shared, Start { meta, state, chain, at, chat }, purses).await;
        Ok(())
    }
}

/// A session's records, and the link to the next one.
pub(crate) async fn read<G: Game>(
    shared: &Shared,
    id: SessionId,
) -> anyhow::Result<(Vec<Record<G>>, [u8; 32])> {
    let (bodies, chain) = shared.store.records(id.0).await.map_err(|error: JournalError| error)?;
    let records = bodies.iter().map(|body| serde_json::from_str(body));
    Ok((records.collect::<Result<_, _>>().context("a record is of another form")?, chain))
}

/// The last lines of chat, as they are sent.
async fn chat_of<G: Game>(
    shared: &Shared,
    id: SessionId,
    records: &[Record<G>],
) -> anyhow::Result<VecDeque<Text>> {
    let names: BTreeMap<u64, &str> = records
        .iter()
        .filter_map(|record| Some((record.seq, record.who.as_ref()?.name.as_str())))
        .collect();
    let said = shared.store.last_said(id.0, shared.settings.limits.chat_history).await?;
    let line = |(seq, text): (u64, String)| names.get(&seq).map(|name| frames::chat(name, &text));
    Ok(said.into_iter().filter_map(line).collect())
}
