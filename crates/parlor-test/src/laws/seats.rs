//! A seat moves nobody.

use super::demand;
use crate::Session;
use parlor_core::{Game, PlayerId, Seat};

/// Who has which chair.
pub(super) fn taken<G: Game>(session: &Session<G>) -> Vec<(Seat, PlayerId)> {
    session.state().players().seated().map(|(seat, player)| (seat, player.id)).collect()
}

/// Who still has a chair has the same one, and no player has two.
pub(super) fn a_seat_moves_nobody<G: Game>(
    before: &[(Seat, PlayerId)],
    session: &Session<G>,
) -> Result<(), String> {
    let after = taken(session);
    for (seat, player) in before {
        let now: Vec<_> = after.iter().filter(|(_, p)| p == player).collect();
        let moved = now.len() > 1 || now.iter().any(|(s, _)| s != seat);
        demand(!moved, || format!("{player} sat on {seat:?}, and sits on {now:?}"))?;
    }
    Ok(())
}
