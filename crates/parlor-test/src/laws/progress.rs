//! There is always a way on.

use super::demand;
use crate::Session;
use parlor_core::Game;

/// More alarms than any game can need to come to rest when nobody moves.
const MANY: u32 = 100;

/// Where enough have a chair, someone has a legal move, an alarm is set, or the session is over.
pub(super) fn someone_can_go_on<G: Game>(session: &Session<G>) -> Result<(), String> {
    let state = session.state();
    let few = state.players().len() < G::MIN_PLAYERS;
    let moves = || state.players().iter().any(|(_, player)| !state.legal(player.id).is_empty());
    let way_on = few || state.ended() || state.next_alarm().is_some() || moves();
    demand(way_on, || "nobody can move, and no alarm is set".into())
}

/// When nobody moves any more, every alarm can ring, and none rings for ever; then nobody waits in vain.
pub(super) fn alarms_come_to_rest<G: Game>(session: &mut Session<G>) -> Result<(), String> {
    for _ in 0..MANY {
        if session.state().ended() {
            return Ok(());
        }
        let rang = session.ring().map_err(|why| format!("an alarm rang, and {why}"))?.is_some();
        if !rang {
            let waiting = session.state().players().waiting().count();
            demand(waiting == 0, || format!("{waiting} wait for a round that never comes"))?;
            return someone_can_go_on(session);
        }
    }
    // A game that ticks for ever is none that could stand still.
    Ok(())
}
