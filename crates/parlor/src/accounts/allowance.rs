//! The daily allowance of one who is broke.

use super::{
    Signed,
    self_limits::{DAY, day_after, day_of},
};
use crate::{
    problem::Problem,
    site::Shared,
    store::{
        WriteError,
        allowance::{Allowance, Claim, ClaimAllowance},
    },
};
use axum::http::StatusCode;
use parlor_core::Chips;
use serde::Serialize;

/// What one is told of the allowance.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Offer {
    /// What one has after it was given.
    up_to: Chips,
    /// Who has this or more gets nothing.
    below: Chips,
    /// How much one would get now.
    due: Option<Chips>,
    /// When one may ask again, in milliseconds since 1970, where the day's was given already.
    again: Option<i64>,
}

/// What one would get who asked for it now; nothing where the site gives none.
pub(crate) async fn offer(shared: &Shared, signed: &Signed) -> Result<Option<Offer>, Problem> {
    let at = shared.clock.wall();
    let Some(allowance) = today(shared, at) else { return Ok(None) };
    let claim = shared.store.claim_on(signed.player.id, allowance).await;
    let claim = claim.map_err(|_| Problem::internal())?;
    let Allowance { below, up_to, .. } = allowance;
    let due = if let Claim::Due(due) = claim { Some(due) } else { None };
    let again = (claim == Claim::Given).then(|| day_after(at));
    Ok(Some(Offer { up_to, below, due, again }))
}

/// Gives the day's allowance, and says how much that is.
pub(crate) async fn claim(shared: &Shared, signed: &Signed) -> Result<Chips, Problem> {
    let (account, at) = (signed.player.id, shared.clock.wall());
    let allowance = today(shared, at).ok_or_else(none)?;
    // Held from before the chips are there: whoever fills it from the database does not count them twice.
    let purse = shared.purses.open(account).await.map_err(|_| Problem::internal())?;
    let claimed =
        shared.store.write_moving(account, ClaimAllowance { account, allowance, at }).await;
    match claimed {
        Ok(Claim::Due(amount)) => {
            purse.give(amount);
            Ok(amount)
        }
        Ok(Claim::NotBroke(balance, staked)) => Err(not_broke(allowance, balance, staked)),
        Ok(Claim::Given) | Err(WriteError::Taken(_)) => Err(given(at)),
        Err(WriteError::Forbidden(_)) => Err(Problem::no_player()),
        Err(WriteError::Failed(_)) => Err(Problem::internal()),
    }
}

/// The answer of a site that gives none.
pub(super) fn none() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_allowance", "this site gives no allowance")
}

fn today(shared: &Shared, at: i64) -> Option<Allowance> {
    let (below, up_to) = (shared.settings.broke_below, shared.settings.daily_allowance);
    let day = day_of(at);
    (!up_to.is_zero()).then_some(Allowance { below, up_to, day, since: day * DAY })
}

fn not_broke(allowance: Allowance, balance: Chips, staked: Chips) -> Problem {
    let below = allowance.below;
    let detail = match staked.is_zero() {
        true => format!("the allowance is for who has less than {below}, and you have {balance}"),
        false => format!("the allowance is for who has nothing at stake, and you have {staked}"),
    };
    Problem::new(StatusCode::CONFLICT, "not_broke", detail)
}

fn given(at: i64) -> Problem {
    let seconds = (day_after(at) - at).unsigned_abs().div_ceil(1000);
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    let detail = format!(
        "you had today's allowance, or your first chips today; ask again after 00:00 UTC, \
         in {hours} h {minutes} min"
    );
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "allowance_given", detail).again_after(seconds)
}
