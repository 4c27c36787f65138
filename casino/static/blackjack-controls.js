import { isNothing } from "./blackjack-result.js";
import { find, setText } from "./dom.js";
import { showRefusal } from "./table-page.js";

/** @import {Table} from "./parlor.js" */
/** @import {Action, Event, Move, View} from "./types/blackjack.js" */

/** The player's bet, ready mark and moves. What may be pressed is what the view calls legal, while connected. */

/** Moves that show only while they can be made. */
const RARE_MOVES = ["insurance", "surrender"];

/**
 * Joins the buttons to the table.
 * @param {Table<Action, Event, View>} table
 * @param {boolean} watching whether this visitor has no seat
 * @returns {(view: View, user: string, connected: boolean) => void} draws the controls
 */
export function controls(table, watching) {
  const betForm = find("#bet-form", HTMLFormElement);
  const bet = find("#bet", HTMLInputElement);
  const placeBet = find("#place-bet", HTMLButtonElement);
  const takeBack = find("#take-back", HTMLButtonElement);
  const ready = find("#ready", HTMLButtonElement);
  const moves = find("#moves", HTMLElement);
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (moves.querySelectorAll("[data-move]"));

  betForm.addEventListener("submit", (event) => {
    event.preventDefault();
    showRefusal("");
    table.send("place_bet", { bet: bet.valueAsNumber.toFixed(2) });
  });
  takeBack.addEventListener("click", () => {
    showRefusal("");
    table.send("place_bet", { bet: "0" });
  });
  ready.addEventListener("click", () => {
    showRefusal("");
    table.send("ready_up", { ready: ready.getAttribute("aria-pressed") !== "true" });
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      showRefusal("");
      table.send("action", { move: /** @type {Move} */ (button.dataset.move) });
    });
  }

  return (view, user, connected) => {
    const me = view.players.find(({ player }) => player === user);
    const may = (/** @type {string} */ what) => connected && view.legal.includes(what);
    betForm.hidden = watching || view.stage !== "betting";
    placeBet.disabled = !may("place_bet");
    takeBack.disabled = !may("place_bet") || !me || isNothing(me.bet);
    setText(placeBet, me && !isNothing(me.bet) ? "Change bet" : "Place bet");
    ready.hidden = watching || view.stage === "dealing";
    ready.disabled = !may("ready_up");
    ready.setAttribute("aria-pressed", String(me?.ready ?? false));
    moves.hidden = watching || view.stage !== "dealing";
    for (const button of buttons) {
      const move = button.dataset.move ?? "";
      button.disabled = !may(move);
      button.hidden = RARE_MOVES.includes(move) && !view.legal.includes(move);
    }
    setText(find("#hint", HTMLElement), watching ? "You are watching." : hint(view, user));
  };
}

/**
 * What the player can do now, in a sentence.
 * @param {View} view
 * @param {string} user
 */
function hint({ stage, players, waiting, hands = [] }, user) {
  if (waiting.includes(user)) return "You play from the next round on.";
  const me = players.find(({ player }) => player === user);
  if (!me) return "";
  if (stage === "betting") {
    if (me.ready) return "Waiting for the others.";
    return isNothing(me.bet) ? "Place a bet, or press Ready to sit this round out." : "Press Ready when your bet stands.";
  }
  if (stage === "ending") return me.ready ? "Waiting for the others." : "Press Ready for the next round.";
  const mine = hands.filter(({ player }) => player === user);
  if (mine.length === 0) return "You sit this round out.";
  return mine.every(({ ready }) => ready) ? "Your play is done. Waiting for the others." : "";
}
