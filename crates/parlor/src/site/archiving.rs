//! Sessions that are over go into the archive, and after their time their records go for good.

use super::{Shared, stopping};
use crate::store::{
    archive::{Archive, LetGo, Stage},
    journal::{JournalError, first_link},
};
use anyhow::Context as _;
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

/// How often it is looked for sessions that are over.
const LOOK: Duration = Duration::from_secs(60);

/// How long after a start nothing goes for good: a clock that was wrong then has been set by then.
const SETTLING: Duration = Duration::from_secs(3600);

/// How many sessions are looked at in one go.
const AT_ONCE: usize = 64;

/// Archives as long as the site runs.
pub(super) async fn run(shared: Weak<Shared>, mut draining: watch::Receiver<bool>) {
    let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
    let lets_go_at = clock.now() + SETTLING;
    // Those whose records are damaged stay as they are, for somebody to look at.
    let mut damaged = BTreeSet::new();
    while let Some(shared) = shared.upgrade().filter(|shared| !shared.is_draining()) {
        if let Err(why) = archive(&shared, &mut damaged, lets_go_at).await {
            tracing::warn!("sessions were not archived: {why:#}");
        }
        drop(shared);
        tokio::select! {
            () = stopping(&mut draining) => return,
            () = clock.sleep_until(clock.now() + LOOK) => {}
        }
    }
}

async fn archive(
    shared: &Arc<Shared>,
    damaged: &mut BTreeSet<Uuid>,
    lets_go_at: Instant,
) -> anyhow::Result<()> {
    let store = &shared.store;
    let now = shared.clock.wall();
    loop {
        let over = store.to_pack(now, AT_ONCE, damaged).await?;
        if over.is_empty() {
            break;
        }
        for session in over {
            if shared.is_draining() {
                return Ok(());
            }
            match pack(shared, session).await? {
                Ok(archive) => store.write(archive).await?,
                Err(why) => {
                    tracing::error!(%session, "a journal was not archived: {why}");
                    damaged.insert(session);
                }
            }
        }
    }
    let packed = store.at_stage(Stage::Packed, i64::MAX, usize::MAX).await?;
    if !packed.is_empty() {
        // What is taken out must not lie in the log either.
        store.fold().await?;
    }
    for session in packed {
        while !shared.is_draining() && !store.take_out(session).await? {}
    }
    let Some(kept) = shared.settings.keep_records else { return Ok(()) };
    let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    while shared.clock.now() >= lets_go_at {
        let old = store.at_stage(Stage::Archived, now.saturating_sub(kept), AT_ONCE).await?;
        if old.is_empty() {
            break;
        }
        for session in old {
            if shared.is_draining() {
                return Ok(());
            }
            store.write(LetGo(session)).await?;
        }
    }
    Ok(())
}

/// A session's journal, packed; or why it is not what was written.
async fn pack(shared: &Arc<Shared>, session: Uuid) -> anyhow::Result<Result<Archive, String>> {
    let (bodies, link) = match shared.store.records(session, 0, first_link(session)).await {
        Ok(read) => read,
        Err(JournalError::Read(error)) => return Err(error.into()),
        Err(damaged) => return Ok(Err(damaged.to_string())),
    };
    // A chain does not show that its last links are missing.
    if !bodies.last().is_some_and(|body| closes(body)) {
        return Ok(Err("its last record is not that it was closed".into()));
    }
    let packing = tokio::task::spawn_blocking(move || Archive::pack(session, &bodies, link));
    Ok(Ok(packing.await.context("it can't be packed")??))
}

fn closes(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Record {
        input: Input,
    }
    #[derive(Deserialize)]
    struct Input {
        r#type: String,
    }
    serde_json::from_str(body).is_ok_and(|Record { input }| input.r#type == "closed")
}
