//! Bots come and go, make room for people, and move.

use super::Actor;
use crate::session::{
    bots::{Thought, newcomer},
    command::Named,
    gate::Delivery,
    watch::Doing,
};
use parlor_core::{Game, Happening, Input, Player, PlayerId, Refusal, State};
use std::cmp::Reverse;

impl<G: Game> Actor<G> {
    /// A new bot takes a seat, like anyone.
    pub(super) async fn add_bot(&mut self, added: Named) {
        self.bots.keep_company(self.timers.clock());
        let bot = newcomer(self.state.players());
        let name = bot.name.clone();
        let joined = self.happen(Some(bot), Input::Joined, None).await;
        self.answer_by_name(added, joined.map(|()| name));
    }

    /// The bot of that name gives up its seat.
    pub(super) async fn remove_bot(&mut self, name: String, removed: Named) {
        let named = self.state.players().bots().find(|(_, bot)| bot.name == name);
        let result = match named.map(|(_, bot)| bot.clone()) {
            Some(bot) => {
                self.give_up_seat(bot, None, None).await;
                Ok(name)
            }
            None => Err(Refusal::new("no_such_bot", "there is no bot of this name at the table")),
        };
        self.answer_by_name(removed, result);
    }

    fn answer_by_name(&mut self, named: Named, result: Result<String, Refusal>) {
        self.pass(Delivery::Answer(Box::new(move || drop(named.send(result)))));
    }

    /// Bots that this program does not know how to drive give up their seats: an earlier one did.
    pub(super) async fn dismiss_unknown_bots(&mut self) {
        if self.bots.are_known() {
            return;
        }
        let unknown: Vec<_> = self.state.players().bots().map(|(_, bot)| bot.clone()).collect();
        for bot in unknown {
            let (session, name) = (self.meta.id, &bot.name);
            tracing::warn!(%session, bot = name, "this program has no bots for the game: it leaves");
            self.give_up_seat(bot, None, None).await;
        }
    }

    /// The user takes a seat: an empty one, or else one that a bot gives up for it.
    pub(super) async fn sit(&mut self, user: Player) -> Result<(), Refusal> {
        match self.happen(Some(user.clone()), Input::Joined, None).await {
            Err(full) if full.code() == "session_full" => {
                let bot = self.bot_to_go(&user).ok_or(full)?;
                self.give_up_seat(bot, None, None).await;
                self.happen(Some(user), Input::Joined, None).await
            }
            result => result,
        }
    }

    /// Whether the user would get a seat now, and as what: the session as it would stand then.
    pub(super) fn as_if_seated(&self, user: &Player) -> Result<State<G>, Refusal> {
        match self.as_if(&[(user, Input::Joined)]) {
            Err(full) if full.code() == "session_full" => {
                let bot = self.bot_to_go(user).ok_or(full)?;
                self.as_if(&[(&bot, Input::Left), (user, Input::Joined)])
            }
            result => result,
        }
    }

    /// The bot that gives up its seat for this user: rather one that waits for the next round than one that plays, rather
    /// one with little at stake, and rather one that sits further down. None, where that would not help.
    fn bot_to_go(&self, user: &Player) -> Option<Player> {
        let players = self.state.players();
        let mut bots: Vec<_> = players.bots().collect();
        bots.sort_by_key(|(seat, bot)| {
            let plays = players.seat(bot.id).is_some();
            (plays, self.state.table().staked(bot.id), Reverse(*seat))
        });
        let helps =
            |bot: &&Player| self.as_if(&[(bot, Input::Left), (user, Input::Joined)]).is_ok();
        bots.into_iter().map(|(_, bot)| bot).find(helps).cloned()
    }

    /// The session as it would stand after these inputs; nothing changes.
    fn as_if(&self, inputs: &[(&Player, Input<G::Action>)]) -> Result<State<G>, Refusal> {
        let mut state = self.state.clone();
        for (who, input) in inputs {
            if state.ended() {
                return Err(Refusal::session_full());
            }
            let (at, input) = (self.timers.clock().now(), input.clone());
            let doing = Doing::Input(input.clone());
            let happening = Happening { at, who: Some((*who).clone()), input, id: None };
            let outside = self.desk.outside();
            let (tried, _) = self.watched.during(doing, || state.apply(happening, outside));
            self.desk.undo();
            tried.map_err(|rejected| rejected.refusal())?;
        }
        Ok(state)
    }

    /// A bot looks at the table, and chooses what to do.
    pub(super) async fn bot_looks(&mut self, bot: PlayerId) {
        let position = || self.state.position(bot);
        match self.watched.during(Doing::View, position).0 {
            Ok(position) => self.bots.look(bot, position, self.state.dice_of(bot)),
            Err(rejected) => self.bot_fails(bot, &rejected.to_string()).await,
        }
    }

    /// A bot has chosen. Its move is judged like anyone's; one that breaks the rules ends its stay.
    pub(super) async fn bot_has_thought(&mut self, thought: Thought<G>) {
        let Thought { bot, position, chosen } = thought;
        let (chosen, mind) = match chosen {
            Ok(chosen) => chosen,
            Err(panic) => return self.bot_fails(bot, &format!("it panicked: {panic}")).await,
        };
        let stays = self.bots.has_thought(bot, mind, &self.state, self.timers.clock());
        let player = self.state.players().get(bot).filter(|_| stays && !self.over).cloned();
        let (Some(action), Some(player)) = (chosen, player) else { return };
        let (move_text, input) = (format!("{action:?}"), Input::Acted(action));
        match self.happen(Some(player), input, None).await {
            Ok(()) => {
                self.shared.metrics.bot_moves.inc();
            }
            // What it looked at is not what is there any more: it looks again.
            Err(_) if self.state.position(bot).is_ok_and(|now| now != position) => {}
            Err(refusal) => {
                self.bot_fails(bot, &format!("{move_text} is refused: {refusal}")).await;
            }
        }
    }

    /// A bot that does not work leaves the table, and the others play on.
    async fn bot_fails(&mut self, bot: PlayerId, why: &str) {
        let seated = self.state.players().get(bot).filter(|_| !self.over);
        if let Some(player) = seated.cloned() {
            let (session, game, bot) = (self.meta.id, G::NAME, &player.name);
            tracing::error!(%session, game, bot, why, "a bot fails, and leaves the table");
            self.give_up_seat(player, None, None).await;
        }
    }
}
