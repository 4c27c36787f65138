//! A session's state: a move is a transaction on a copy, and a replay gives the same again.

use crate::{
    Alarm, Ask, Audience, Chips, Cover, Dice, Effect, Game, Input, Outcome, Player, PlayerId,
    Players, Record, Refusal, Table, Transfer, Turn, What,
    alarm::Setting,
    table::{Kept, Moment, Told},
};
use sha2::{Digest, Sha256};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// How long after a recovery no alarm rings, in milliseconds: players need the time to come back.
const AFTER_RECOVERY: i64 = 15_000;

/// What a table asks for from outside: seeds, and whether a stake is covered.
pub trait Outside: Send {
    /// 32 fresh bytes.
    fn seed(&mut self) -> [u8; 32];
    /// Reserves the amount from what the player can spend, where that covers it.
    fn stake(&mut self, player: PlayerId, amount: Chips) -> Cover;
}

/// Something that happens: who, what, and when.
#[derive(Debug, Clone)]
pub struct Happening<G: Game> {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who caused it.
    pub who: Option<Player>,
    /// What it is.
    pub input: Input<G::Action>,
    /// What its sender calls it, where the sender wants to know of it exactly once.
    pub id: Option<String>,
}

/// What applying a record came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied<G: Game> {
    /// The record, for the journal.
    pub record: Record<G>,
    /// The chips that move with it.
    pub transfers: Vec<Transfer>,
    /// What is told.
    pub effects: Vec<Effect<G>>,
    /// What the game has [made public](Table::prove) of its draws.
    pub proofs: Vec<serde_json::Value>,
}

/// Why something that happened was not applied; the state is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The game failed: it panicked, or refused after it had drawn from the dice.
    #[error("{0}")]
    Fault(String),
}

impl Rejected {
    /// What the sender is told.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Fault(_) => Refusal::internal(),
        }
    }
}

/// A session's state: the game, and the table it is played at.
#[derive(Debug, Clone)]
pub struct State<G: Game> {
    game: G,
    table: Table<G>,
}

impl<G: Game> State<G> {
    /// A new session.
    ///
    /// # Errors
    /// Options the game refuses, or a game that fails.
    pub fn create(
        happening: Happening<G>,
        outside: Box<dyn Outside>,
    ) -> Result<(Self, Applied<G>), Rejected> {
        let Input::Created { options, timing, .. } = &happening.input else {
            return Err(Rejected::Fault("a session begins with its creation".into()));
        };
        let table = Table::new(options.clone(), *timing);
        let mut state = Self { game: G::default(), table };
        let applied = state.apply(happening, outside)?;
        Ok((state, applied))
    }

    /// Applies what happens, on a copy: where it is rejected, nothing has changed.
    ///
    /// What `outside` has reserved for a rejected happening is for the caller to undo.
    ///
    /// # Errors
    /// [`Rejected`] says why.
    pub fn apply(
        &mut self,
        happening: Happening<G>,
        outside: Box<dyn Outside>,
    ) -> Result<Applied<G>, Rejected> {
        let mut next = self.clone();
        let played = catch_unwind(AssertUnwindSafe(|| {
            let told = next.play(&happening, outside)?;
            Ok(next.render(told))
        }));
        let drawn = next.table.moment.drawn();
        let effects = match played {
            Ok(Ok(effects)) => effects,
            Ok(Err(refusal)) if drawn => {
                return Err(Rejected::Fault(format!("refused after dice were drawn: {refusal}")));
            }
            Ok(Err(refusal)) => return Err(Rejected::Refused(refusal)),
            Err(panic) => return Err(fault(&*panic)),
        };
        let Moment { observed, transfers, proofs, .. } = std::mem::take(&mut next.table.moment);
        *self = next;
        let Happening { who, input, id, .. } = happening;
        let (seq, at, count) = (self.table.kept.seq, self.table.kept.now, self.table.kept.effects);
        let record = Record { seq, at, who, input, id, observed, effects: count };
        Ok(Applied { record, transfers, effects, proofs })
    }

