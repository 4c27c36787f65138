/**
 * The blackjack table.
 *
 * Hooks for tests: status (data-state: connecting, open, reconnecting, gone; data-code when gone), stage, deadline,
 * story, dealer, dealer-value, players (each li with data-player, data-mine, data-ready), bet, ready-mark, hand (with
 * data-player, data-active, data-ready, data-outcome), cards, value, stake, outcome; every card has data-card.
 * bet-input, place-bet, take-back, ready (aria-pressed), hit, stay, double, split, insurance, surrender, balance,
 * header-balance, hint, refusal, waiting, spectators, chat-log, chat-input, chat-send, share-link, copy-link, take-seat, leave.
 */
import { board } from "./blackjack-board.js";
import { controls } from "./blackjack-controls.js";
import { story } from "./blackjack-story.js";
import { countdown } from "./countdown.js";
import { drawNames, find, setText } from "./dom.js";
import { connect } from "./parlor.js";
import { furnish, optionsOf } from "./table-page.js";

/** @import {Table} from "./parlor.js" */
/** @import {Action, Event, View} from "./types/blackjack.js" */

const root = find("#table", HTMLElement);
/** @type {Table<Action, Event, View>} */
const table = connect(optionsOf(root));

const shown = board(root);
const drawControls = controls(table, root.dataset.spectate === "true");
const setDeadline = countdown(find("#deadline", HTMLElement));

/** @type {View | null} */
let view = null;
let user = "";
let connected = false;
let stakesSeen = "";

table.on("load_game", (next, frame) => {
  user = frame.user;
  draw(next);
});
table.on("update", (data) => {
  if (data.to_update === "balance") showBalance(data.balance);
  else draw(data);
});
table.status((status) => {
  connected = status === "open";
  if (view) drawControls(view, user, connected);
});
furnish(table, root);

/** @param {View} next */
function draw(next) {
  const told = story(view, next, user);
  view = next;
  root.dataset.stage = next.stage;
  shown.draw(next, { user });
  setText(find("#stage", HTMLElement), next.stage);
  drawNames(find("#waiting", HTMLElement), next.waiting);
  drawNames(find("#spectators", HTMLElement), next.spectating);
  drawControls(next, user, connected);
  setDeadline(next.deadline);
  if (told) setText(find("#story", HTMLElement), told);
  askBalance(next);
}

/**
 * Asks for the balance when the stage, or what this player has at stake, is another than before.
 * @param {View} view
 */
function askBalance({ stage, players, hands = [] }) {
  const bets = players.filter(({ player }) => player === user).map(({ bet }) => bet);
  const stakes = hands.filter(({ player }) => player === user).map(({ bet, insurance }) => [bet, insurance]);
  const now = JSON.stringify([stage, bets, stakes]);
  if (now !== stakesSeen && table.send("request_user_balance")) stakesSeen = now;
}

/** @param {string} balance */
function showBalance(balance) {
  for (const shown of document.querySelectorAll("[data-balance]")) setText(shown, balance);
}
