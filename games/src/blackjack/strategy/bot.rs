//! A bot that plays basic strategy.

use crate::blackjack::{Blackjack, actions::Action, round::Stage, view::View};
use parlor_core::{Bot, Chips, Dice};

/// What it bets.
pub(super) const BET: Chips = Chips::new(10);

/// Plays basic strategy for the same bet in every round, and never takes insurance.
///
/// It follows the hint of its view, and holds nobody up: it is ready as soon as it has bet.
#[derive(Debug, Clone, Copy, Default)]
pub struct BasicStrategy {
    /// Whether it has placed the bet of this round.
    has_bet: bool,
}

impl Bot<Blackjack> for BasicStrategy {
    fn choose(&mut self, view: &View, legal: &[Action], _dice: &mut Dice) -> Option<Action> {
        self.decide(view, legal)
    }
}

impl BasicStrategy {
    /// What it does: nothing of it is left to chance.
    pub(super) fn decide(&mut self, view: &View, legal: &[Action]) -> Option<Action> {
        let chosen = match view.stage {
            Stage::Betting if !self.has_bet => Action::PlaceBet { bet: BET },
            Stage::Betting | Stage::Ending => Action::ReadyUp { ready: true },
            Stage::Dealing => Action::Action { r#move: view.hint? },
        };
        self.has_bet = view.stage == Stage::Betting;
        // Who is ready may only take that back.
        let may = matches!(chosen, Action::PlaceBet { .. }) || legal.contains(&chosen);
        may.then_some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::BasicStrategy;
    use crate::blackjack::Blackjack;
    use parlor_core::{Audience, Input, Player};
    use parlor_test::Session;
    use serde_json::json;

    /// Lets the bot do all that it wants to do now, and says how much that was.
    fn go_on(session: &mut Session<Blackjack>, bot: &mut BasicStrategy, as_: &Player) -> usize {
        let mut moves = 0;
        loop {
            let view = session.state().view(Audience::Player(as_.id)).expect("a view");
            let legal = session.state().legal(as_.id);
            let Some(action) = bot.decide(&view, &legal) else { return moves };
            session.apply(Some(as_), Input::Acted(action)).expect("what the rules allow");
            moves += 1;
        }
    }

    #[test]
    fn it_bets_is_ready_and_waits_for_the_others() {
        let mut session = Session::<Blackjack>::new(json!(null), 1).expect("a table");
        let [alice, bot] = ["alice", "bot"].map(|name| session.join(name).expect("a chair"));
        let mut mind = BasicStrategy::default();
        for _ in 0..200 {
            assert_eq!(go_on(&mut session, &mut mind, &bot), 2, "it bets, and is ready");
            assert_eq!(go_on(&mut session, &mut mind, &bot), 0, "it takes neither back");
            let row = &session.view(None)["players"][1];
            assert_eq!(*row, json!({"player": "bot", "bet": "10.00", "ready": true}));
            session.send(&alice, "ready_up", json!({"ready": true})).expect("ready");
            go_on(&mut session, &mut mind, &bot);
            let view = session.view(None);
            assert_eq!(view["stage"], "ending", "it is done with its hands: {view}");
            assert_eq!(view["hands"][0]["insurance"], json!(null));
            assert_eq!(go_on(&mut session, &mut mind, &bot), 0, "it is ready for the next round");
            session.send(&alice, "ready_up", json!({"ready": true})).expect("ready");
        }
    }

    #[test]
    fn it_goes_on_where_another_one_stopped() {
        let mut session = Session::<Blackjack>::new(json!(null), 1).expect("a table");
        let [_, bot] = ["alice", "bot"].map(|name| session.join(name).expect("a chair"));
        for _ in 0..2 {
            // What a bot remembers is gone after a restart.
            go_on(&mut session, &mut BasicStrategy::default(), &bot);
        }
        assert_eq!(session.balance(&bot), "990.00", "the same bet");
    }
}
