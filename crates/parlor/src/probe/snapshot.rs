//! What the database gives back of a session's state.

use super::game::Wheel;
use crate::session::repack;
use parlor_core::{Audience, Happening, Input, State};

/// Reads the body of a snapshot.
///
/// # Panics
/// Where a snapshot that is read is not the one that is written again, or where the session can't go on, or refuse to, from
/// what was read.
pub fn probe(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok((state, written)) = repack::<Wheel>(text) else { return false };
    let (again, rewritten) = repack::<Wheel>(&written).expect("what was written can be read");
    assert_eq!(again.hash(), state.hash(), "written as {written}");
    assert_eq!(rewritten, written);
    let _ = state.view(Audience::Spectators);
    let _ = state.next_alarm();
    for input in [Input::Resumed, Input::Closed] {
        goes_on(&state, input);
    }
    true
}

/// What happens is applied, or the state is as it was.
fn goes_on(state: &State<Wheel>, input: Input<<Wheel as parlor_core::Game>::Action>) {
    let mut next = state.clone();
    let happening = Happening { at: 0, who: None, input, id: None };
    match next.apply(happening, Box::new(super::corpus::Dealer)) {
        Ok(applied) => assert_eq!(applied.record.seq, state.seq() + 1),
        Err(_) => assert_eq!(next.hash(), state.hash()),
    }
}
