//! The bots at one table: when each of them looks at the table, and what it thinks of.
//!
//! Who they are stands in the session's state, as all players do; here is what drives them. A bot looks at the table a
//! moment after something has happened there. What it does then it chooses beside the session's task, so that one that
//! thinks for long holds up nobody.

use super::clock::SessionClock;
use parlor_core::{Bot, Dice, Game, Player, PlayerId, Players, State, state::panic_text};
use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc, task, time::Instant};

/// How long a bot takes for a move at the least, in milliseconds: people want to see what happens.
const PAUSE: u64 = 700;

/// How much longer it may be, so that several do not move as one.
const LONGER: u32 = 800;

/// How long they play on after a person has done something last: one who has fallen asleep at the table is no company.
const COMPANY: Duration = Duration::from_secs(600);

/// What bots are called, short enough for a seat. Nobody can sign up by such a name: it has a space in it.
const NAMES: [&str; 16] = [
    "Ada", "Blaise", "Carl", "Daniel", "Emmy", "Felix", "Grace", "Hypatia", "Isaac", "Jakob",
    "Kurt", "Lise", "Maryam", "Norbert", "Omar", "Sofia",
];

/// Makes a bot that has not seen anything yet.
pub(crate) type MakeBot<G> = Arc<dyn Fn() -> Box<dyn Bot<G>> + Send + Sync>;

/// The bots of one table.
pub(super) struct Bots<G: Game> {
    make: Option<MakeBot<G>>,
    minds: BTreeMap<PlayerId, Mind<G>>,
    /// Until when somebody is there to play with.
    company: Option<Instant>,
    thoughts: (mpsc::UnboundedSender<BoxThought<G>>, mpsc::UnboundedReceiver<BoxThought<G>>),
}

/// What one bot is about.
enum Mind<G: Game> {
    /// It has nothing to do until something happens.
    Rests(Box<dyn Bot<G>>),
    /// It looks at the table at that time.
    Looks(Box<dyn Bot<G>>, Instant),
    /// It chooses, and whether something has happened since it has looked.
    Thinks { disturbed: bool },
}

/// What a bot goes by: what it sees, and what it may do.
pub(super) type Position<G> = (<G as Game>::View, Vec<<G as Game>::Action>);

/// What a bot came to.
pub(super) struct Thought<G: Game> {
    pub(super) bot: PlayerId,
    pub(super) position: Position<G>,
    pub(super) chosen: Chosen<G>,
}

/// A thought on its way. A channel makes room for many at once, and few tables have bots.
type BoxThought<G> = Box<Thought<G>>;

/// What a bot does, and the bot; or what it panicked with.
type Chosen<G> = Result<(Option<<G as Game>::Action>, Box<dyn Bot<G>>), String>;

impl<G: Game> fmt::Debug for Bots<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bots({})", self.minds.len())
    }
}

impl<G: Game> Bots<G> {
    pub(super) fn new(make: Option<MakeBot<G>>) -> Self {
        Self { make, minds: BTreeMap::new(), company: None, thoughts: mpsc::unbounded_channel() }
    }

    /// Whether the game has bots.
    pub(super) fn are_known(&self) -> bool {
        self.make.is_some()
    }

    /// A person has done something, or is about to.
    pub(super) fn keep_company(&mut self, clock: &SessionClock) {
        if self.make.is_some() {
            self.company = Some(clock.instant_now() + COMPANY);
        }
    }

    /// Something has happened: each bot at the table looks at it in a moment. Where no person has a seat, or those who have
    /// one do nothing for long, they have nobody to play with, and rest.
    pub(super) fn stir(&mut self, state: &State<G>, clock: &SessionClock) {
        let Some(make) = &self.make else { return };
        let players = state.players();
        self.minds.retain(|bot, _| players.contains(*bot));
        let now = clock.instant_now();
        let left = self.company.is_none_or(|until| until < now);
        let alone = left || players.bots().count() == players.len();
        for (_, &Player { id: bot, .. }) in players.bots() {
            let mind = self.minds.remove(&bot).unwrap_or_else(|| Mind::Rests(make()));
            let stirred = match mind {
                Mind::Thinks { .. } => Mind::Thinks { disturbed: true },
                Mind::Rests(mind) | Mind::Looks(mind, _) if alone => Mind::Rests(mind),
                Mind::Rests(mind) => Mind::Looks(mind, now + pause(&mut state.dice_of(bot))),
                looks @ Mind::Looks(..) => looks,
            };
            self.minds.insert(bot, stirred);
        }
    }

