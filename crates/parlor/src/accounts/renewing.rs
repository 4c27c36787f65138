//! A new name or a new password: all log-ins end, and one begins.

use super::{
    Credentials, Signed, SignedIn, SigningIn, TokenHash,
    sign_in::{Proved, taken},
};
use crate::{
    problem::Problem,
    session::SessionId,
    site::Shared,
    store::{
        WriteError,
        accounts::Account,
        renewal::{ChangePassword, Upgrade},
    },
};
use axum::http::StatusCode;
use futures_util::future::join_all;
use parlor_core::{Player, PlayerId};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::timeout;

/// How long one waits for tables to have told what one has asked for. A game that does not come back holds up nobody else.
const TELLING: Duration = Duration::from_secs(2);

impl SigningIn<'_> {
    /// A guest becomes an account with a name and a password, and keeps its chips and seats.
    pub(crate) async fn upgrade(
        &self,
        signed: &Signed,
        credentials: Credentials,
    ) -> Result<SignedIn, Problem> {
        if !signed.guest {
            return Err(not_a_guest());
        }
        self.may_have(&credentials).await?;
        let Credentials { username, password } = credentials;
        let password = self.shared.passwords.hash(password).await?;
        let player = Player { id: signed.player.id, name: username };
        let (token, log_in) = self.new_log_in(player.id, 0);
        let account =
            Account { id: player.id, name: player.name.clone(), password: Some(password) };
        let renewal = self.shared.logins.renewing().await;
        let forgotten = self.shared.logins.forgotten();
        let ended = self.shared.store.write(Upgrade { account, log_in }).await;
        let ended = ended.map_err(|why| match why {
            WriteError::Taken(_) => taken(),
            // Another request was first.
            WriteError::Forbidden(_) => not_a_guest(),
            WriteError::Failed(_) => Problem::internal(),
        })?;
        self.shared.changes.renamed(&player);
        let signed = Signed { player: player.clone(), guest: false, token: token.hash() };
        self.hand_over(&ended, (&signed, forgotten));
        drop(renewal);
        self.shared.failures.familiar(crate::limit::Who::new(&player.name, self.address));
        self.tell_tables(&player).await;
        Ok(SignedIn { player, token })
    }

    /// Changes a password. Every other log-in ends, and its sockets are closed; this one's stay open.
    pub(crate) async fn change_password(
        &self,
        signed: &Signed,
        before: String,
        password: String,
    ) -> Result<SignedIn, Problem> {
        if signed.guest {
            let detail = "a guest has no password; make an account of it first";
            return Err(Problem::new(StatusCode::CONFLICT, "no_password", detail));
        }
        let mut new = Credentials { username: signed.player.name.clone(), password };
        let mut faults = new.faults();
        faults.remove("username");
        if let Some(fault) = faults.remove("password") {
            return Err(Problem::invalid_fields([("new_password", fault)].into()));
        }
        let old = Credentials { username: signed.player.name.clone(), password: before };
        let Proved { account, passwords } = self.prove(old, true).await?;
        let password = self.shared.passwords.hash(std::mem::take(&mut new.password)).await?;
        let (token, log_in) = self.new_log_in(account.id, passwords);
        let renewal = self.shared.logins.renewing().await;
        let forgotten = self.shared.logins.forgotten();
        let change = ChangePassword { account: account.id, password, log_in };
        let ended = self.shared.store.write(change).await.map_err(|why| match why {
            // Another request has changed it meanwhile, or the account is gone.
            WriteError::Forbidden(_) => super::sign_in::bad_credentials(),
            _ => Problem::internal(),
        })?;
        let player = Player { id: account.id, name: account.name };
        let own = [signed.token.0.clone()];
        let renewed = Signed { player: player.clone(), guest: false, token: token.hash() };
        self.hand_over(&own, (&renewed, forgotten));
        drop(renewal);
        let others = ended.into_iter().filter(|hash| *hash != signed.token.0);
        others.for_each(|hash| super::logins::turn_out(self.shared, &TokenHash(hash)));
        Ok(SignedIn { player, token })
    }

    /// The sockets that these log-ins have opened are this one's from now on; of them nothing else stays.
    fn hand_over(&self, ended: &[String], (to, forgotten): (&Signed, u64)) {
        // Asked before the database was: whoever is turned out meanwhile is not remembered.
        self.shared.logins.remember_new(to.clone(), forgotten);
        for hash in ended {
            let hash = TokenHash(hash.clone());
            self.shared.sockets.hand_over(&hash, &to.token);
            super::logins::turn_out(self.shared, &hash);
        }
    }

    /// Tells the tables at which a player is how one is called now.
    async fn tell_tables(&self, player: &Player) {
        let sessions = sessions_with(self.shared, player.id);
        let games = self.shared.games();
        let told =
            games.flat_map(|game| sessions.iter().map(move |id| game.rename(*id, player.clone())));
        let _ = timeout(TELLING, join_all(told)).await;
    }
}

/// The sessions in which a user has a part, or a socket.
pub(super) fn sessions_with(shared: &Shared, user: PlayerId) -> BTreeSet<SessionId> {
    let mut sessions = shared.seats.of(user);
    sessions.extend(shared.sockets.sessions_of(user));
    sessions
}

fn not_a_guest() -> Problem {
    let detail = "this account has a name and a password already";
    Problem::new(StatusCode::CONFLICT, "not_a_guest", detail)
}
