//! Taking up again what is in the database: sessions are known by their rows, and wake up when they are needed.

use super::{
    Meta, SessionId, SessionManager,
    actor::{Actor, Start},
    clock::SessionClock,
    command::Command,
    finding::{Found, find},
    handle::{Handle, Live},
    seats::Claim,
    summary::Published,
    timers::Timers,
};
use crate::{accounts::Purse, site::Shared};
use anyhow::Context as _;
use parlor_core::{Game, Player, PlayerId, State};
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};
use tokio::sync::mpsc;

/// How long after the start the sessions of the last run wake up by themselves, if nobody touches them before: alarms have
/// that long after a recovery.
const LEFT_ALONE: Duration = Duration::from_secs(15);

impl<G: Game> SessionManager<G> {
    /// Makes every open session of this game known, asleep: nothing of it is read but its row. They wake up when they are
    /// touched, and when their clocks are due.
    pub(crate) async fn resume_all(&self) -> anyhow::Result<()> {
        let shared = self.shared()?;
        for row in shared.store.open_sessions(G::NAME).await? {
            let id = SessionId(row.id);
            let published: Published = serde_json::from_str(&row.summary).unwrap_or_default();
            let seated = published.seated.iter().copied().filter(|player| !player.is_bot());
            for player in seated.chain(row.host.map(PlayerId)) {
                let _ = shared.seats.claim(player, id, usize::MAX).map(Claim::keep);
            }
            let meta = Meta {
                id,
                number: self.next_number(),
                host: row.host.map(PlayerId),
                private: row.private,
                invite: row.invite,
                moved: AtomicI64::default(),
            };
            // Spectators were connected to the last run alone.
            let published = Published { spectators: 0, ..published };
            let grace = G::GRACE.unwrap_or(shared.settings.seat_grace);
            let due = shared.clock.now() + LEFT_ALONE.min(grace);
            self.add(Arc::new(Handle::asleep(Arc::new(meta), published)));
            self.wakes().set(id, Some(due));
        }
        let draining = shared.draining.subscribe();
        tokio::spawn(self.clone().wake_when_due(shared.clock.clone(), draining));
        Ok(())
    }

    /// Takes a sleeping session up again, and lets it run.
    pub(super) async fn wake(
        &self,
        handle: &Arc<Handle<G>>,
        live: &mut Live<G>,
    ) -> anyhow::Result<mpsc::Sender<Command<G>>> {
        let shared = self.shared()?;
        anyhow::ensure!(!shared.is_draining(), "the site is being stopped");
        let id = handle.meta.id;
        let row = shared.store.session(id.0).await?.context("it is not in the database")?;
        anyhow::ensure!(!row.closed, "it has closed");
        let Found { state, chain, at, memory, kept, by_older_rules } =
            find::<G>(&shared, &row).await?;
        shared.metrics.replayed();
        let purses = purses(&shared, concerned(&state)).await?;
        let seated = state.players().seated().map(|(_, player)| player.clone()).collect();
        let renamed = called_otherwise(&shared, seated).await?;
        let meta = handle.meta.clone();
        let clock = SessionClock::after(&shared.clock, at);
        let bots = self.bots_of_game();
        let start = Start { meta, state, chain, clock, memory, kept, bots };
        let mut actor = Actor::new(shared.clone(), start, handle.published.clone());
        let timers: Option<Timers> = match live {
            Live::Asleep(timers) => timers.take(),
            Live::Awake(_) => None,
        };
        match timers {
            Some(timers) => actor.wake(purses, timers),
            None => actor.resume(purses).await,
        }
        for player in renamed {
            actor.rename(player).await;
        }
        if by_older_rules {
            // From here on the new rules hold, and only from here can it be replayed by them.
            actor.keep().await;
        }
        self.wakes().set(id, None);
        let mailbox = self.run(&shared, handle, actor);
        *live = Live::Awake(mailbox.clone());
        Ok(mailbox)
    }
}

/// Those whose chips the session may move; a bot has none of its own.
fn concerned<G: Game>(state: &State<G>) -> BTreeSet<PlayerId> {
    let seated = state.players().seated().map(|(_, player)| player.id);
    let concerned = seated.chain(state.stakes().map(|(player, _)| player));
    concerned.filter(|player| !player.is_bot()).collect()
}

/// Those of these whose accounts have got another name while the session was asleep, or while the program ended.
async fn called_otherwise(shared: &Shared, seated: Vec<Player>) -> anyhow::Result<Vec<Player>> {
    let ids: Vec<PlayerId> = seated.iter().map(|player| player.id).collect();
    let mut names = shared.store.names_of(&ids).await?;
    let now = seated.into_iter().filter_map(|player| {
        let name = names.remove(&player.id).filter(|name| *name != player.name)?;
        Some(Player { name, ..player })
    });
    Ok(now.collect())
}

async fn purses(
    shared: &Shared,
    of: BTreeSet<PlayerId>,
) -> anyhow::Result<Vec<(PlayerId, Arc<Purse>)>> {
    let mut purses = Vec::new();
    for player in of {
        purses.push((player, shared.purses.open(player).await?));
    }
    Ok(purses)
}
