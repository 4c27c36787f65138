//! Sessions that are over go into the archive, and after their time their records go for good.

use super::Shared;
use crate::store::{
    archive::{Archive, LetGo, Stage, TakeOut},
    journal::first_link,
};
use anyhow::Context as _;
use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
    time::Duration,
};
use uuid::Uuid;

/// How often it is looked for sessions that are over.
const LOOK: Duration = Duration::from_secs(60);

/// How many sessions are looked at in one go.
const AT_ONCE: usize = 64;

/// Archives as long as the site runs.
pub(super) async fn run(shared: Weak<Shared>) {
    // Those whose records can't be read stay as they are, for somebody to look at.
    let mut damaged = BTreeSet::new();
    while let Some(shared) = shared.upgrade().filter(|shared| !shared.is_draining()) {
        if let Err(why) = archive(&shared, &mut damaged).await {
            tracing::warn!("sessions were not archived: {why:#}");
        }
        let clock = shared.clock.clone();
        drop(shared);
        clock.sleep_until(clock.now() + LOOK).await;
    }
}

async fn archive(shared: &Arc<Shared>, damaged: &mut BTreeSet<Uuid>) -> anyhow::Result<()> {
    let store = &shared.store;
    loop {
        let over = store.over(Stage::Over, shared.clock.wall(), AT_ONCE + damaged.len()).await?;
        let over: Vec<Uuid> = over.into_iter().filter(|id| !damaged.contains(id)).collect();
        if over.is_empty() {
            break;
        }
        for session in over {
            if let Err(why) = pack(shared, session).await {
                tracing::error!(%session, "a journal was not archived: {why:#}");
                damaged.insert(session);
            }
        }
    }
    for session in store.over(Stage::Packed, i64::MAX, usize::MAX).await? {
        while !store.write(TakeOut(session)).await? {}
    }
    let Some(kept) = shared.settings.keep_records else { return Ok(()) };
    let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    loop {
        let old =
            store.over(Stage::Archived, shared.clock.wall().saturating_sub(kept), AT_ONCE).await?;
        if old.is_empty() {
            return Ok(());
        }
        for session in old {
            store.write(LetGo(session)).await?;
        }
    }
}

async fn pack(shared: &Arc<Shared>, session: Uuid) -> anyhow::Result<()> {
    let (bodies, link) = shared.store.records(session, 0, first_link(session)).await?;
    let packing = tokio::task::spawn_blocking(move || Archive::pack(session, &bodies, link));
    shared.store.write(packing.await.context("it can't be packed")??).await?;
    Ok(())
}