    fn play(
        &mut self,
        happening: &Happening<G>,
        outside: Box<dyn Outside>,
    ) -> Result<Vec<Told<G>>, Refusal> {
        let (game, table) = (&mut self.game, &mut self.table);
        let Happening { at, who, input, .. } = happening;
        table.moment = Moment { outside: Some(outside), ..Moment::default() };
        table.kept.seq += 1;
        table.kept.now = table.kept.now.max(*at);
        let who = || who.as_ref().ok_or_else(Refusal::internal);
        let event = match input {
            Input::Created { .. } => {
                table.new_seed();
                *game = G::new(table)?;
                let unread = !table.moment.options_read && !no_options(&table.kept.options);
                crate::ensure!(!unread, Refusal::invalid_data("options: this game takes none"));
                None
            }
            Input::Joined => {
                table.kept.players_mut().sit(who()?, G::MAX_PLAYERS)?;
                game.add_player(who()?, table)?;
                table.refresh();
                None
            }
            Input::Left => {
                game.remove_player(who()?, table);
                table.kept.players_mut().stand(who()?.id);
                table.refresh();
                None
            }
            Input::Watched => {
                table.kept.players_mut().watch(who()?);
                table.refresh();
                None
            }
            Input::Unwatched => {
                table.kept.players_mut().unwatch(who()?.id);
                table.refresh();
                None
            }
            Input::Renamed => {
                table.kept.players_mut().rename(who()?);
                table.refresh();
                None
            }
            Input::Acted(action) => {
                crate::ensure!(table.players().seat(who()?.id).is_some(), Refusal::not_seated());
                game.handle(action.clone(), &mut Turn { player: who()?, table })?
            }
            Input::Woke { alarm, generation } => {
                let fresh = table.kept.alarms.ring(alarm, *generation);
                crate::ensure!(fresh, Refusal::illegal_move("this alarm was set anew"));
                game.wake(Alarm(alarm.clone()), table)?
            }
            Input::Said { .. } => {
                table.moment.told.push(Told::Now(What::Chat));
                None
            }
            Input::Sent(event) => {
                table.moment.told.push(Told::Now(What::Sent(event.clone())));
                None
            }
            Input::Resumed => {
                let at = table.kept.now + AFTER_RECOVERY;
                table.kept.alarms.not_before(at);
                table.kept.ends_at = table.kept.ends_at.map(|ends| ends.max(at));
                None
            }
            Input::Closed => {
                close(game, table);
                let staked: Vec<_> = table.kept.stakes.iter().collect();
                for (player, amount) in staked {
                    table.give_back(player, amount);
                }
                table.kept.alarms.clear();
                table.kept.ended = true;
                None
            }
        };
        let mut told = std::mem::take(&mut table.moment.told);
        told.extend(event.map(|event| Told::Now(What::All(event))));
        Ok(told)
    }

    fn render(&mut self, told: Vec<Told<G>>) -> Vec<Effect<G>> {
        let mut effects = Vec::with_capacity(told.len());
        for told in told {
            self.table.kept.effects += 1;
            let what = match told {
                Told::Now(what) => what,
                Told::Refresh => What::Refresh(self.views()),
            };
            effects.push(Effect { seq: self.table.kept.effects, what });
        }
        effects
    }

    fn views(&self) -> Vec<(Audience, G::View)> {
        let render = |audience| {
            let viewer = self.table.viewer(audience)?;
            Some((audience, self.game.view(&self.table, viewer)))
        };
        Audience::all(self.players()).into_iter().filter_map(render).collect()
    }
}

/// Lets the game show what was secret until now. One that fails here keeps nobody's chips: it has shown nothing then.
fn close<G: Game>(game: &mut G, table: &mut Table<G>) {
    let before = (game.clone(), table.kept.clone());
    // Without an outside nothing can be staked any more.
    table.moment.outside = None;
    if catch_unwind(AssertUnwindSafe(|| game.close(table))).is_err() {
        (*game, table.kept) = before;
        table.moment = Moment::default();
    }
}

/// Reading.
impl<G: Game> State<G> {
    /// The game as it stands.
    pub fn game(&self) -> &G {
        &self.game
    }

    /// The table as it stands.
    pub fn table(&self) -> &Table<G> {
        &self.table
    }

    /// Who is at the table.
    pub fn players(&self) -> &Players {
        self.table.players()
    }

    /// The same, shared: for as long as somebody holds on to them, players that have changed are others.
    pub fn shared_players(&self) -> &Arc<Players> {
        &self.table.kept.players
    }

    /// The number of the last record.
    pub fn seq(&self) -> u64 {
        self.table.kept.seq
    }

    /// The number of the last effect.
    pub fn effects(&self) -> u64 {
        self.table.kept.effects
    }

    /// Whether the game has ended the session.
    pub fn ended(&self) -> bool {
        self.table.kept.ended
    }

