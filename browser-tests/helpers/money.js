/** Chips in hundredths, as whole numbers, and what blackjack pays: written from the rules, apart from the program. */
import assert from "node:assert/strict";

/** The chips of a text like "12.50", in hundredths. */
export function cents(text) {
  assert.match(text, /^(0|[1-9][0-9]*)\.[0-9]{2}$/, "chips are written with two decimals");
  return Number(text.replace(".", ""));
}

/** The text of chips in hundredths. */
export function chips(cents) {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

/** What a player put on the table in a round that is over. */
export function stakes(view, player) {
  return sum(handsOf(view, player), ({ bet, insurance }) => cents(bet) + insured(insurance));
}

/** What a player got back from it. */
export function payouts(view, player) {
  return sum(handsOf(view, player), (hand) => payout(hand) + insurancePayout(hand, view.dealer));
}

/** The outcome that a hand of a round that is over must have, from the cards alone; a surrender is not in the cards. */
export function outcome({ hand, player }, view) {
  const [value, dealer] = [valueOf(hand), valueOf(view.dealer.hand)];
  const natural = isNatural(hand) && handsOf(view, player).length === 1;
  if (value > 21) return "Player Bust";
  if (natural) return isNatural(view.dealer.hand) ? "Push" : "Blackjack";
  if (isNatural(view.dealer.hand)) return "Loss";
  if (dealer > 21) return "Dealer Bust";
  if (value === dealer) return "Push";
  return value > dealer ? "Win" : "Loss";
}

/** The hands of one player. */
export function handsOf(view, player) {
  return (view.hands ?? []).filter((hand) => hand.player === player);
}

/** What cards count: aces 11 as long as that is not too much. */
export function valueOf(cards) {
  const ranks = cards.map((card) => card.slice(0, -1));
  const hard = sum(ranks, (rank) => (rank === "A" ? 1 : "JQK".includes(rank) ? 10 : Number(rank)));
  return ranks.includes("A") && hard <= 11 ? hard + 10 : hard;
}

function payout({ bet, outcome }) {
  const stake = cents(bet);
  const factor = { Blackjack: 2.5, Win: 2, "Dealer Bust": 2, Push: 1, Surrender: 0.5, Loss: 0, "Player Bust": 0 }[outcome];
  assert.notEqual(factor, undefined, `a hand that is over has no outcome "${outcome}"`);
  assert.ok(Number.isInteger(stake * factor), `${bet} cannot be paid at ${factor}`);
  return stake * factor;
}

/** Insurance pays 2:1, on top of itself, when the dealer has a blackjack. */
function insurancePayout({ insurance }, dealer) {
  return isNatural(dealer.hand) ? 3 * insured(insurance) : 0;
}

function insured(insurance) {
  return insurance === null ? 0 : cents(insurance);
}

function isNatural(cards) {
  return cards.length === 2 && valueOf(cards) === 21;
}

function sum(items, of) {
  return items.reduce((total, item) => total + of(item), 0);
}
