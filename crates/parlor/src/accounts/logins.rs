//! Whose token it is: asked of the database once a minute, and of memory in between.

use super::{
    Signed, Token, TokenHash,
    token::{ABSOLUTE, IDLE},
};
use crate::{
    clock::Clock,
    problem::Problem,
    recent::Recent,
    site::Shared,
    store::{
        ReadError,
        accounts::{DropToken, SeeTokens, TokenTimes},
    },
};
use parlor_core::Player;
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long memory is believed before the database is asked again.
pub(super) const BELIEVED: Duration = Duration::from_secs(60);

/// How many log-ins are remembered at the most. One takes some 300 bytes.
const REMEMBERED: usize = 20_000;

/// How stale the time of a token's last use may be: not every request writes.
const SEEN_AGAIN_AFTER: Duration = Duration::from_secs(600);

/// What is known of log-ins without asking the database.
pub(crate) struct Logins {
    clock: Clock,
    known: Mutex<Known>,
    /// Held while the sockets of one log-in become another's.
    renewal: tokio::sync::Mutex<()>,
}

struct Known {
    logins: Recent<TokenHash, Login>,
    /// When those were last forgotten of whom nobody had asked for a while.
    turned: Instant,
    /// How often something was forgotten. What was read before that may be wrong by now, and is not remembered.
    forgotten: u64,
}

#[derive(Clone)]
struct Login {
    signed: Signed,
    times: TokenTimes,
    until: Instant,
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logins")
    }
}

impl Logins {
    pub(crate) fn new(clock: Clock) -> Self {
        let logins = Recent::new(REMEMBERED);
        let known = Known { logins, turned: clock.now(), forgotten: 0 };
        Self { clock, known: Mutex::new(known), renewal: tokio::sync::Mutex::default() }
    }

    /// How many are remembered.
    pub(crate) fn count(&self) -> usize {
        self.lock().logins.len()
    }

    /// A log-in that was just made, unless something was forgotten since so much was.
    pub(super) fn remember_new(&self, signed: Signed, forgotten: u64) {
        let now = self.clock.wall();
        let times = TokenTimes { created: now, seen: now };
        self.remember(signed, times, forgotten);
    }

