/**
 * The tic-tac-toe table.
 *
 * Hooks for tests: status and what else `_table_bar.html` has; players, board, cell (nine of them, each with data-mark and
 * data-won), turn, story (the live region), log, refusal (the alert), place-refusal, open-help, leave.
 */
import { drawList, element, find, setText } from "./dom.js";
import { keys } from "./keys.js";
import { narrator } from "./narrator.js";
import { connect } from "./parlor.js";
import { furnish, optionsOf, showRefusal } from "./table-page.js";
import { MARKS, board, nameOf } from "./tic-tac-toe-board.js";

/** @import {Table} from "./parlor.js" */
/** @import {Action, Event, View} from "./types/tic-tac-toe.js" */

const root = find("#table", HTMLElement);
/** @type {Table<Action, Event, View>} */
const table = connect(optionsOf(root));
const felt = board(root, (cell) => {
  showRefusal("");
  table.send("place", { cell });
});
const tell = narrator(find("#story", HTMLElement), find("#log-lines", HTMLElement));

/** @type {View | null} */
let before = null;

table.on("load_game", (view, { user }) => {
  const focused = document.activeElement;
  felt.draw(view, { user });
  keepFocus(focused);
  const seats = view.players.map((name, seat) => ({ name, mark: MARKS[seat], active: !isOver(view) && view.turn === seat }));
  drawList(find("#players", HTMLElement), seats, ({ mark }) => mark, () => element("li", "opponent"), (shown, { name, mark, active }) => {
    setText(shown, `${mark}: ${name ?? "nobody yet"}${name === user ? " (you)" : ""}`);
    shown.dataset.active = String(active);
  });
  const asked = turnOf(view, user);
  setText(find("#turn", HTMLElement), asked);
  tell({ told: story(before, view, user), asked });
  before = view;
});
table.status((status) => felt.hold(status !== "open"));
furnish(table, root);
keys(() => true);

/**
 * What happened since the view before, in sentences.
 * @param {View | null} before
 * @param {View} view
 * @param {string} user
 */
function story(before, view, user) {
  /** @type {string[]} */
  const told = [];
  const who = (/** @type {number} */ seat) => (view.players[seat] === user ? "You" : (view.players[seat] ?? MARKS[seat]));
  view.players.forEach((name, seat) => {
    const had = before?.players[seat] ?? null;
    if (name !== had && name !== null) told.push(`${name === user ? "You play" : `${name} plays`} ${MARKS[seat]}.`);
    if (before && name === null && had !== null) told.push(`${had} leaves.`);
  });
  view.cells.forEach((seat, cell) => {
    if (seat === null || (before?.cells[cell] ?? null) === seat) return;
    told.push(`${who(seat)} ${who(seat) === "You" ? "mark" : "marks"} ${nameOf(cell).toLowerCase()} with ${MARKS[seat]}.`);
  });
  return told;
}

/**
 * How the game stands, in a sentence.
 * @param {View} view
 * @param {string} user
 */
function turnOf(view, user) {
  const { turn, winner, players } = view;
  if (winner !== null) return `${MARKS[winner]} wins.`;
  if (isOver(view)) return "A draw.";
  if (players.includes(null)) return "Waiting for another player.";
  return players[turn] === user ? "Your turn." : `${players[turn]}'s turn.`;
}

/** @param {View} view */
function isOver({ cells, winner }) {
  return winner !== null || !cells.includes(null);
}

/**
 * A cell that was pressed by the keyboard can't be pressed again: the next free one has the focus, or else the turn's sentence.
 * @param {Element | null} focused
 */
function keepFocus(focused) {
  if (!(focused instanceof HTMLButtonElement) || !focused.matches(".noughts-cell:disabled")) return;
  const next = find("#turn", HTMLElement);
  next.tabIndex = -1;
  const free = document.querySelector(".noughts-cell:enabled");
  if (free instanceof HTMLButtonElement) free.focus();
  else next.focus();
}
