//! The end of an account: it leaves its tables, its chips go to the mint, its name is free, and what stays is called otherwise.

use super::{
    Credentials, Signed, SigningIn, TokenHash, logins::turn_out, renewing::sessions_with,
    sign_in::Proved,
};
use crate::{
    problem::Problem,
    session::command::Departure,
    site::Shared,
    store::{
        WriteError,
        renewal::{DeleteAccount, SweepDepartures},
    },
};
use futures_util::future::join_all;
use parlor_core::{Player, PlayerId};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::timeout;

/// How long tables may take to let go of somebody. A game that does not come back keeps nobody.
const LEAVING: Duration = Duration::from_secs(5);

/// How an account is called that is gone. It is one character longer than a name may be, so nobody can take it.
pub(crate) fn pseudonym(account: PlayerId) -> String {
    let id = account.0.simple().to_string();
    format!("deleted-{}", &id[id.len() - 13..])
}

impl SigningIn<'_> {
    /// Deletes an account, which takes its password; a guest's, which has none, takes the word alone.
    pub(crate) async fn delete(
        &self,
        signed: &Signed,
        password: String,
        confirmed: bool,
    ) -> Result<(), Problem> {
        let passwords = if signed.guest {
            if !confirmed {
                let field = ("confirm", "say that you want it: nothing brings it back".to_owned());
                return Err(Problem::invalid_fields([field].into()));
            }
            0
        } else {
            let proof = Credentials { username: signed.player.name.clone(), password };
            let Proved { passwords, .. } = self.prove(proof, true).await?;
            passwords
        };
        let account = signed.player.id;
        self.shared.changes.gone(account);
        let deleted = self.let_go(account, passwords).await;
        if deleted.is_err() {
            self.shared.changes.stays(account);
        }
        deleted
    }

    async fn let_go(&self, account: PlayerId, passwords: i64) -> Result<(), Problem> {
        let shared = self.shared;
        let (name, sessions) = (pseudonym(account), sessions_with(shared, account));
        let mut said: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (session, name) in
            shared.store.said_in(account).await.map_err(|_| Problem::internal())?
        {
            said.entry(session).or_default().push(name);
        }
        let mut all: BTreeSet<_> = sessions.iter().map(|session| session.0).collect();
        all.extend(said.keys());
        let user = Player { id: account, name: name.clone() };
        let departures = all.iter().flat_map(|session| {
            let said_as = said.get(session).cloned().unwrap_or_default();
            let departure = Departure { user: user.clone(), said_as };
            let id = crate::session::SessionId(*session);
            // One who has no part in a session that sleeps is not in its memory either.
            let wakes = sessions.contains(&id);
            shared.games().map(move |game| game.depart(id, departure.clone(), wakes))
        });
        let _ = timeout(LEAVING, join_all(departures)).await;

        let sessions = sessions.into_iter().map(|session| session.0).collect();
        let at = shared.clock.wall();
        let delete = DeleteAccount { account, name, passwords, sessions, at };
        let ended = shared.store.write_moving(account, delete).await.map_err(|why| match why {
            // It is gone already, or somebody has changed its password meanwhile.
            WriteError::Forbidden(_) => Problem::no_player(),
            _ => Problem::internal(),
        })?;
        shared.restraints.forget(account);
        shared.games().for_each(|game| game.forget_names());
        ended.into_iter().for_each(|hash| turn_out(shared, &TokenHash(hash)));
        Ok(())
    }
}

/// What came home to deleted accounts since goes to the mint.
pub(super) async fn sweep(shared: &Shared) {
    if matches!(shared.store.has_departures().await, Ok(false)) {
        return;
    }
    if let Err(why) = shared.store.write(SweepDepartures { at: shared.clock.wall() }).await {
        tracing::warn!("what deleted accounts had at stake was not taken back: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::{PlayerId, pseudonym};
    use uuid::Uuid;

    #[test]
    fn nobody_can_be_called_like_one_who_is_gone() {
        let name = pseudonym(PlayerId(Uuid::from_u128(0x0192_a000_0000_7000_8abc_def0_1234_5678)));
        assert_eq!(name, "deleted-cdef012345678");
        let credentials = super::Credentials { username: name, password: "correct horse".into() };
        assert!(credentials.faults().contains_key("username"));
    }
}
