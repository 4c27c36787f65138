//! Chips are conserved, and nobody is below zero.

use super::demand;
use crate::Session;
use parlor_core::{Account, Game, Input};

/// All there is, in hundredths: balances, stakes, and the house.
pub(crate) fn total<G: Game>(session: &Session<G>) -> i64 {
    session.bank().accounts().values().sum()
}

/// No chip was made or lost, the house alone owes, and the table's stakes are what the transfers say.
pub(super) fn chips_are_conserved<G: Game>(
    session: &Session<G>,
    opened: i64,
) -> Result<(), String> {
    let accounts = session.bank().accounts();
    let now: i64 = accounts.values().sum();
    demand(now == opened, || format!("{opened} hundredths of a chip have become {now}"))?;
    let below = accounts.iter().find(|(account, cents)| **cents < 0 && **account != Account::House);
    demand(below.is_none(), || format!("an account is below zero: {below:?}"))?;
    let staked: Vec<_> =
        session.state().stakes().map(|(player, chips)| (player, chips.cents())).collect();
    let escrows = accounts.iter().filter_map(|(account, cents)| match account {
        Account::Escrow(player) if *cents > 0 => Some((*player, *cents)),
        Account::Escrow(_) | Account::Player(_) | Account::House => None,
    });
    let escrows: Vec<_> = escrows.collect();
    let agree = staked == escrows;
    demand(agree, || format!("{staked:?} is staked, and the transfers say {escrows:?}"))
}

/// A session that closes keeps nobody's chips.
pub(super) fn everything_goes_home<G: Game>(session: &mut Session<G>) -> Result<(), String> {
    let opened = total(session);
    session.apply(None, Input::Closed).map_err(|why| format!("it does not close: {why}"))?;
    chips_are_conserved(session, opened)?;
    let left: Vec<_> = session.state().stakes().collect();
    demand(left.is_empty(), || format!("a closed session has kept {left:?}"))
}
