//! Signing up, in and out, for pages and programs alike.

use super::{
    Signed, Token, TokenHash,
    credentials::Credentials,
    token::{ABSOLUTE, IDLE},
};
use crate::{
    limit::Failures,
    problem::Problem,
    settings::Limit,
    site::Shared,
    store::{
        WriteError,
        accounts::{Account, CreateAccount, CreateToken, DropToken, SeeToken},
    },
};
use axum::http::StatusCode;
use parlor_core::{Player, PlayerId};
use std::{collections::BTreeMap, net::IpAddr, time::Duration};
use uuid::Uuid;

/// How stale the time of a token's last use may be: not every request writes.
const SEEN_AGAIN_AFTER: Duration = Duration::from_secs(600);

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
        let Credentials { username, password } = credentials;
        // Asked first, so that a taken name does not cost a hash.
        if self.named(&username).await?.is_some() {
            return Err(taken());
        }
        let password = self.shared.passwords.hash(password).await?;
        self.create(username, Some(password)).await
    }

    /// Signs in with a password.
    pub(crate) async fn log_in(&self, credentials: Credentials) -> Result<SignedIn, Problem> {
        let Credentials { username, password } = credentials;
        // What is longer is nobody's name, and is not worth remembering.
        let name = username.chars().take(64).collect::<String>().to_ascii_lowercase();
        let who = (name, self.address);
        let failures: &Failures = &self.shared.failures;
        failures.try_now(&who).map_err(|wait| {
            self.shared.metrics.hit(Limit::LoginFailures);
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
        let fits = verified.inspect_err(|_| failures.take_back(&who))?;
        match account.filter(|_| fits) {
            Some(account) => {
                failures.forget(&who);
                self.issue(Player { id: account.id, name: account.name }).await
            }
            None => {
                let detail = "the name or the password is wrong";
                Err(Problem::new(StatusCode::UNAUTHORIZED, "bad_credentials", detail))
            }
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
        let account = Account { id, name: name.clone(), password };
        let chips = self.shared.settings.starting_chips;
        let create = CreateAccount { account, chips, at: self.shared.clock.wall() };
        match self.shared.store.write(create).await {
            Ok(()) => self.issue(Player { id, name }).await,
            Err(WriteError::Taken(_)) => Err(taken()),
            Err(_) => Err(Problem::internal()),
        }
    }

    async fn issue(&self, player: Player) -> Result<SignedIn, Problem> {
        let token = Token::new();
        let hash = token.hash().0;
        let create = CreateToken { hash, account: player.id, at: self.shared.clock.wall() };
        self.shared.store.write(create).await.map_err(|_| Problem::internal())?;
        Ok(SignedIn { player, token })
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

/// Whose token this is, if it is alive.
pub(super) async fn recognise(shared: &Shared, token: &Token) -> Result<Option<Signed>, Problem> {
    let hash = token.hash();
    let found = shared.store.account_of_token(&hash.0).await.map_err(|why| {
        tracing::error!("a token can't be looked up: {why}");
        Problem::internal()
    })?;
    let Some((account, times)) = found else { return Ok(None) };
    let now = shared.clock.wall();
    let older = |since: i64, life: Duration| {
        u128::from(now.saturating_sub(since).unsigned_abs()) >= life.as_millis() && now > since
    };
    if older(times.created, ABSOLUTE) || older(times.seen, IDLE) {
        let _ = shared.store.write(DropToken(hash.0)).await;
        return Ok(None);
    }
    if older(times.seen, SEEN_AGAIN_AFTER) {
        let _ = shared.store.write(SeeToken { hash: hash.0.clone(), at: now }).await;
    }
    let guest = account.password.is_none();
    Ok(Some(Signed { player: Player { id: account.id, name: account.name }, guest, token: hash }))
}

/// Signs out: the token is dead, its tickets too, and the sockets opened with it are closed.
pub(crate) async fn sign_out(shared: &Shared, token: &TokenHash) -> Result<(), Problem> {
    let dropped = shared.store.write(DropToken(token.0.clone())).await;
    dropped.map_err(|_| Problem::internal())?;
    shared.tickets.revoke(token);
    shared.sockets.close_opened_with(token);
    Ok(())
}

fn guest_name() -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let random = Uuid::new_v4().into_bytes();
    let letters = random.iter().take(6).map(|b| char::from(LETTERS[usize::from(b % 32)]));
    format!("Guest-{}", letters.collect::<String>())
}
