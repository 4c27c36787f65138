//! A small game with everything that a site written on Django Channels has: `docs/from-django-channels.md` shows it piece by
//! piece, beside the Python that it takes the place of.
//!
//! `cargo run -p parlor --example from_django`, then open <http://127.0.0.1:8000>.

use parlor::axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use parlor::{Summary, prelude::*};
use std::{collections::BTreeMap, process::ExitCode};

// The game: what was the class derived from `Game`, with the updater's functions as methods.

const LEAST_BET: Chips = Chips::new(1);
const MOST_BET: Chips = Chips::new(100);

/// Everyone bets and is dealt one card; the highest takes all bets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct HighCard {
    hands: BTreeMap<PlayerId, Hand>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Hand {
    bet: Chips,
    card: u32,
}

/// What a player may send.
#[message]
enum Action {
    /// `{"type":"place_bet","data":{"bet":"10.00"}}`
    PlaceBet { bet: Chips },
    /// `{"type":"peek"}`
    Peek,
    /// `{"type":"request_user_balance"}`
    RequestUserBalance,
}

/// What players are told.
#[message]
enum Event {
    /// `{"type":"showdown","data":{"winner":"ann","card":12,"pot":"20.00"}}`
    Showdown { winner: String, card: u32, pot: Chips },
    /// `{"type":"your_card","data":{"card":12}}`
    YourCard { card: u32 },
    /// `{"type":"balance","data":{"balance":"990.00"}}`
    Balance { balance: Chips },
    /// `{"type":"notice","data":{"text":"…"}}`
    Notice { text: String },
}

/// What one viewer sees of the table.
#[view]
struct Felt {
    players: Vec<Place>,
    spectating: Vec<String>,
}

/// One player, as one viewer sees that player.
#[view]
struct Place {
    player: String,
    bet: Option<Chips>,
    /// The viewer's own; another's is nobody's business.
    card: Option<u32>,
}

impl Game for HighCard {
    const NAME: &'static str = "high-card";
    const TITLE: &'static str = "High card";
    const MIN_PLAYERS: usize = 2;
    const MAX_PLAYERS: usize = 6;
    const QUERIES: &'static [&'static str] = &["request_user_balance"];

    type Action = Action;
    type Event = Event;
    type View = Felt;

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        match action {
            Action::PlaceBet { bet } => self.place_bet(bet, turn),
            Action::Peek => self.peek(turn),
            Action::RequestUserBalance => Err("a balance is asked for, and changes nothing".into()),
        }
    }

    fn query(&self, _action: Action, ask: &Ask<Self>) -> Outcome<Event> {
        Ok(Some(Event::Balance { balance: ask.balance() }))
    }

    fn view(&self, table: &Table<Self>, viewer: Viewer) -> Felt {
        let mine = viewer.player().map(|player| player.id);
        let place = |player: &Player| {
            let hand = self.hands.get(&player.id);
            Place {
                player: player.name.clone(),
                bet: hand.map(|hand| hand.bet),
                card: hand.filter(|_| mine == Some(player.id)).map(|hand| hand.card),
            }
        };
        Felt {
            players: table.players().iter().map(|(_, player)| place(player)).collect(),
            spectating: table.players().spectators().map(|player| player.name.clone()).collect(),
        }
    }

    fn add_player(&mut self, _player: &Player, _table: &mut Table<Self>) -> Result<(), Refusal> {
        ensure!(self.hands.len() < 2, Refusal::new("round_is_on", "come back after this round"));
        Ok(())
    }

    fn remove_player(&mut self, player: &Player, table: &mut Table<Self>) {
        if let Some(hand) = self.hands.remove(&player.id) {
            table.lose(player.id, hand.bet);
        }
        let others = table.players().iter().filter(|(_, other)| other.id != player.id);
        let others: Vec<Player> = others.map(|(_, other)| other.clone()).collect();
        if let Some(event) = self.showdown(&others, table) {
            table.group_send(event);
        }
    }

    fn len(&self, table: &Table<Self>) -> usize {
        table.players().len()
    }

    fn legal(&self, _table: &Table<Self>, player: &Player) -> Vec<Action> {
        match self.hands.contains_key(&player.id) {
            true => vec![Action::Peek],
            false => [LEAST_BET, MOST_BET].map(|bet| Action::PlaceBet { bet }).into(),
        }
    }
}

impl HighCard {
    fn place_bet(&mut self, bet: Chips, turn: &mut Turn<Self>) -> Outcome<Event> {
        let bounds = (LEAST_BET..=MOST_BET).contains(&bet);
        ensure!(bounds, Refusal::invalid_data("data.bet: bet 1.00 to 100.00"));
        let player = turn.player().id;
        ensure!(!self.hands.contains_key(&player), "you have bet in this round");
        turn.stake(player, bet)?;
        let card = turn.dice().roll(13);
        self.hands.insert(player, Hand { bet, card });
        turn.refresh();
        let players: Vec<Player> =
            turn.players().iter().map(|(_, player)| player.clone()).collect();
        Ok(self.showdown(&players, turn))
    }