    /// While this is held, nobody looks for sockets whose log-in has ended: some may be about to become another's.
    pub(super) async fn renewing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.renewal.lock().await
    }

    /// How often something was forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.lock().forgotten
    }

    /// From now on the database is asked about this log-in.
    pub(super) fn forget(&self, token: &TokenHash) {
        let mut known = self.lock();
        known.logins.remove(token);
        known.forgotten += 1;
    }

    fn recall(&self, token: &TokenHash) -> Option<(Signed, TokenTimes)> {
        let now = self.clock.now();
        let mut known = self.lock();
        let login = known.logins.get(token)?;
        (now < login.until).then(|| (login.signed.clone(), login.times))
    }

    fn remember(&self, signed: Signed, times: TokenTimes, forgotten: u64) {
        let now = self.clock.now();
        let until = now + BELIEVED;
        let mut known = self.lock();
        if now.saturating_duration_since(known.turned) >= BELIEVED {
            // By the next turn, what nobody asks for until then is not believed any more.
            known.logins.turn();
            known.turned = now;
        }
        if known.forgotten == forgotten {
            known.logins.put(signed.token.clone(), Login { signed, times, until });
        }
    }

    fn seen(&self, token: &TokenHash, at: i64) {
        if let Some(login) = self.lock().logins.get(token) {
            login.times.seen = at;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose token this is, if it is alive. Asking counts as using it.
pub(super) async fn recognise(shared: &Shared, token: &Token) -> Result<Option<Signed>, Problem> {
    holder(shared, token.hash()).await
}

/// Whether this log-in is alive: neither signed out nor too old.
pub(crate) async fn is_alive(shared: &Shared, token: &TokenHash) -> Result<bool, Problem> {
    Ok(holder(shared, token.clone()).await?.is_some())
}

async fn holder(shared: &Shared, token: TokenHash) -> Result<Option<Signed>, Problem> {
    let logins = &shared.logins;
    let found = match logins.recall(&token) {
        Some(known) => Some(known),
        None => read(shared, &token).await.map_err(|why| {
            tracing::error!("a token can't be looked up: {why}");
            Problem::internal()
        })?,
    };
    let Some((signed, times)) = found else { return Ok(None) };
    let now = shared.clock.wall();
    if has_died(times, now) {
        let _ = sign_out(shared, &token).await;
        return Ok(None);
    }
    if is_stale(times, now) {
        logins.seen(&token, now);
        let _ = shared.store.write(SeeTokens { hashes: vec![token.0], at: now }).await;
    }
    Ok(Some(signed))
}

async fn read(
    shared: &Shared,
    token: &TokenHash,
) -> Result<Option<(Signed, TokenTimes)>, ReadError> {
    let forgotten = shared.logins.forgotten();
    let Some((account, times)) = shared.store.account_of_token(&token.0).await? else {
        return Ok(None);
    };
    let guest = account.password.is_none();
    let player = Player { id: account.id, name: account.name };
    let signed = Signed { player, guest, token: token.clone() };
    shared.logins.remember(signed.clone(), times, forgotten);
    Ok(Some((signed, times)))
}

/// Whether a token with these times is dead at that time of the wall clock.
pub(super) fn has_died(times: TokenTimes, now: i64) -> bool {
    is_older(times.created, ABSOLUTE, now) || is_older(times.seen, IDLE, now)
}

/// Whether its last use is to be written down anew.
pub(super) fn is_stale(times: TokenTimes, now: i64) -> bool {
    is_older(times.seen, SEEN_AGAIN_AFTER, now)
}

fn is_older(since: i64, life: Duration, now: i64) -> bool {
    u128::from(now.saturating_sub(since).unsigned_abs()) >= life.as_millis() && now > since
}

/// Signs out: the token is dead, its tickets too, and the sockets opened with it are closed.
pub(crate) async fn sign_out(shared: &Shared, token: &TokenHash) -> Result<(), Problem> {
    let dropped = shared.store.write(DropToken(token.0.clone())).await;
    dropped.map_err(|_| Problem::internal())?;
    turn_out(shared, token);
    Ok(())
}

/// A token that the database does not know any more: nothing that it opened goes on.
///
/// In this order: a socket whose place was taken before is closed here, and one whose place is taken after asks whether the
/// log-in is alive, and the database says no.
pub(crate) fn turn_out(shared: &Shared, token: &TokenHash) {
    shared.logins.forget(token);
    shared.tickets.revoke(token);
    shared.sockets.close_opened_with(token);
}

#[cfg(test)]
mod tests {
    use super::{BELIEVED, Logins, REMEMBERED};
    use crate::{
        accounts::{Signed, Token},
        clock::Clock,
        store::accounts::TokenTimes,
    };
    use parlor_core::{Player, PlayerId};
    use std::time::Duration;
    use uuid::Uuid;

    const TIMES: TokenTimes = TokenTimes { created: 0, seen: 0 };

    fn signed() -> Signed {
        let player = Player { id: PlayerId(Uuid::now_v7()), name: "ann".into() };
        Signed { player, guest: true, token: Token::new().hash() }
    }

    #[test]
    fn those_who_do_not_come_back_are_forgotten_after_a_while() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let (logins, ann) = (Logins::new(clock), signed());
        for _ in 0..100 {
            logins.remember_new(signed(), logins.forgotten());
        }
        for passed in [BELIEVED - Duration::from_millis(1), Duration::from_millis(1), BELIEVED] {
            adjuster.advance(passed);
            logins.remember_new(ann.clone(), logins.forgotten());
        }
        assert_eq!(logins.count(), 1, "who was here all the time");
    }

    #[test]
    fn what_was_read_before_a_log_out_is_not_remembered_after_it() {
        let (logins, ann) = (Logins::new(Clock::system()), signed());
        let before = logins.forgotten();
        logins.forget(&ann.token);
        logins.remember(ann.clone(), TIMES, before);
        assert!(logins.recall(&ann.token).is_none(), "the database knows better");
        logins.remember_new(ann.clone(), before);
        assert!(logins.recall(&ann.token).is_none(), "nor is one that was made before it");
        logins.remember_new(ann.clone(), logins.forgotten());
        assert!(logins.recall(&ann.token).is_some());
        logins.forget(&ann.token);
        assert!(logins.recall(&ann.token).is_none());
    }

    #[test]
    fn memory_is_believed_for_a_minute_and_holds_so_many() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let (logins, ann) = (Logins::new(clock), signed());
        logins.remember_new(ann.clone(), 0);
        adjuster.advance(BELIEVED - Duration::from_millis(1));
        assert!(logins.recall(&ann.token).is_some());
        adjuster.advance(Duration::from_millis(1));
        assert!(logins.recall(&ann.token).is_none());
        for _ in 0..REMEMBERED * 2 {
            logins.remember_new(signed(), 0);
        }
        assert!(logins.count() <= REMEMBERED);
    }
}
