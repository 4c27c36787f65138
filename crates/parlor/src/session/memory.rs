//! What a session remembers besides its state: chat, what was told lately, and which messages were applied.

use super::{frames, history::History, ids::Ids};
use crate::{settings::Limit, socket::Told};
use parlor_core::{Applied, Effect, Game};
use std::collections::{BTreeMap, VecDeque};

/// The memory of one session.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) chat: VecDeque<String>,
    pub(super) history: History,
    pub(super) ids: Ids,
}

impl Memory {
    /// Nothing yet.
    pub(super) fn new(ids_kept: usize) -> Self {
        Self { chat: VecDeque::new(), history: History::default(), ids: Ids::new(ids_kept) }
    }

    /// Notes a record while it is replayed; `said` are the lines of chat by the numbers of their records.
    pub(super) fn hear<G: Game>(&mut self, applied: &Applied<G>, said: &BTreeMap<u64, String>) {
        let Applied { record, effects, .. } = applied;
        if let (Some(user), Some(id)) = (&record.who, &record.id) {
            self.ids.remember(user.id, id);
        }
        // A line whose text was cleaned away is not told again.
        let said = record.who.as_ref().zip(said.get(&record.seq));
        let line = said.map(|(user, text)| frames::chat(&user.name, text));
        for Effect { what, seq } in effects {
            for (hearer, text) in frames::kept(what, line.clone()).unwrap_or_default() {
                self.history.keep(hearer, Told::new(text, *seq));
            }
        }
        self.chat.extend(line);
    }

    /// Notes a line of chat, and forgets those beyond `kept`; the limit, where there were any.
    pub(super) fn say(&mut self, line: String, kept: usize) -> Option<Limit> {
        self.chat.push_back(line);
        let full = self.chat.len() > kept;
        self.forget(kept);
        full.then_some(Limit::ChatHistory)
    }

    /// What was said under these names is not told any more.
    pub(super) fn forget_lines_of(&mut self, names: &[String]) {
        for name in names {
            let start = frames::chat_of(name);
            self.chat.retain(|line| !line.starts_with(&start));
            self.history.forget(|told| told.text().starts_with(start.as_bytes()));
        }
    }

    pub(super) fn forget(&mut self, kept: usize) {
        while self.chat.len() > kept {
            self.chat.pop_front();
        }
    }
}