    fn peek(&mut self, turn: &mut Turn<Self>) -> Outcome<Event> {
        let hand = self.hands.get(&turn.player().id).ok_or("you have no card yet")?;
        turn.send(Event::YourCard { card: hand.card });
        Ok(None)
    }

    /// Once two or more have bet and nobody is waited for, the highest card takes all bets; of equals, the last seat's.
    fn showdown(&mut self, players: &[Player], table: &mut Table<Self>) -> Option<Event> {
        let hands: Vec<(&Player, Hand)> =
            players.iter().filter_map(|p| Some((p, *self.hands.get(&p.id)?))).collect();
        if hands.len() < players.len() || hands.len() < 2 {
            return None;
        }
        let (winner, best) = *hands.iter().max_by_key(|(_, hand)| hand.card)?;
        for (loser, hand) in hands.iter().filter(|(player, _)| player.id != winner.id) {
            table.pass(loser.id, winner.id, hand.bet);
        }
        let pot = table.staked(winner.id);
        table.give_back(winner.id, pot);
        self.hands.clear();
        table.refresh();
        Some(Event::Showdown { winner: winner.name.clone(), card: best.card, pot })
    }
}

// The consumer: one value for each connection, so its fields are the connection's state.

#[derive(Debug, Default)]
struct HighCardConsumer {
    moves: u32,
}

impl Consumer for HighCardConsumer {
    type Game = HighCard;

    async fn authorize(&mut self, handshake: &Handshake) -> Result<(), Problem> {
        if handshake.spectate {
            let detail = "nobody watches high card; take a seat";
            return Err(Problem::new(StatusCode::FORBIDDEN, "no_spectators", detail));
        }
        Ok(())
    }

    async fn connect(&mut self, connection: &Connection<HighCard>) {
        connection.group_add("high-card").await;
        let text = format!("welcome, {}", connection.user().name);
        connection.send(Event::Notice { text }).await;
    }

    async fn receive(
        &mut self,
        connection: &Connection<HighCard>,
        _action: &Action,
        verdict: &Result<(), Refusal>,
    ) {
        if verdict.is_err() {
            return;
        }
        self.moves += 1;
        if self.moves.is_multiple_of(100) {
            let text = format!("{} has made {} moves", connection.user().name, self.moves);
            connection.send_to_group("high-card", &Event::Notice { text }).await;
        }
    }

    async fn disconnect(&mut self, connection: &Connection<HighCard>, _code: u16) {
        let text = format!("{} has closed a window", connection.user().name);
        connection.group_send(Event::Notice { text }).await;
    }
}

// The view: the page around one session.

#[derive(Debug)]
struct HighCardSession;

impl GameSessionView for HighCardSession {
    type Game = HighCard;
    const TEMPLATE_NAME: &'static str = "high-card/table.html";
    const REDIRECT_TO: &'static str = "high-card_sessions";

    async fn get(&self, page: &Page<'_, HighCard>, context: &mut Context) -> Result<(), Instead> {
        let others = page.manager.list().iter().filter(|table| table.id != page.session).count();
        context.insert("others".into(), others.into());
        Ok(())
    }
}

// The manager, from anywhere.

async fn tables(State(manager): State<SessionManager<HighCard>>) -> Json<Vec<Summary>> {
    let public = manager.list().into_iter().filter(|table| !table.private);
    Json(public.collect())
}

/// Opens a table every ten minutes, and closes the last one if nobody came.
async fn keep_house(manager: SessionManager<HighCard>) {
    let mut last: Option<SessionId> = None;
    loop {
        tokio::time::sleep(Duration::from_secs(600)).await;
        if let Some(id) = last.filter(|id| manager.exists(*id)) {
            match manager.get(id) {
                Some(table) if table.players > 0 => {
                    let text = "a new table opens".into();
                    manager.group_send(id, Event::Notice { text }).await;
                }
                _ => manager.close(id).await,
            }
        }
        last = manager.create().await.ok();
    }
}

// The site: what were `urls.py`, `routing.py` and `asgi.py`.

#[tokio::main]
async fn main() -> ExitCode {
    let manager =
        SessionManager::<HighCard>::new().consumer(HighCardConsumer::default).view(HighCardSession);
    tokio::spawn(keep_house(manager.clone()));
    let routes = Router::new().route("/high-card/tables/", get(tables)).with_state(manager.clone());
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/from_django");
    Site::new("High card")
        .game(manager)
        .routes(routes)
        .named("high_card_tables", "/high-card/tables/")
        .templates(Assets::folder(format!("{here}/templates")))
        .statics(Assets::folder(format!("{here}/static")))
        .run()
        .await
}
