//! Signing up, in and out, for pages and programs alike.

use super::{Signed, Token, Visitor, credentials::Credentials, hashing::Verified};
use crate::{
    limit::Who,
    problem::Problem,
    settings::Limit,
    site::Shared,
    store::{
        WriteError,
        accounts::{Account, CreateAccount, Rehash},
        log_ins::OpenLogIn,
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

/// One who wants to sign in: from where, and with what.
#[derive(Debug)]
pub(crate) struct SigningIn<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) address: IpAddr,
    /// What asks, in a word or two.
    pub(crate) label: String,
}

/// An account whose password was right.
#[derive(Debug)]
pub(super) struct Proved {
    pub(super) account: Account,
    /// How often the password was changed by then.
    pub(super) passwords: i64,
}

impl SigningIn<'_> {
    /// Makes an account.
    pub(crate) async fn sign_up(&self, credentials: Credentials) -> Result<SignedIn, Problem> {
        self.may_have(&credentials).await?;
        let Credentials { username, password } = credentials;
        let password = self.shared.passwords.hash(password).await?;
        let who = Who::new(&username, self.address);
        let signed_in = self.create(username, Some(password)).await?;
        self.shared.failures.familiar(who);
        Ok(signed_in)
    }

    /// Whether this name and password can be had.
    pub(super) async fn may_have(&self, credentials: &Credentials) -> Result<(), Problem> {
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
        // Asked first, so that a taken name does not cost a hash.
        let named = self.shared.store.account_named(&credentials.username).await;
        match named.map_err(|_| Problem::internal())? {
            Some(_) => Err(taken()),
            None => Ok(()),
        }
    }

    /// Signs in with a password. The visitor may be signed in already, which counts for one who is asked to wait.
    pub(crate) async fn log_in(
        &self,
        credentials: Credentials,
        visitor: &Visitor,
    ) -> Result<SignedIn, Problem> {
        let who = Who::new(&credentials.username, self.address);
        let is_owner = visitor.0.as_ref().is_some_and(|signed| who.is(&signed.player.name));
        let Proved { account, passwords } = self.prove(credentials, is_owner).await?;
        self.issue(Player { id: account.id, name: account.name }, false, passwords).await
    }

    /// The account of that name, where the password is right; a wrong one counts. The owner is one who is signed in to that
    /// account already.
    pub(super) async fn prove(
        &self,
        credentials: Credentials,
        is_owner: bool,
    ) -> Result<Proved, Problem> {
        let Credentials { username, password } = credentials;
        let who = Who::new(&username, self.address);
        let failures = &self.shared.failures;
        let tried = failures.try_now(who, is_owner).map_err(|wait| {
            // Rounded up: whoever comes when told to is let in.
            let seconds = wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX);
            Problem::rate_limited("too many wrong passwords; wait before the next", seconds)
        })?;
        // Nobody's password is that long; hashing it would be work for nothing.
        let reads = username.len() <= 64 && password.len() <= 1024;
        let account = if reads { self.to_prove(&username).await? } else { None };
        let kept = account.as_ref().and_then(|(account, _)| account.password.clone());
        let password = if reads { password } else { String::new() };
        let verified = self.shared.passwords.verify(password, kept).await;
        let verified = verified.inspect_err(|_| failures.take_back(&tried))?;
        let account = match verified {
            Verified::No => None,
            Verified::Yes => account,
            Verified::Outdated(better) => {
                self.keep(account.as_ref().map(|(account, _)| account), better).await;
                account
            }
        };
        match account {
            Some((account, passwords)) => {
                failures.right(tried);
                Ok(Proved { account, passwords })
            }
            None => Err(bad_credentials()),
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
                self.issue(Player { id, name }, guest, 0).await
            }
            Err(WriteError::Taken(_)) => Err(taken()),
            Err(_) => Err(Problem::internal()),
        }
    }

    async fn issue(
        &self,
        player: Player,
        guest: bool,
        passwords: i64,
    ) -> Result<SignedIn, Problem> {
        let (token, log_in) = self.new_log_in(player.id, passwords);
        // Asked before: whoever is turned out meanwhile is not remembered.
        let forgotten = self.shared.logins.forgotten();
        match self.shared.store.write(log_in).await {
            Ok(()) => {}
            Err(WriteError::Forbidden(_)) => return Err(self.shut_out(player.id).await),
            Err(_) => return Err(Problem::internal()),
        }
        let signed = Signed { player: player.clone(), guest, token: token.hash() };
        self.shared.logins.remember_new(signed, forgotten);
        Ok(SignedIn { player, token })
    }

    /// What one is told who has proved to be the one, and is shut out; or whose password has been changed a moment ago.
    pub(super) async fn shut_out(&self, account: PlayerId) -> Problem {
        match self.shared.store.banned(account).await {
            Ok(Some(banned)) => Problem::banned(&banned.reason, banned.until),
            Ok(None) => bad_credentials(),
            Err(_) => Problem::internal(),
        }
    }

    /// A new token of this account, and the log-in to be kept of it.
    pub(super) fn new_log_in(&self, account: PlayerId, passwords: i64) -> (Token, OpenLogIn) {
        let token = Token::new();
        let (hash, label, at) = (token.hash().0, self.label.clone(), self.shared.clock.wall());
        (token, OpenLogIn { hash, account, label, passwords, at })
    }

    async fn to_prove(&self, name: &str) -> Result<Option<(Account, i64)>, Problem> {
        self.shared.store.account_to_prove(name).await.map_err(|_| Problem::internal())
    }
}

pub(super) fn bad_credentials() -> Problem {
    let detail = "the name or the password is wrong";
    Problem::new(StatusCode::UNAUTHORIZED, "bad_credentials", detail)
}

pub(super) fn taken() -> Problem {
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
