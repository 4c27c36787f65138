//! What basic strategy returns, in very many hands, compared with what is published for these rules.
//!
//! One player sits alone at a table of six decks, which are shuffled anew before a deal when a quarter is left, as the table
//! does it. That costs the player two or three hundredths of a per cent of what is published for a shoe that is shuffled
//! after each round: rounds with many small cards are long, and so there are fewer of them in a shoe. It is less than the
//! standard error of ten million hands.
//!
//! Hands are dealt, played and paid by the functions that the game itself uses. Only the course of a round is written here once
//! more, and compared with the game's. `PARLOR_HANDS`, read when the tests are built, says how many hands are played. The cards are always the same, so
//! chance can't fail a test that has passed once: it fails where the rules or the chart are not what they were.

use super::{BasicStrategy, advice, bot::BET};
use crate::blackjack::{Blackjack, actions::Move, dealer::Dealer, hand::Hand, round::Stage, rules};
use fastrand::Rng;
use parlor_core::kit::cards::{Card, Rank, Shoe, Suit};
use parlor_core::{Audience, Chips, Input, Player};
use parlor_test::{Session, session};
use serde_json::json;

/// What the house keeps of each bet, in hundredths of a per cent.
///
/// That is what <https://wizardofodds.com/games/blackjack/calculator/> has for six decks, a dealer who peeks and stands on
/// soft 17, double on any two cards and after a split, up to four hands but of aces, one card to split aces, late surrender
/// and a blackjack paid 3:2. <https://www.blackjackreview.com/wp/blackjack-rule-variations/> comes to the same within a
/// hundredth: 0.56 for six decks, less 0.14 for double after split and 0.08 for late surrender.
const HOUSE_KEEPS: i128 = 33;

/// The order of all cards follows from it.
const SEED: u64 = 21;

/// How many hands are played.
fn hands() -> u32 {
    option_env!("PARLOR_HANDS").map_or(1_000_000, |hands| hands.parse().expect("a number"))
}

/// Six decks, in order.
fn six_decks() -> Vec<Card> {
    let suits = Suit::ALL.into_iter().cycle().take(6 * Suit::ALL.len());
    suits.flat_map(|suit| Rank::all().map(move |rank| Card { rank, suit })).collect()
}

/// Six decks, shuffled.
fn shuffled(random: &mut Rng) -> Shoe {
    let mut cards = six_decks();
    random.shuffle(&mut cards);
    Shoe::stacked(cards)
}

/// What one round brings, in hundredths of a chip.
fn round(player: &Player, shoe: &mut Shoe) -> i64 {
    let (mut hands, mut dealer) = (vec![Hand::new(player, BET)], Dealer::default());
    for _ in 0..2 {
        hands[0].take(shoe.deal());
        dealer.take(shoe.deal());
    }
    if !dealer.peeks_blackjack() {
        play(&mut hands, dealer.seen()[0], shoe);
        let standing = hands.iter().any(|hand| !hand.is_decided());
        while standing && dealer.draws() {
            dealer.take(shoe.deal());
        }
    }
    let brings = |hand: &Hand| {
        let (back, winnings) = rules::payout(hand.against(dealer.cards()), hand.stake);
        back.cents() + winnings.cents() - hand.stake.cents()
    };
    hands.iter().map(brings).sum()
}

/// Plays the hands one after the other, by the chart.
fn play(hands: &mut Vec<Hand>, open: Card, shoe: &mut Shoe) {
    let mut place = 0;
    while place < hands.len() {
        if hands[place].done {
            place += 1;
            continue;
        }
        let may = |chosen: &Move| hands[place].may(*chosen, hands.len());
        let legal: Vec<Move> = Move::ALL.into_iter().filter(may).collect();
        match advice(&hands[place].cards, open, 6, &legal) {
            Move::Hit => hands[place].take(shoe.deal()),
            Move::Stay => hands[place].done = true,
            Move::Double => hands[place].double(shoe.deal()),
            Move::Split => {
                let other = hands[place].split();
                hands.insert(place + 1, other);
                hands[place].take(shoe.deal());
                hands[place + 1].take(shoe.deal());
            }
            Move::Surrender => hands[place].give_up(),
            Move::Insurance => panic!("insurance is advised to nobody"),
        }
    }
}

#[test]
fn basic_strategy_returns_what_is_published() {
    let (mut random, alice) = (Rng::with_seed(SEED), session::player("alice"));
    let (mut sum, mut squares) = (0_i128, 0_i128);
    let mut shoe = shuffled(&mut random);
    for _ in 0..hands() {
        if shoe.left() * 4 <= shoe.size() {
            shoe = shuffled(&mut random);
        }
        let brings = i128::from(round(&alice, &mut shoe));
        sum += brings;
        squares += brings * brings;
    }
    let (hands, bet) = (i128::from(hands()), i128::from(BET.cents()));
    // All of these are of the sum, in millionths of a bet.
    let million = 1_000_000;
    let error = ((squares - sum * sum / hands) * million * million).isqrt() / bet;
    let off = sum * million / bet + hands * HOUSE_KEEPS * million / 10_000;
    let told = format!(
        "seed {SEED}: {hands} hands return {} millionths of a bet each, with a standard error of {}; published are {}",
        sum * million / bet / hands,
        error / hands,
        -HOUSE_KEEPS * million / 10_000
    );
    println!("{told}");
    assert!(off.abs() <= 3 * error, "{told}");
}

#[test]
fn a_table_pays_what_is_simulated() {
    let mut random = Rng::with_seed(SEED);
    let mut session = Session::<Blackjack>::new(json!(null), SEED).expect("a table");
    session.bank().open(session::player("alice").id, Chips::new(100_000));
    let (alice, mut bot) = (session.join("alice").expect("a chair"), BasicStrategy::default());
    let mut move_on = |session: &mut Session<Blackjack>| {
        let view = session.state().view(Audience::Player(alice.id)).expect("a view");
        let action = bot.decide(&view, &session.state().legal(alice.id)).expect("alone, it moves");
        session.apply(Some(&alice), Input::Acted(action)).expect("what the rules allow");
    };
    for _ in 0..1_000 {
        let mut shoe = shuffled(&mut random);
        let stacked = serde_json::to_value(&shoe).expect("a shoe is JSON");
        let simulated = round(&alice, &mut shoe);
        session.alter(|game| game["shoe"] = stacked);
        let before = session.bank().balance(alice.id).cents();
        while session.state().game().stage != Stage::Ending {
            move_on(&mut session);
        }
        let paid = session.bank().balance(alice.id).cents() - before;
        assert_eq!(paid, simulated, "{}", session.view(None));
        move_on(&mut session);
    }
}