    /// The game's stage; empty where the game fails to say.
    pub fn stage(&self) -> &'static str {
        guarded(|| Ok(self.game.stage())).unwrap_or_default()
    }

    /// What is staked, by player.
    pub fn stakes(&self) -> impl Iterator<Item = (PlayerId, Chips)> {
        self.table.kept.stakes.iter()
    }

    /// What the session's clock will do next: when, in milliseconds since 1970, and the input that it then is.
    pub fn next_alarm(&self) -> Option<(i64, Input<G::Action>)> {
        let kept = &self.table.kept;
        let alarm = kept.alarms.next().map(|(alarm, Setting { at, generation })| {
            (at, Input::Woke { alarm: alarm.to_owned(), generation })
        });
        let end = kept.ends_at.filter(|_| !kept.ended).map(|at| (at, Input::Closed));
        alarm.into_iter().chain(end).min_by_key(|(at, _)| *at)
    }

    /// What `audience` may know now.
    ///
    /// # Errors
    /// [`Rejected::Fault`] where the game fails to say.
    pub fn view(&self, audience: Audience) -> Result<G::View, Rejected> {
        guarded(|| {
            let viewer = self.table.viewer(audience).ok_or_else(Refusal::not_seated)?;
            Ok(self.game.view(&self.table, viewer))
        })
    }

    /// What this player may do now: nothing for one who has no seat in the round.
    pub fn legal(&self, player: PlayerId) -> Vec<G::Action> {
        let seated = self.players().iter().find(|(_, p)| p.id == player);
        seated.map_or_else(Vec::new, |(_, player)| self.game.legal(&self.table, player))
    }

    /// What a bot goes by: what is seen from its seat, and what it may do there.
    ///
    /// # Errors
    /// [`Rejected`] where it has no seat, or the game fails to say.
    pub fn position(&self, bot: PlayerId) -> Result<(G::View, Vec<G::Action>), Rejected> {
        Ok((self.view(Audience::Player(bot))?, guarded(|| Ok(self.legal(bot)))?))
    }

    /// The dice of a bot that is to choose as the state stands. They are the same in every replay, and have nothing to do with
    /// those that the game will throw: who draws from them knows no card that is to come.
    pub fn dice_of(&self, bot: PlayerId) -> Dice {
        let Kept { seed, seq, .. } = &self.table.kept;
        let own = Sha256::new().chain_update(b"bot").chain_update(seed).chain_update(bot.0);
        Dice::new(own.finalize().into(), *seq)
    }

    /// Whether the game has said when the session ends.
    pub fn is_ending(&self) -> bool {
        self.table.kept.ends_at.is_some()
    }

    /// How many play here, as the game counts.
    pub fn len(&self) -> usize {
        self.game.len(&self.table)
    }

    /// Whether nobody plays here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a message of this type only reads.
    pub fn is_query(kind: &str) -> bool {
        G::QUERIES.contains(&kind)
    }

    /// Answers an action that only reads.
    ///
    /// # Errors
    /// A refusal of the game's, or [`Rejected::Fault`] where the game fails.
    pub fn query(
        &self,
        action: G::Action,
        user: &Player,
        balance: Chips,
        audience: Audience,
    ) -> Result<Option<G::Event>, Rejected> {
        guarded(|| -> Outcome<G::Event> {
            let viewer = self.table.viewer(audience).ok_or_else(Refusal::not_seated)?;
            self.game.query(action, &Ask { user, balance, viewer, table: &self.table })
        })
    }

    /// SHA-256 of all there is to know of the state, in hexadecimal.
    pub fn hash(&self) -> String {
        let whole = serde_json::to_vec(&(&self.game, &self.table.kept));
        hex(&Sha256::digest(whole.expect("a state can be written as JSON")))
    }

    /// The state as it is kept in a snapshot.
    pub fn snapshot(&self) -> String {
        serde_json::to_string(&(&self.game, &self.table.kept))
            .expect("a state can be written as JSON")
    }

    /// A state from its snapshot.
    ///
    /// # Errors
    /// A text that is no snapshot of this game.
    pub fn from_snapshot(snapshot: &str) -> Result<Self, serde_json::Error> {
        let (game, kept) = serde_json::from_str(snapshot)?;
        Ok(Self { game, table: Table { kept, moment: Moment::default() } })
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn no_options(options: &serde_json::Value) -> bool {
    options.is_null() || options.as_object().is_some_and(serde_json::Map::is_empty)
}

fn guarded<T>(read: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Rejected> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(Rejected::Refused),
        Err(panic) => Err(fault(&*panic)),
    }
}

fn fault(panic: &(dyn Any + Send)) -> Rejected {
    Rejected::Fault(format!("the game panicked: {}", panic_text(panic)))
}

/// What was said when something panicked.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a word")
}
