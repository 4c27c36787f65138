//! What is legal is accepted, and nothing else is; a refusal changes nothing; no game fails.

use super::{
    Laws, demand,
    random::{Choice, Expected},
};
use crate::Session;
use parlor_core::{Audience, Game, Input, Player, Rejected};

/// Applies what was chosen, and demands of the answer what was expected.
pub(super) fn apply<G: Game>(
    laws: &Laws<G>,
    session: &mut Session<G>,
    choice: Choice<G>,
) -> Result<(), String> {
    let Choice { who, input, expected } = choice;
    let told = describe(who.as_ref(), &input);
    let listed = is_listed(laws, session, who.as_ref(), &input);
    let before = (session.state().clone(), session.bank().accounts());
    match session.apply(who.as_ref(), input).map(|_| ()) {
        Ok(()) => nothing_else_is_accepted(listed).map_err(|broken| format!("{broken}: {told}")),
        Err(rejected) => {
            no_game_fails(&rejected).map_err(|broken| format!("{broken}: {told}"))?;
            legal_is_accepted(expected, &rejected).map_err(|broken| format!("{broken}: {told}"))?;
            let same = session.state().snapshot() == before.0.snapshot()
                && session.bank().accounts() == before.1;
            demand(same, || format!("a refusal changed something: {told}"))
        }
    }
}

/// Everyone at the table may look at any time.
pub(super) fn everyone_may_look<G: Game>(session: &Session<G>) -> Result<(), String> {
    let players = session.state().players().seated().map(|(_, p)| Audience::Player(p.id));
    for audience in players.chain([Audience::Spectators]) {
        session.state().view(audience).map_err(|why| format!("no view of it: {why}"))?;
    }
    Ok(())
}

fn legal_is_accepted(expected: Expected, rejected: &Rejected) -> Result<(), String> {
    let code = rejected.refusal().code();
    match expected {
        Expected::Either => Ok(()),
        Expected::AppliedWithFunds if code == "insufficient_funds" => Ok(()),
        Expected::Applied | Expected::AppliedWithFunds => {
            Err(format!("what is legal was refused ({code}, {rejected})"))
        }
    }
}

fn nothing_else_is_accepted(listed: bool) -> Result<(), String> {
    demand(listed, || "an action of a kind that is not among the legal ones was accepted".into())
}

fn no_game_fails(rejected: &Rejected) -> Result<(), String> {
    match rejected {
        Rejected::Refused(_) => Ok(()),
        Rejected::Fault(why) => Err(format!("the game failed ({why})")),
    }
}

/// Whether an action of this kind is among the legal ones of its sender; so is all that is no action.
fn is_listed<G: Game>(
    laws: &Laws<G>,
    session: &Session<G>,
    who: Option<&Player>,
    input: &Input<G::Action>,
) -> bool {
    let (Some(who), Input::Acted(action)) = (who, input) else { return true };
    let kind = (laws.kind_of)(action);
    session.state().legal(who.id).iter().any(|legal| (laws.kind_of)(legal) == kind)
}

fn describe<A: parlor_core::Message>(who: Option<&Player>, input: &Input<A>) -> String {
    let input = serde_json::to_string(input).expect("an input is JSON");
    format!("{} {input}", who.map_or("-", |player| &player.name))
}
