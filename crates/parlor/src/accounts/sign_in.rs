//! Signing up, in and out, for pages and programs alike.

use super::{Signed, Token, Visitor, credentials::Credentials, hashing::Verified};
use crate::{
    limit::Who,
    problem::Problem,
    settings::Limit,
    site::Shared,
    store::{
        WriteError,
        accounts::{Account, CreateAccount, CreateToken, Rehash},
    },
};
use axum::http::StatusCode;
use parlor_core::{Player, PlayerId};
use std::{collections::BTreeMap, net::IpAddr};
use uuid::Uuid;

/// A sign-in that worked: who it is, and the token to hand out.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) player: Player,
    pub(crate) token: Token,
}

/// One who wants to sign in: what was typed, and from where.
#[derive(Debug)]
pub(crate) struct SigningIn<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) address: IpAddr,
}

impl SigningIn<'_> {
    /// Makes an account.
    pub(crate) async fn sign_up(&self, credentials: Credentials) -> Result<SignedIn, Problem> {
        let faults = credentials.faults();
        if !faults.is_empty() {
            return Err(Problem::invalid_fields(faults));
        }
        // Also where the name is taken: the answer tells who has an account.
        if !self.shared.sign_ups.admit(self.address) {
            self.shared.metrics.hit(Limit::SignUpsPerHour);
            let detail = "too many sign-ups from your address; come back later";
            return Err(Problem::rate_limited(detail, 3600));
        }
        let Credentials { username, password } = credentials;
        // Asked first, so that a taken name does not cost a hash.
        if self.named(&username).await?.is_some() {
            return Err(taken());
        }
        let password = self.shared.passwords.hash(password).await?;
        let who = Who::new(&username, self.address);
        let signed_in = self.create(username, Some(password)).await?;
        self.shared.failures.familiar(who);
        Ok(signed_in)
    }

    /// Signs in with a password. The visitor may be signed in already, which counts for one who is asked to wait.
    pub(crate) async fn log_in(
        &self,
        credentials: Credentials,
        visitor: &Visitor,
    ) -> Result<SignedIn, Problem> {
        let Credentials { username, password } = credentials;
        let who = Who::new(&username, self.address);
        let failures = &self.shared.failures;
        let is_owner = visitor.0.as_ref().is_some_and(|signed| who.is(&signed.player.name));
        let tried = failures.try_now(who, is_owner).map_err(|wait| {
            // Rounded up: whoever comes when told to is let in.
            let seconds = wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX);
            Problem::rate_limited("too many wrong passwords; wait before the next", seconds)
        })?;
        // Nobody's password is that long; hashing it would be work for nothing.
        let reads = username.len() <= 64 && password.len() <= 1024;
        let account = if reads { self.named(&username).await? } else { None };
        let kept = account.as_ref().and_then(|account| account.password.clone());
        let password = if reads { password } else { String::new() };
        let verified = self.shared.passwords.verify(password, kept).await;
        let verified = verified.inspect_err(|_| failures.take_back(&tried))?;
        let account = match verified {
            Verified::No => None,
            Verified::Yes => account,
            Verified::Outdated(better) => {
                self.keep(account.as_ref(), better).await;
                account
            }
        };
        match account {
            Some(account) => {
                failures.right(tried);
                self.issue(Player { id: account.id, name: account.name }, false).await
            }
            None => {
                let detail = "the name or the password is wrong";
                Err(Problem::new(StatusCode::UNAUTHORIZED, "bad_credentials", detail))
            }
        }
    }

    /// Keeps a better hash of the same password. Where that fails, the next log-in tries again.
    async fn keep(&self, account: Option<&Account>, better: String) {
        if let Some(Account { id, password: Some(before), .. }) = account {
            let rehash = Rehash { account: *id, before: before.clone(), password: better };
            let _ = self.shared.store.write(rehash).await;
        }
    }

    /// Makes a guest: an account without a password, which lasts as long as its token.
    pub(crate) async fn guest(&self) -> Result<SignedIn, Problem> {
        if !self.shared.guests.admit(self.address) {
            self.shared.metrics.hit(Limit::GuestsPerHour);
            let detail = "too many guests from your address; sign up, or come back in an hour";
            return Err(Problem::rate_limited(detail, 3600));
        }
        // Six of 32 letters make a thousand million names: a second try is rare, a third unheard of.
        for _ in 0..8 {
            match self.create(guest_name(), None).await {
                Err(problem) if problem.code() == "username_taken" => {}
                result => return result,
            }
        }
        Err(Problem::internal())
    }

    async fn create(&self, name: String, password: Option<String>) -> Result<SignedIn, Problem> {
        let id = PlayerId(Uuid::now_v7());
        let guest = password.is_none();
        let account = Account { id, name: name.clone(), password };
        let chips = self.shared.settings.starting_chips;
        let create = CreateAccount { account, chips, at: self.shared.clock.wall() };
        match self.shared.store.write(create).await {
            Ok(()) => {
                self.shared.store.new_balance(id, chips);
                self.issue(Player { id, name }, guest).await
            }
            Err(WriteError::Taken(_)) => Err(taken()),
            Err(_) => Err(Problem::internal()),
        }
    }

    async fn issue(&self, player: Player, guest: bool) -> Result<SignedIn, Problem> {
        let token = Token::new();
        let hash = token.hash();
        let at = self.shared.clock.wall();
        let create = CreateToken { hash: hash.0.clone(), account: player.id, at };
        // Asked before: whoever is turned out meanwhile is not remembered.
        let forgotten = self.shared.logins.forgotten();
        match self.shared.store.write(create).await {
            Ok(()) => {}
            Err(WriteError::Forbidden(_)) => return Err(self.shut_out(player.id).await),
            Err(_) => return Err(Problem::internal()),
        }
        let signed = Signed { player: player.clone(), guest, token: hash };
        self.shared.logins.remember_new(signed, forgotten);
        Ok(SignedIn { player, token })
    }

    /// What one is told who is shut out, and has proved to be the one.
    async fn shut_out(&self, account: PlayerId) -> Problem {
        match self.shared.store.banned(account).await {
            Ok(Some(banned)) => Problem::banned(&banned.reason, banned.until),
            Ok(None) | Err(_) => Problem::internal(),
        }
    }

    async fn named(&self, name: &str) -> Result<Option<Account>, Problem> {
        self.shared.store.account_named(name).await.map_err(|_| Problem::internal())
    }
}

fn taken() -> Problem {
    let detail = "somebody has this name already; choose another";
    let mut problem = Problem::new(StatusCode::CONFLICT, "username_taken", detail);
    problem.set_fields(BTreeMap::from([("username", detail.to_owned())]));
    problem
}

fn guest_name() -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let random = Uuid::new_v4().into_bytes();
    let letters = random.iter().take(6).map(|b| char::from(LETTERS[usize::from(b % 32)]));
    format!("Guest-{}", letters.collect::<String>())
}
