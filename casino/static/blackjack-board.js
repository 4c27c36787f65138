import "./card-face.js";
import { Flights } from "./blackjack-flights.js";
import { isNothing, wonBy, wonByInsurance } from "./blackjack-result.js";
import { cents, drawStack, signed } from "./chips.js";
import { copyOf, drawList, find, setText } from "./dom.js";

/** @import {Hand, View} from "./types/blackjack.js" */

/**
 * What lies on a blackjack table (`blackjack/_board.html`), drawn from the view alone. What differs from the view before
 * is shown as a movement: cards fly from the shoe, the dealer's card turns, chips go to and fro. The page says at once
 * what is so; movements only delay what the eye sees of it, and a newer view ends them.
 */

/**
 * One player's place: a player of the view, or one who left a hand behind.
 * @typedef {{name: string, mine: boolean, bet: string, ready: boolean, playing: boolean, stage: View["stage"], dealer: View["dealer"], hands: Hand[]}} Seat
 */

/** How a view is drawn: for whom, and whether without any movement. @typedef {{user: string, instant?: boolean}} How */

/**
 * Takes charge of a board.
 * @param {HTMLElement} root the element of `_board.html`, or one around it
 * @returns {{draw: (view: View, how: How) => void}}
 */
export function board(root) {
  const felt = root.matches(".blackjack-board") ? root : find(".blackjack-board", HTMLElement, root);
  const flights = new Flights(felt);
  const newSeat = () => copyOf("[data-part=seat]", felt);
  const newHand = () => copyOf("[data-part=hand]", felt);
  /** @type {View | null} */
  let before = null;

  return {
    draw(view, { user, instant = false }) {
      const { dealer, stage } = view;
      const moved = flights.watch(before, view, instant);
      const seats = seatsOf(view, user);
      felt.dataset.stage = stage;
      felt.dataset.seats = String(seats.length);
      drawCards(cell(felt, "dealer-cards"), dealer?.hand ?? [], true);
      setText(cell(felt, "dealer-value"), dealer ? valueOf(dealer.hand, dealer.value, stage === "ending") : "");
      drawList(cell(felt, "seats"), seats, ({ name }) => name, newSeat, (shown, seat) => updateSeat(shown, seat, newHand));
      placeAround(cell(felt, "seats"));
      moved();
      before = view;
    },
  };
}

/**
 * @param {View} view
 * @param {string} user
 * @returns {Seat[]}
 */
function seatsOf({ players, hands = [], stage, dealer }, user) {
  const seated = players.map(({ player }) => player);
  const names = new Set([...seated, ...hands.map(({ player }) => player)]);
  return [...names].map((name) => {
    const player = players.find((player) => player.player === name);
    return {
      name,
      stage,
      dealer,
      mine: name === user,
      playing: player !== undefined,
      bet: player?.bet ?? "0.00",
      ready: player?.ready ?? true,
      hands: hands.filter((hand) => hand.player === name),
    };
  });
}

/**
 * @param {HTMLElement} shown
 * @param {Seat} seat
 * @param {() => HTMLElement} newHand
 */
function updateSeat(shown, seat, newHand) {
  const { name, mine, bet, ready, hands } = seat;
  shown.dataset.player = name;
  shown.dataset.mine = String(mine);
  shown.dataset.ready = String(ready);
  shown.dataset.active = String(hands.some(({ active }) => active));
  shown.dataset.hands = String(hands.length);
  setText(cell(shown, "name"), mine ? `${name} (you)` : name);
  setText(cell(shown, "bet"), isNothing(bet) ? "no bet" : bet);
  cell(shown, "spot").dataset.empty = String(isNothing(bet));
  cell(shown, "spot").hidden = hands.length > 0;
  drawStack(cell(shown, "bet-chips"), hands.length > 0 ? 0 : cents(bet));
  setText(cell(shown, "ready"), stateOf(seat));
  const updateHand = (/** @type {HTMLElement} */ hand, /** @type {Hand} */ of) => drawHand(hand, of, seat);
  drawList(cell(shown, "hands"), hands, (_, index) => String(index), newHand, updateHand);
}

/**
 * What a player does, in a word or two.
 * @param {Seat} seat
 */
