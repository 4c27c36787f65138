//! A client of the original's kind: it dispatches on `type` alone, finds its own hands by `hand.player === message.user`,
//! sends bets as strings, and leaves `data` out where it has none.

use crate::blackjack::cents;
use parlor_test::{Socket, TestSite};
use serde_json::Value;

/// What the original's script keeps between messages.
#[derive(Default)]
struct Page {
    user: String,
    balance: String,
    table: Value,
    has_bet: bool,
    rounds: u32,
}

impl Page {
    /// The original's `socket.onmessage`.
    async fn on_message(&mut self, socket: &mut Socket, message: Value) {
        match message["type"].as_str().unwrap() {
            "load_game" => {
                self.user = message["user"].as_str().unwrap().to_owned();
                self.table = message["data"].clone();
                self.go_on(socket).await;
            }
            "update" if message["data"]["to_update"] == "ready" => {
                self.table = message["data"].clone();
                self.go_on(socket).await;
            }
            "update" => self.balance = message["data"]["balance"].as_str().unwrap().to_owned(),
            "chat_msg" => {}
            other => panic!("{other}: {message}"),
        }
    }

    async fn go_on(&mut self, socket: &mut Socket) {
        match self.table["stage"].as_str().unwrap() {
            "betting" if !self.has_bet => {
                self.has_bet = true;
                socket.send_text(r#"{"type": "place_bet", "data": {"bet": "10"}}"#).await;
                socket
                    .send_text(r#"{"data": {"ready": "1", "reset": false}, "type": "ready_up"}"#)
                    .await;
            }
            "dealing" => {
                let mine = self.own_hands().into_iter().find(|hand| hand["active"] == true);
                if let Some(hand) = mine {
                    let chosen = if hand["value"].as_u64().unwrap() < 15 { "hit" } else { "stay" };
                    let text = format!(r#"{{"type":"action","data":{{"move":"{chosen}"}}}}"#);
                    socket.send_text(&text).await;
                }
            }
            "ending" if self.has_bet => {
                self.has_bet = false;
                self.rounds += 1;
                socket.send_text(r#"{"type":"request_user_balance"}"#).await;
            }
            _ => {}
        }
    }

    fn own_hands(&self) -> Vec<Value> {
        let hands = self.table["hands"].as_array().unwrap().iter();
        hands.filter(|hand| hand["player"] == *self.user).cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_the_originals_kind_plays_rounds_to_their_end() {
    let site = TestSite::start(casino::site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "blackjack").await;
    let path = table.socket("");
    let with_cookie = site.socket(&path).cookie(&format!("sid={}", guest.token));
    let mut socket = with_cookie.origin(&site.origin()).await;
    let mut page = Page::default();
    let mut expected = 100_000;
    for round in 1..=8 {
        page.balance.clear();
        while page.balance.is_empty() {
            let message = socket.next_frame().await;
            page.on_message(&mut socket, message).await;
        }
        assert_eq!((page.rounds, &*page.user), (round, &*guest.name));
        let hands = page.own_hands();
        assert_eq!(hands.len(), 1, "{}", page.table);
        let (hand, dealer) = (&hands[0], &page.table["dealer"]);
        assert_eq!(hand["bet"], "10.00");
        expected += match hand["outcome"].as_str().unwrap() {
            "Blackjack" => 1_500,
            "Win" | "Dealer Bust" => 1_000,
            "Push" => 0,
            "Loss" | "Player Bust" => -1_000,
            other => panic!("{other}"),
        };
        assert_eq!(cents(&Value::from(page.balance.clone())), expected, "{}", page.table);
        let cards = [&hand["hand"], &dealer["hand"]].map(|cards| cards.as_array().unwrap().clone());
        for card in cards.iter().flatten() {
            let (rank, suit) = card.as_str().unwrap().split_at(card.as_str().unwrap().len() - 1);
            let ranks = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A"];
            assert!(ranks.contains(&rank) && "CDHS".contains(suit), "{card}: none lies face down");
        }
        socket.send_text(r#"{"type":"ready_up","data":{"ready":"1"}}"#).await;
    }
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hole_card_is_face_down_until_the_dealer_plays() {
    let site = TestSite::start(casino::site()).await;
    let (first, second) = (site.guest().await, site.guest().await);
    let table = site.table(&first, "blackjack").await;
    let mut seats = [
        crate::blackjack::Seat::take(&site, &first, &table).await,
        crate::blackjack::Seat::take(&site, &second, &table).await,
    ];
    crate::blackjack::deal(&mut seats, "2.50").await;
    let mut watching = site.watch(&site.guest().await, &table).await;
    for view in
        [seats[0].look().await.clone(), seats[1].look().await.clone(), watching.view().await]
    {
        let hole = view["dealer"]["hand"].as_array().unwrap();
        assert_eq!((hole.len(), hole[1].as_str()), (2, Some("2B")), "{view}");
    }
    // `legal` is this viewer's.
    assert!(!seats[0].view["legal"].as_array().unwrap().is_empty());
    assert_eq!(watching.view().await["legal"].as_array().unwrap().len(), 0);
}
