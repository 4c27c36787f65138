/**
 * Tic-tac-toe against the page, on its page of rules: it wins where it can, blocks where it must, and else marks any cell.
 *
 * Hooks for tests: practice, cell, practice-says, practice-again.
 */
import { find, setText } from "./dom.js";
import { board, nameOf } from "./tic-tac-toe-board.js";

/** @import {View} from "./types/tic-tac-toe.js" */

const LINES = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
const [ME, PAGE] = [0, 1];
const PLAYERS = /** @type {[string, string]} */ (["you", "this page"]);

const root = find("#practice", HTMLElement);
const says = find("[data-part=says]", HTMLElement, root);
const again = find("[data-part=again]", HTMLButtonElement, root);
const shown = board(root, mark);

/** @type {View["cells"]} */
let cells;

again.addEventListener("click", () => {
  begin();
  find("[data-test=cell]", HTMLButtonElement, root).focus();
});
begin();

function begin() {
  cells = [null, null, null, null, null, null, null, null, null];
  draw();
  setText(says, "You are X, and begin: mark a cell.");
}

/** The visitor's mark, and the page's answer. @param {number} cell */
function mark(cell) {
  if (cells[cell] !== null || isOver()) return;
  cells[cell] = ME;
  const answer = isOver() ? null : chosen();
  if (answer !== null) cells[answer] = PAGE;
  draw();
  setText(says, ending() ?? `O: ${nameOf(Number(answer)).toLowerCase()}. Your turn.`);
  if (isOver()) again.focus();
}

/** The cell that the page marks. */
function chosen() {
  const free = cells.flatMap((of, cell) => (of === null ? [cell] : []));
  const has = (/** @type {number[]} */ line, /** @type {number} */ cell, /** @type {number} */ who) => line.every((other) => other === cell || cells[other] === who);
  const completes = (/** @type {number} */ who) => free.find((cell) => LINES.some((line) => line.includes(cell) && has(line, cell, who)));
  return completes(PAGE) ?? completes(ME) ?? free[Math.floor(Math.random() * free.length)];
}

/** Who has three in a line; nobody while none has. */
function winner() {
  const line = LINES.find(([first, second, third]) => cells[first] !== null && cells[first] === cells[second] && cells[first] === cells[third]);
  return line ? cells[line[0]] : null;
}

function isOver() {
  return winner() !== null || !cells.includes(null);
}

/** How it ended, in words; nothing while it goes on. */
function ending() {
  if (winner() !== null) return winner() === ME ? "Three in a line: you win." : "Three in a line: O wins.";
  return isOver() ? "All cells are marked, and nobody has a line: a draw." : null;
}

function draw() {
  shown.draw({ cells, turn: ME, winner: winner(), players: PLAYERS }, { user: PLAYERS[ME] });
  again.hidden = !isOver();
}