function stateOf({ stage, bet, ready, hands, playing }) {
  if (!playing) return "left";
  if (stage === "betting") return ready ? (isNothing(bet) ? "ready, no bet" : "ready") : "betting";
  if (stage === "ending") return ready ? "ready" : "";
  if (hands.length === 0) return "sits out";
  if (hands.some(({ chosen }) => chosen)) return "has chosen";
  return hands.some(({ active }) => active) ? "playing" : "done";
}

/**
 * @param {HTMLElement} shown
 * @param {Hand} hand
 * @param {Seat} seat
 */
function drawHand(shown, hand, { hands, mine, dealer }) {
  const { player, bet, insurance, outcome, ready, active, value } = hand;
  const number = hands.length > 1 ? ` ${hands.indexOf(hand) + 1} of ${hands.length}` : "";
  shown.dataset.player = player;
  shown.dataset.active = String(active);
  shown.dataset.ready = String(ready);
  shown.dataset.outcome = outcome ?? "";
  shown.ariaLabel = `${mine ? "Your" : `${player}'s`} hand${number}${active ? ", to play" : ""}`;
  if (active) shown.setAttribute("aria-current", "true");
  else shown.removeAttribute("aria-current");
  setText(cell(shown, "turn"), active ? (mine ? "Your turn" : "To play") : "");
  drawCards(cell(shown, "cards"), hand.hand);
  setText(cell(shown, "value"), valueOf(hand.hand, value, ready));
  setText(cell(shown, "stake"), insurance ? `${bet}, insured for ${insurance}` : bet);
  setText(cell(shown, "outcome"), outcome ?? "");
  const won = wonBy(hand);
  const insured = wonByInsurance(hand, dealer);
  const net = won === null ? null : won + (insured ?? 0);
  setText(cell(shown, "net"), net === null ? "" : net === 0 ? "±0.00" : signed(net));
  shown.dataset.net = net === null ? "" : net > 0 ? "won" : net < 0 ? "lost" : "even";
  drawStack(cell(shown, "stake-chips"), won === null || won > -cents(bet) ? cents(bet) + Math.max(won ?? 0, -cents(bet)) : 0);
}

/**
 * What cards count, as a player says it: an ace that may still count one is told by both values.
 * @param {readonly string[]} cards
 * @param {number} value
 * @param {boolean} final whether no more cards come
 */
function valueOf(cards, value, final) {
  if (final) return String(value);
  const open = cards.filter((card) => card !== "2B");
  const low = open.reduce((sum, card) => sum + lowest(card.slice(0, -1)), 0);
  return low !== value && value < 21 ? `${low} / ${value}` : String(value);
}

/** @param {string} rank */
function lowest(rank) {
  return rank === "A" ? 1 : Number(rank) || 10;
}

/**
 * Makes the children of `parent` the cards of a hand; cards that already lie there stay, and a hidden one is turned.
 * @param {HTMLElement} parent
 * @param {readonly string[]} cards
 * @param {boolean} [turning] whether a card at the same place is the same card, turned
 */
function drawCards(parent, cards, turning = false) {
  const keyOf = (/** @type {string} */ card, /** @type {number} */ index) => (turning ? String(index) : `${index} ${card}`);
  drawList(parent, cards, keyOf, newCard, (shown, card) => {
    if (shown.dataset.card === card) return;
    shown.dataset.card = card;
    shown.firstElementChild?.setAttribute("card", card);
  });
  parent.style.setProperty("--count", String(cards.length));
}

function newCard() {
  const place = document.createElement("span");
  place.className = "card-place";
  place.append(document.createElement("card-face"));
  return place;
}

/**
 * Tells each seat its place along a wide table's edge, and how far the edge has bent there; one's own is in the middle.
 * @param {HTMLElement} seats
 */
function placeAround(seats) {
  const all = /** @type {HTMLElement[]} */ ([...seats.children]);
  const middle = (all.length - 1) / 2;
  const mine = all.findIndex(({ dataset }) => dataset.mine === "true");
  all.forEach((seat, index) => {
    const turned = mine < 0 ? index : (index - mine + Math.floor(middle) + all.length) % all.length;
    seat.style.setProperty("--place", String(turned));
    seat.style.setProperty("--bend", (((turned - middle) / 3) ** 2).toFixed(3));
  });
}

/**
 * @param {HTMLElement} shown
 * @param {string} name
 */
function cell(shown, name) {
  return find(`[data-cell=${name}]`, HTMLElement, shown);
}
