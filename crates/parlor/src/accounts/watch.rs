//! What is seen to once a minute. The log-ins of open sockets: one that has died of age, or was taken out of the database,
//! closes them. What came home to deleted accounts, and how long those have played who have a limit of time.

use super::{
    TokenHash, deletion,
    logins::{BELIEVED, has_died, is_stale, sign_out, turn_out},
};
use crate::{
    site::{Shared, stopping},
    store::{ReadError, accounts::SeeTokens},
};
use std::{collections::HashMap, sync::Weak};
use tokio::sync::watch;

/// Looks as long as the site runs.
pub(crate) async fn run(shared: Weak<Shared>, mut draining: watch::Receiver<bool>) {
    let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
    let mut next = clock.now() + BELIEVED;
    loop {
        tokio::select! {
            () = stopping(&mut draining) => return,
            () = clock.sleep_until(next) => {}
        }
        // Counted from before the look, however long that takes.
        next = clock.now() + BELIEVED;
        let Some(shared) = shared.upgrade() else { return };
        if let Err(why) = look(&shared).await {
            tracing::warn!("the log-ins of open sockets can't be looked at: {why}");
        }
        deletion::sweep(&shared).await;
        shared.restraints.keep_play_times(&shared.store).await;
    }
}

async fn look(shared: &Shared) -> Result<(), ReadError> {
    let _renewal = shared.logins.renewing().await;
    let open: HashMap<TokenHash, bool> = shared.sockets.log_ins();
    let hashes: Vec<&str> = open.keys().map(|token| &*token.0).collect();
    let kept = shared.store.times_of_tokens(&hashes).await?;
    let now = shared.clock.wall();
    let mut used = Vec::new();
    for (token, heard) in open {
        match kept.get(&token.0) {
            None => turn_out(shared, &token),
            Some(times) if has_died(*times, now) => drop(sign_out(shared, &token).await),
            // Who plays on uses the log-in, though no request is made.
            Some(times) if heard && is_stale(*times, now) => used.push(token.0),
            Some(_) => {}
        }
    }
    if !used.is_empty() {
        let _ = shared.store.write(SeeTokens { hashes: used, at: now }).await;
    }
    Ok(())
}
