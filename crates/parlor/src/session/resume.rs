//! Taking up again what is in the database.

use super::{
    Meta, SessionId, SessionManager, actor::Start, frames, history::History, ids::Ids,
};
use crate::{
    site::Shared,
    socket::{Text, Told},
    store::journal::{JournalError, SessionRow},
};
use anyhow::Context as _;
use parlor_core::{Applied, Effect, Game, PlayerId, Record, State};
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
        let mut memory = Memory::new(shared, id).await?;
        let state = State::replay(records, |applied| memory.hear(applied))?;
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
        let Memory { chat, history, ids, .. } = memory;
        self.start(shared, Start { meta, state, chain, at, chat, history, ids }, purses).await;
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

/// What a session remembers besides its state, gathered while its records are replayed.
struct Memory {
    /// What was said, by the number of its record.
    said: BTreeMap<u64, String>,
    lines: usize,
    chat: VecDeque<Text>,
    history: History,
    ids: Ids,
}

impl Memory {
    async fn new(shared: &Shared, id: SessionId) -> anyhow::Result<Self> {
        let limits = &shared.settings.limits;
        Ok(Self {
            said: shared.store.said(id.0).await?.into_iter().collect(),
            lines: limits.chat_history,
            chat: VecDeque::new(),
            history: History::default(),
            ids: Ids::new(limits.ids_kept),
        })
    }

    fn hear<G: Game>(&mut self, applied: &Applied<G>) {
        let Applied { record, effects, .. } = applied;
        if let (Some(user), Some(id)) = (&record.who, &record.id) {
            self.ids.remember(user.id, id.clone());
        }
        // A line whose text was cleaned away is not told again.
        let said = record.who.as_ref().zip(self.said.get(&record.seq));
        let line = said.map(|(user, text)| frames::chat(&user.name, text));
        for Effect { what, seq } in effects {
            for (hearer, text) in frames::kept(what, line.clone()).unwrap_or_default() {
                self.history.keep(hearer, Arc::new(Told::new(text, *seq)));
            }
        }
        self.chat.extend(line);
        if self.chat.len() > self.lines {
            self.chat.pop_front();
        }
    }
}
