//! A session again, from its records: the same state, and the same effects.

use crate::{Applied, Chips, Cover, Game, Happening, Observed, Outside, PlayerId, Record, State};
use std::collections::VecDeque;

impl<G: Game> State<G> {
    /// Rebuilds a session from its records, and hands each record's effects to `told`.
    ///
    /// # Errors
    /// A record that can't be applied again, or comes to something else than it did.
    pub fn replay(
        records: impl IntoIterator<Item = Record<G>>,
        mut told: impl FnMut(&Applied<G>),
    ) -> Result<Self, Unreplayable> {
        let mut records = records.into_iter();
        let nothing = || Unreplayable { seq: 0, reason: "there are no records".into() };
        let first = records.next().ok_or_else(nothing)?;
        let (happening, outside) = again(&first);
        let (mut state, applied) =
            Self::create(happening, outside).map_err(|why| wrong(&first, &why))?;
        same(&first, &applied)?;
        told(&applied);
        state.catch_up(records, told)?;
        Ok(state)
    }

    /// Applies the records that come after this state, as a snapshot has it.
    ///
    /// # Errors
    /// A record that can't be applied again, or comes to something else than it did.
    pub fn catch_up(
        &mut self,
        records: impl IntoIterator<Item = Record<G>>,
        mut told: impl FnMut(&Applied<G>),
    ) -> Result<(), Unreplayable> {
        for record in records {
            let (happening, outside) = again(&record);
            let applied = self.apply(happening, outside).map_err(|why| wrong(&record, &why))?;
            same(&record, &applied)?;
            told(&applied);
        }
        Ok(())
    }
}

/// What happened, and what the outside said of it.
fn again<G: Game>(record: &Record<G>) -> (Happening<G>, Box<dyn Outside>) {
    let Record { at, who, input, id, observed, .. } = record.clone();
    (Happening { at, who, input, id }, Box::new(Retold(observed.into())))
}

fn same<G: Game>(record: &Record<G>, applied: &Applied<G>) -> Result<(), Unreplayable> {
    let differs = "it came to something else when it was first applied";
    if applied.record == *record { Ok(()) } else { Err(wrong(record, &differs)) }
}

fn wrong<G: Game>(record: &Record<G>, reason: &impl ToString) -> Unreplayable {
    Unreplayable { seq: record.seq, reason: reason.to_string() }
}

/// A record that can't be applied again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} can't be applied again: {reason}")]
pub struct Unreplayable {
    /// The record's number.
    pub seq: u64,
    /// What went wrong.
    pub reason: String,
}

/// What the outside said when the record was made.
struct Retold(VecDeque<Observed>);

impl Outside for Retold {
    fn seed(&mut self) -> [u8; 32] {
        match self.0.pop_front() {
            Some(Observed::Seed(seed)) => seed,
            other => panic!("a seed is asked for, and the record tells {other:?}"),
        }
    }

    fn stake(&mut self, _player: PlayerId, _amount: Chips) -> Cover {
        match self.0.pop_front() {
            Some(Observed::Stake(covered)) => covered.into(),
            Some(Observed::Limited(why)) => Cover::Limited(why),
            other => panic!("a stake is asked for, and the record tells {other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Chips, Cover, Game, Happening, Input, Outcome, Outside, Player, PlayerId, Record, State,
        Table, Turn, Viewer, message, table::Timing, view,
    };
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    /// A game that goes on where a stake is refused, and remembers why.
    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Stubborn {
        why: Vec<String>,
    }

    #[message]
    enum Action {
        Stake { bet: Chips },
    }

    #[message]
    enum Event {}

    #[view]
    struct Seen {
        players: Vec<String>,
    }

    impl Game for Stubborn {
        const NAME: &'static str = "stubborn";
        type Action = Action;
        type Event = Event;
        type View = Seen;

        fn handle(
            &mut self,
            Action::Stake { bet }: Action,
            turn: &mut Turn<Self>,
        ) -> Outcome<Event> {
            let player = turn.player().id;
            if let Err(refusal) = turn.stake(player, bet) {
                self.why.push(format!("{}: {refusal}", refusal.code()));
            }
            Ok(None)
        }

        fn view(&self, table: &Table<Self>, _: Viewer) -> Seen {
            Seen { players: table.players().iter().map(|(_, p)| p.name.clone()).collect() }
        }
    }

    /// Ten chips, and a limit of five.
    struct Purse;

    impl Outside for Purse {
        fn seed(&mut self) -> [u8; 32] {
            [7; 32]
        }

        fn stake(&mut self, _: PlayerId, amount: Chips) -> Cover {
            match amount {
                few if few <= Chips::new(5) => Cover::Full,
                some if some <= Chips::new(10) => Cover::Limited("five is enough".into()),
                _ => Cover::Short,
            }
        }
    }

    #[test]
    fn a_name_and_a_limit_are_told_again_as_they_were() {
        let ann = |name: &str| Player { id: PlayerId(Uuid::from_u128(1)), name: name.into() };
        let timing = Timing { turn: 0, ending: 0 };
        let created = Input::Created { options: serde_json::Value::Null, timing, rules: 1 };
        let happening = |who, input| Happening { at: 0, who, input, id: None };
        let (mut state, first) =
            State::<Stubborn>::create(happening(None, created), Box::new(Purse)).expect("a table");
        let stake = |chips| Input::Acted(Action::Stake { bet: Chips::new(chips) });
        let mut records = vec![first.record];
        for (name, input) in [
            ("guest", Input::Joined),
            ("guest", stake(3)),
            ("Ann", Input::Renamed),
            ("Ann", stake(7)),
            ("Ann", stake(11)),
        ] {
            let applied = state.apply(happening(Some(ann(name)), input), Box::new(Purse));
            records.push(applied.expect("it is applied").record);
        }
        let told = [
            "limit_reached: five is enough",
            "insufficient_funds: you have not got 11.00 to stake",
        ];
        assert_eq!(state.game().why, told);
        let lines: Vec<String> =
            records.iter().map(|record| serde_json::to_string(record).expect("JSON")).collect();
        let renamed = r#""input":{"type":"renamed"},"observed":[]"#;
        assert!(lines[3].contains(renamed) && lines[3].contains("Ann"), "{}", lines[3]);
        assert!(lines[2].contains(r#""observed":[{"stake":true}]"#), "as it always was");
        let again = lines.iter().map(|line| serde_json::from_str::<Record<Stubborn>>(line));
        let again = again.collect::<Result<Vec<_>, _>>().expect("records");
        let again = State::replay(again, |_| ()).expect("the same again");
        assert_eq!(again.hash(), state.hash());
        assert_eq!(again.players().get(ann("").id).map(|p| &*p.name), Some("Ann"));
    }
}
