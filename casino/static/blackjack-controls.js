import { isNothing } from "./blackjack-result.js";
import { prompt } from "./blackjack-story.js";
import { amountOf } from "./chips.js";
import { find, setText } from "./dom.js";
import { recall, remember } from "./memory.js";
import { showRefusal } from "./table-page.js";

/** @import {Table} from "./parlor.js" */
/** @import {Action, Event, Move, View} from "./types/blackjack.js" */

/** The player's bet, ready mark and moves. What may be pressed is what the view calls legal, while connected. */

/** Moves that show only while they can be made. */
const RARE_MOVES = ["insurance", "surrender"];

/** Under what name the last bet is kept in this browser. */
const LAST_BET = "blackjack-bet";

/** What the controls are drawn from. @typedef {{view: View, user: string, connected: boolean, hint: string | null}} Shown */

/**
 * Joins the buttons to the table.
 * @param {Table<Action, Event, View>} table
 * @param {boolean} watching whether this visitor has no seat
 * @returns {(shown: Shown) => void} draws the controls
 */
export function controls(table, watching) {
  const panel = find("#controls", HTMLElement);
  const drawBet = betting(table, watching);
  const ready = find("#ready", HTMLButtonElement);
  const moves = find("#moves", HTMLElement);
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (moves.querySelectorAll("[data-move]"));
  const advice = find("#strategy-hint", HTMLElement);

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
  underWay(table);

  return (shown) => {
    const { view, user, connected, hint } = shown;
    const focused = panel.contains(document.activeElement) ? document.activeElement : null;
    const me = view.players.find(({ player }) => player === user);
    const may = (/** @type {string} */ what) => connected && view.legal.includes(what);
    panel.dataset.stage = view.stage;
    drawBet(shown);
    ready.hidden = watching || view.stage === "dealing";
    ready.disabled = !may("ready_up");
    ready.setAttribute("aria-pressed", String(me?.ready ?? false));
    ready.classList.toggle("primary", view.stage === "ending" || (me !== undefined && !isNothing(me.bet)));
    moves.hidden = watching || view.stage !== "dealing";
    for (const button of buttons) {
      const move = button.dataset.move ?? "";
      button.disabled = !may(move);
      button.hidden = RARE_MOVES.includes(move) && !view.legal.includes(move);
      button.dataset.advised = String(hint === move);
    }
    advice.hidden = hint === null || moves.hidden;
    setText(advice, hint ? `Basic strategy: ${hint}.` : "");
    setText(find("#hint", HTMLElement), watching ? "You are watching." : prompt(view, user));
    if (focused) keepFocus(panel, focused);
  };
}

/**
 * The bet: built from chips, or typed.
 * @param {Table<Action, Event, View>} table
 * @param {boolean} watching
 * @returns {(shown: Shown) => void}
 */
function betting(table, watching) {
  const form = find("#bet-form", HTMLFormElement);
  const bet = find("#bet", HTMLInputElement);
  const place = find("#place-bet", HTMLButtonElement);
  const takeBack = find("#take-back", HTMLButtonElement);
  const repeat = find("#repeat-bet", HTMLButtonElement);
  const most = Number(bet.max) * 100;
  let last = recall(LAST_BET, "");
  if (!/^\d+\.\d\d$/.test(last)) last = "";
  if (last) bet.value = last;

  const typed = () => Math.round((bet.valueAsNumber || 0) * 100);
  for (const chip of form.querySelectorAll("[data-add]")) {
    if (!(chip instanceof HTMLElement)) continue;
    chip.addEventListener("click", () => {
      bet.value = amountOf(Math.min(most, typed() + Number(chip.dataset.add) * 100));
    });
  }
  find("#clear-bet", HTMLButtonElement).addEventListener("click", () => {
    bet.value = "";
    bet.focus();
  });
  repeat.addEventListener("click", () => (bet.value = last));
  bet.addEventListener("input", () => bet.removeAttribute("aria-invalid"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (place.disabled) return;
    showRefusal("");
    const wrong = complaint(bet);
    if (wrong) {
      bet.setAttribute("aria-invalid", "true");
      showRefusal(wrong, "place_bet");
      bet.focus();
    } else {
      table.send("place_bet", { bet: amountOf(typed()) });
    }
  });
  takeBack.addEventListener("click", () => {
    showRefusal("");
    table.send("place_bet", { bet: "0" });
  });

  return ({ view, user, connected }) => {
    const me = view.players.find(({ player }) => player === user);
    const may = connected && view.legal.includes("place_bet");
    const stands = me !== undefined && !isNothing(me.bet);
    if (stands && view.stage === "betting" && me.bet !== last) remember(LAST_BET, (last = me.bet));
    form.hidden = watching || view.stage !== "betting";
    place.hidden = form.hidden;
    place.classList.toggle("primary", !stands);
    place.disabled = !may;
    takeBack.disabled = !may || !stands;
    takeBack.hidden = form.hidden || !stands;
    repeat.hidden = last === "";
    setText(find("#last-bet", HTMLElement), last);
    setText(find("#place-bet-word", HTMLElement), stands ? "Change bet" : "Place bet");
  };
}

/**
 * What is wrong with a typed bet, before the table is asked; nothing where it may be right.
 * @param {HTMLInputElement} bet
 */
function complaint(bet) {
  const { badInput, rangeOverflow, rangeUnderflow, stepMismatch } = bet.validity;
  if (bet.value === "" || badInput) return "Type an amount, or click chips.";
  if (rangeOverflow || rangeUnderflow) return `A bet is ${amountOf(Number(bet.min) * 100)} to ${amountOf(Number(bet.max) * 100)}.`;
  return stepMismatch ? "Bets go in steps of 0.50." : "";
}

/**
 * Says that something was sent and is not answered, where that takes longer than a blink.
 * @param {Table<Action, Event, View>} table
 */
function underWay(table) {
  const shown = find("#under-way", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  table.underWay((count) => {
    clearTimeout(timer);
    if (count === 0) shown.hidden = true;
    else timer = setTimeout(() => (shown.hidden = false), 250);
  });
}

/**
 * Keeps the focus within the controls when the one that had it can't be used any more.
 * @param {HTMLElement} panel
 * @param {Element} focused
 */
function keepFocus(panel, focused) {
  const able = (/** @type {Element} */ control) => control.checkVisibility() && !control.matches(":disabled");
  if (able(focused)) return;
  const next = [...panel.querySelectorAll("#moves button, #ready, #bet")].find(able);
  /** @type {HTMLElement} */ (next ?? panel).focus({ preventScroll: true });
}
