import { drawCards } from "./cards.js";
import { copyOf, drawList, drawNames, find, setText } from "./dom.js";

/** @import {Hand, View} from "./types/blackjack.js" */

/** What lies on the table, drawn from the view alone. */

/**
 * One player's place: a player of the view, or one who left a hand behind.
 * @typedef {{name: string, mine: boolean, bet: string, ready: boolean, hands: Hand[]}} Seat
 */

/**
 * Draws the dealer, every seat with its hands, and who waits and watches.
 * @param {View} view
 * @param {string} user whose view it is
 */
export function drawBoard(view, user) {
  const { dealer } = view;
  setText(find("#stage", HTMLElement), view.stage);
  drawCards(find("#dealer-cards", HTMLElement), dealer?.hand ?? []);
  setText(find("#dealer-value", HTMLElement), dealer ? String(dealer.value) : "");
  drawList(find("#seats", HTMLElement), seatsOf(view, user), (seat) => seat.name, () => copyOf("#seat"), updateSeat);
  drawNames(find("#waiting", HTMLElement), view.waiting);
  drawNames(find("#spectators", HTMLElement), view.spectating);
}

/**
 * @param {View} view
 * @param {string} user
 * @returns {Seat[]}
 */
function seatsOf({ players, hands = [] }, user) {
  const seated = players.map(({ player }) => player);
  const names = new Set([...seated, ...hands.map(({ player }) => player)]);
  return [...names].map((name) => {
    const player = players.find((player) => player.player === name);
    return {
      name,
      mine: name === user,
      bet: player?.bet ?? "0.00",
      ready: player?.ready ?? true,
      hands: hands.filter((hand) => hand.player === name),
    };
  });
}

/**
 * @param {HTMLElement} shown
 * @param {Seat} seat
 */
function updateSeat(shown, { name, mine, bet, ready, hands }) {
  shown.dataset.player = name;
  shown.dataset.mine = String(mine);
  shown.dataset.ready = String(ready);
  setText(cell(shown, "name"), mine ? `${name} (you)` : name);
  setText(cell(shown, "bet"), isNothing(bet) ? "no bet" : bet);
  setText(cell(shown, "ready"), ready ? "ready" : "");
  drawList(cell(shown, "hands"), hands, (_, index) => String(index), () => copyOf("#hand"), updateHand);
}

/**
 * @param {HTMLElement} shown
 * @param {Hand} hand
 */
function updateHand(shown, { player, hand, value, bet, insurance, outcome, ready, active }) {
  shown.dataset.player = player;
  shown.dataset.active = String(active);
  shown.dataset.ready = String(ready);
  shown.dataset.outcome = outcome ?? "";
  if (active) shown.setAttribute("aria-current", "true");
  else shown.removeAttribute("aria-current");
  drawCards(cell(shown, "cards"), hand);
  setText(cell(shown, "value"), String(value));
  setText(cell(shown, "stake"), insurance ? `${bet}, insured for ${insurance}` : bet);
  setText(cell(shown, "outcome"), outcome ?? "");
}

/**
 * @param {HTMLElement} shown
 * @param {string} name
 */
function cell(shown, name) {
  return find(`[data-cell=${name}]`, HTMLElement, shown);
}

/**
 * Whether an amount of chips is zero.
 * @param {string} amount
 */
export function isNothing(amount) {
  return Number(amount) === 0;
}