    /// Which bot looks at the table next, and when.
    pub(super) fn next(&self) -> Option<(Instant, PlayerId)> {
        let due = |(bot, mind): (&PlayerId, &Mind<G>)| match mind {
            Mind::Looks(_, at) => Some((*at, *bot)),
            Mind::Rests(_) | Mind::Thinks { .. } => None,
        };
        self.minds.iter().filter_map(due).min()
    }

    /// Lets a bot choose, beside the session's task; one that may do nothing rests.
    pub(super) fn look(&mut self, bot: PlayerId, position: Position<G>, mut dice: Dice) {
        let mut mind = match self.minds.remove(&bot) {
            Some(Mind::Looks(mind, _)) if !position.1.is_empty() => mind,
            Some(Mind::Looks(mind, _)) => return drop(self.minds.insert(bot, Mind::Rests(mind))),
            Some(other) => return drop(self.minds.insert(bot, other)),
            None => return,
        };
        self.minds.insert(bot, Mind::Thinks { disturbed: false });
        let thoughts = self.thoughts.0.clone();
        task::spawn_blocking(move || {
            let (view, legal) = &position;
            let choose = || mind.choose(view, legal, &mut dice);
            let chosen = catch_unwind(AssertUnwindSafe(choose)).map(|chosen| (chosen, mind));
            let chosen = chosen.map_err(|panic| panic_text(&*panic).to_owned());
            // Where the session is gone meanwhile, nobody wants to know.
            let _ = thoughts.send(Box::new(Thought { bot, position, chosen }));
        });
    }

    /// What the next bot came to that has thought.
    pub(super) async fn thought(&mut self) -> Option<BoxThought<G>> {
        self.thoughts.1.recv().await
    }

    /// A bot has thought, and looks at the table again where something has happened meanwhile. False where it has left.
    pub(super) fn has_thought(
        &mut self,
        bot: PlayerId,
        mind: Box<dyn Bot<G>>,
        state: &State<G>,
        clock: &SessionClock,
    ) -> bool {
        let Some(Mind::Thinks { disturbed }) = self.minds.remove(&bot) else { return false };
        self.minds.insert(bot, Mind::Rests(mind));
        if disturbed {
            self.stir(state, clock);
        }
        true
    }

    /// Whether any of them is about to choose.
    pub(super) fn think(&self) -> bool {
        self.minds.values().any(|mind| matches!(mind, Mind::Thinks { .. }))
    }
}

fn pause(dice: &mut Dice) -> Duration {
    Duration::from_millis(PAUSE + u64::from(dice.below(LONGER)))
}

/// A bot that nobody has met, by a name that nobody at the table has.
pub(super) fn newcomer(players: &Players) -> Player {
    let mut names = (1..).flat_map(|round| NAMES.map(|name| bot_name(name, round)));
    let free = |name: &String| players.seated().all(|(_, player)| player.name != *name);
    let name = names.find(free).unwrap_or_default();
    Player { id: PlayerId::of_bot(*uuid::Uuid::new_v4().as_bytes()), name }
}

fn bot_name(name: &str, round: u32) -> String {
    match round {
        1 => format!("{name} (bot)"),
        _ => format!("{name} {round} (bot)"),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, bot_name};

    #[test]
    fn no_two_bots_at_a_table_have_one_name_and_no_person_can_have_it() {
        let mut names: Vec<String> =
            (1..=2).flat_map(|round| NAMES.map(|name| bot_name(name, round))).collect();
        assert!(names.iter().all(|name| name.len() <= 20 && name.contains(' ')), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 2 * NAMES.len());
    }
}
