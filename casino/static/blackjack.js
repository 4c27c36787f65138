/**
 * The blackjack table.
 *
 * Hooks for tests: status (data-state: connecting, open, reconnecting, gone; data-code when gone), lost, lost-next, try-now,
 * gone, gone-lobby, gone-login, gone-watch, gone-again; stage, deadline, story (the live region), log; board, dealer,
 * dealer-value, players (each li with data-player, data-mine, data-ready, data-active), bet, ready-mark, hand (with
 * data-player, data-active, data-ready, data-outcome), cards, value, stake, outcome, net; clock; every card has data-card.
 * bet-input, chip-1 to chip-500, clear-bet, repeat-bet, place-bet, take-back, ready (aria-pressed), hit, stay, double, split,
 * insurance, surrender (data-advised), strategy-hint, balance, header-balance, hint, under-way, refusal (the alert),
 * bet-refusal, move-refusal, ready-refusal, chat-refusal, waiting, spectators, chat-log, chat-input, chat-send, mute, unread,
 * shoe-now, shoe-next, shoe-entropy, entropy, add-entropy, entropy-refusal, fairness, share-link, copy-link, take-seat, leave, open-settings, set-sound, set-hint, set-four-colour, set-large-index, set-still,
 * set-keys-off, open-help, help, close-help.
 */
import { board } from "./blackjack-board.js";
import { controls } from "./blackjack-controls.js";
import { shoePanel } from "./blackjack-shoe.js";
import { keys } from "./keys.js";
import { story } from "./blackjack-story.js";
import { countdown, leftUntil, seatClocks, setServerTime } from "./countdown.js";
import { drawNames, find, setText } from "./dom.js";
import { narrator } from "./narrator.js";
import { connect } from "./parlor.js";
import { settings } from "./settings.js";
import { furnish, optionsOf } from "./table-page.js";

/** @import {Table} from "./parlor.js" */
/** @import {Settings} from "./settings.js" */
/** @import {Sound} from "./sounds.js" */
/** @import {Action, Event, View} from "./types/blackjack.js" */

/** When little of the player's own time is left, that is told once. */
const LATE_MS = 10_000;

const root = find("#table", HTMLElement);
/** @type {Table<Action, Event, View>} */
const table = connect(optionsOf(root));

setServerTime(root.dataset.now);
const felt = board(root);
const drawControls = controls(table, root.dataset.spectate === "true");
const drawShoe = shoePanel(table);
const clock = find("#round-clock", HTMLElement);
const setDeadline = countdown(clock, find("#deadline", HTMLElement), find("[data-cell=clock-bar]", HTMLElement, clock));
const drawSeatClocks = seatClocks(root);
const tell = narrator(find("#story", HTMLElement), find("#log-lines", HTMLElement));

/** @type {View | null} */
let view = null;
let user = "";
let connected = false;
let stakesSeen = "";
/** @type {Settings | undefined} */
let chosen;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let late;

settings(find("#settings", HTMLFormElement), (now) => {
  chosen = now;
  redrawControls();
});
keys(() => !chosen?.keysOff);

table.on("load_game", (next, frame) => {
  user = frame.user;
  draw(next);
});
table.on("update", (data) => {
  if (data.to_update === "balance") showBalance(data.balance);
  else draw(data);
});
table.on("shoe_spent", ({ number }) => tell({ told: [`Shoe ${number} is spent, and its seed is shown: anyone can check it.`] }));
table.status((status) => {
  connected = status === "open";
  redrawControls();
});
furnish(table, root);

/** @param {View} next */
function draw(next) {
  const telling = story(view, next, user);
  const advised = adviceOf(next);
  if (telling.asked && advised) telling.asked += ` Basic strategy: ${advised}.`;
  sound(view, next);
  view = next;
  root.dataset.stage = next.stage;
  setText(find("#stage", HTMLElement), next.stage);
  felt.draw(next, { user });
  redrawControls();
  drawNames(find("#waiting", HTMLElement), next.waiting);
  drawNames(find("#spectators", HTMLElement), next.spectating);
  setDeadline(next.deadline);
  drawSeatClocks(next.players);
  warnWhenLate(next);
  tell(telling);
  askBalance(next);
}

function redrawControls() {
  if (!view) return;
  drawControls({ view, user, connected, hint: adviceOf(view) });
  drawShoe({ view, user, connected });
}

/**
 * What basic strategy advises, for one who wants to know.
 * @param {View} view
 * @returns {string | null}
 */
function adviceOf(view) {
  return chosen?.hint ? view.hint : null;
}

/**
 * Tells the player, once, that the table will not wait much longer.
 * @param {View} view
 */
function warnWhenLate({ stage, deadline, legal, players }) {
  clearTimeout(late);
  const waitedFor = stage === "dealing" ? legal.includes("stay") : players.some(({ player, ready }) => player === user && !ready);
  if (deadline === null || !waitedFor || stage === "ending") return;
  const left = leftUntil(deadline) - LATE_MS;
  if (left > 0) late = setTimeout(() => tell({ told: ["Ten seconds are left."] }), left);
}

/**
 * Asks for the balance when the stage, or what this player has at stake, is another than before.
 * @param {View} view
 */
function askBalance({ stage, players, hands = [] }) {
  const bets = players.filter(({ player }) => player === user).map(({ bet }) => bet);
  const stakes = hands.filter(({ player }) => player === user).map(({ bet, insurance, outcome }) => [bet, insurance, outcome]);
  const now = JSON.stringify([stage, bets, stakes]);
  if (now !== stakesSeen && table.send("request_user_balance")) stakesSeen = now;
}

/** @param {string} balance */
function showBalance(balance) {
  for (const shown of document.querySelectorAll("[data-balance]")) setText(shown, balance);
}

/**
 * Lets one hear what one would see, where one has switched that on.
 * @param {View | null} before
 * @param {View} after
 */
function sound(before, after) {
  if (!chosen?.sound || !before) return;
  const cards = (/** @type {View} */ { hands = [], dealer }) => hands.reduce((sum, { hand }) => sum + hand.length, dealer?.hand.length ?? 0);
  const bets = (/** @type {View} */ { players }) => JSON.stringify(players.map(({ bet }) => bet));
  const mine = (/** @type {View} */ { hands = [] }) => hands.filter(({ player }) => player === user);
  const won = (/** @type {View} */ view) => mine(view).filter(({ outcome }) => outcome && /Win|Blackjack|Dealer/.test(outcome)).length;
  const acts = (/** @type {View} */ view) => mine(view).some(({ active }) => active);
  /** @type {Sound | null} */
  const heard =
    won(after) > won(before) ? "win" :
    acts(after) && !acts(before) ? "turn" :
    cards(after) > cards(before) ? "deal" :
    after.stage === "betting" && bets(after) !== bets(before) ? "chip" : null;
  if (heard) void import("./sounds.js").then(({ play }) => play(heard));
}
