//! Two worlds that differ in a secret alone look the same to everyone.

use crate::{
    Laws, Session,
    laws::{
        self, demand,
        random::{Chance, Choice},
    },
};
use parlor_core::{Applied, Audience, Game, Input, Known, Player, PlayerId, Rejected, What};
use serde_json::{Value, json};
use uuid::Uuid;

/// How far a random game goes before its secret is exchanged.
const STEPS_BEFORE: u32 = 400;

/// How a game's secret is tried.
#[derive(Debug, Clone)]
pub struct Twins<G: Game> {
    /// How random games are played; `games` is the number of positions whose secret is exchanged.
    pub laws: Laws<G>,
    /// Exchanges the secret in the game's JSON for another that viewers can't tell from it; `false` where there is none.
    pub exchange: fn(&mut Value) -> bool,
    /// Whether everyone knows the secret by now.
    pub known: fn(&G) -> bool,
}

/// Plays on from random positions in two worlds that differ in the secret alone, and demands that every byte for every
/// viewer is the same in both until everyone knows it: views, events, refusals, legal moves, clocks, chips, and histories.
///
/// # Panics
/// Where they differ: with the difference, the inputs up to there, and the seed that repeats them.
#[expect(clippy::needless_pass_by_value, reason = "twins are written where they are checked")]
pub fn check<G: Game>(twins: Twins<G>) {
    let (wanted, mut positions) = (twins.laws.games, 0);
    // Not every random game comes to a secret.
    for seed in laws::seeds(wanted.saturating_mul(4)) {
        let mut chance = Chance::new(&twins.laws, seed);
        let mut world = chance.session();
        if reach_a_secret(&twins, &mut world, &mut chance) {
            let same = play(&twins, &mut world, &mut chance);
            laws::report(&world, seed, same);
            positions += 1;
        }
        if positions == wanted {
            return;
        }
    }
    let repeated = laws::seeds(2).count() == 1;
    assert!(repeated, "only {positions} of the games came to a secret");
}

/// Plays until there is a secret to exchange, and then, as often as not, a little on.
fn reach_a_secret<G: Game>(
    twins: &Twins<G>,
    world: &mut Session<G>,
    chance: &mut Chance<'_, G>,
) -> bool {
    for _ in 0..STEPS_BEFORE {
        let Choice { who, input, .. } = chance.choose(world);
        // Whether the game obeys the laws is another check's question.
        let _ = world.apply(who.as_ref(), input);
        if world.state().ended() {
            return false;
        }
        if has_secret(twins, world) && chance.one_in(2) {
            return true;
        }
    }
    false
}

fn has_secret<G: Game>(twins: &Twins<G>, world: &Session<G>) -> bool {
    let mut game = serde_json::to_value(world.state().game()).expect("a game is JSON");
    (twins.exchange)(&mut game)
}

fn play<G: Game>(
    twins: &Twins<G>,
    left: &mut Session<G>,
    chance: &mut Chance<'_, G>,
) -> Result<(), String> {
    let mut right = left.fork();
    right.alter(|game| assert!((twins.exchange)(game), "the secret was just there"));
    same(&looks(left), &looks(&right))?;
    for _ in 0..twins.laws.steps {
        let Choice { who, input, .. } = chance.choose(left);
        right.pass_until(left.now());
        let here = apply(left, who.as_ref(), input.clone());
        let there = apply(&mut right, who.as_ref(), input);
        let (known, known_too) =
            ((twins.known)(left.state().game()), (twins.known)(right.state().game()));
        demand(known == known_too, || "it depends on the secret when it is shown".into())?;
        if known {
            return Ok(());
        }
        same(&answer(here), &answer(there))?;
        same(&looks(left), &looks(&right))?;
    }
    Ok(())
}

/// What somebody's move comes to, for everyone, and in everyone's history.
fn apply<G: Game>(
    session: &mut Session<G>,
    who: Option<&Player>,
    input: Input<G::Action>,
) -> Result<Value, Rejected> {
    let applied = session.apply(who, input)?.clone();
    let state = session.state();
    let stranger = PlayerId(Uuid::nil());
    let viewers = state.players().seated().map(|(_, player)| player.id).chain([stranger]);
    let known = viewers.map(|id| Known::of(&applied, state, id, state.seen_by(id), None));
    let known: Vec<_> = known.collect();
    Ok(json!([told(&applied), known]))
}

/// All that a record tells, and the chips it moves, as JSON.
fn told<G: Game>(applied: &Applied<G>) -> Value {
    let effects = applied.effects.iter().map(|effect| match &effect.what {
        What::All(event) => json!([effect.seq, event]),
        What::One(player, event) => json!([effect.seq, player, event]),
        What::Each(each) | What::EachView(each) => {
            let each: Vec<_> =
                each.iter().map(|(who, event)| (format!("{who:?}"), event)).collect();
            json!([effect.seq, each])
        }
        What::Refresh(views) => {
            let views: Vec<_> =
                views.iter().map(|(who, view)| (format!("{who:?}"), view)).collect();
            json!([effect.seq, views])
        }
        What::Sent(event) => json!([effect.seq, event]),
        What::Chat => json!([effect.seq]),
    });
    json!([effects.collect::<Vec<_>>(), applied.transfers])
}

/// What was told, or what the sender was refused with, as JSON.
fn answer(answer: Result<Value, Rejected>) -> Value {
    answer.unwrap_or_else(|rejected| {
        let refusal = rejected.refusal();
        json!([refusal.code(), refusal.message()])
    })
}

/// All that anyone can look at, as JSON.
fn looks<G: Game>(session: &Session<G>) -> Value {
    let state = session.state();
    let seated: Vec<_> = state.players().seated().map(|(_, player)| player.id).collect();
    let views = seated.iter().map(|id| Audience::Player(*id)).chain([Audience::Spectators]);
    let views: Vec<_> = views.map(|who| state.view(who).ok()).collect();
    let legal: Vec<_> = seated.iter().map(|id| state.legal(*id)).collect();
    let alarm = state.next_alarm().map(|(at, _)| at);
    let stakes: Vec<_> = state.stakes().collect();
    json!([views, legal, alarm, stakes, state.len(), state.game().stage()])
}

fn same(left: &Value, right: &Value) -> Result<(), String> {
    let (left, right) = (left.to_string(), right.to_string());
    demand(left == right, || format!("the secret shows:\n{left}\n{right}"))
}
