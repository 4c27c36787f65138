/**
 * Tic-tac-toe against the page, on its page of rules: it wins where it can, blocks where it must, and else marks any cell.
 *
 * Hooks for tests: practice, practice-cell, practice-says, practice-again.
 */
import { find, setText } from "./dom.js";

const LINES = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
const MARKS = ["X", "O"];
const [ME, PAGE] = [0, 1];

const root = find("#practice", HTMLElement);
const says = find("[data-part=says]", HTMLElement, root);
const again = find("[data-part=again]", HTMLButtonElement, root);
const buttons = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("[data-cell]")]);

/** @type {(number | null)[]} */
let cells = [];

buttons.forEach((button, cell) => button.addEventListener("click", () => mark(cell)));
again.addEventListener("click", begin);
begin();

function begin() {
  cells = Array(9).fill(null);
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
  setText(says, outcome() ?? `O marks cell ${Number(answer) + 1}. Your turn.`);
  if (isOver()) again.focus();
}

/** The cell that the page marks. */
function chosen() {
  const free = cells.flatMap((of, cell) => (of === null ? [cell] : []));
  const completes = (/** @type {number} */ who) => free.find((cell) => LINES.some((line) => line.includes(cell) && line.every((other) => other === cell || cells[other] === who)));
  return completes(PAGE) ?? completes(ME) ?? free[Math.floor(Math.random() * free.length)];
}

/** The line that somebody has, if any. */
function line() {
  return LINES.find(([first, second, third]) => cells[first] !== null && cells[first] === cells[second] && cells[first] === cells[third]);
}

function isOver() {
  return line() !== undefined || cells.every((cell) => cell !== null);
}

/** How it ended, in words; nothing while it goes on. */
function outcome() {
  const won = line();
  if (won) return cells[won[0]] === ME ? "Three in a line: you win." : "Three in a line: O wins.";
  return isOver() ? "All cells are marked, and nobody has a line: a draw." : null;
}

function draw() {
  const won = line() ?? [];
  buttons.forEach((button, cell) => {
    const mark = cells[cell] === null ? "" : MARKS[Number(cells[cell])];
    setText(button, mark);
    button.setAttribute("aria-label", `Cell ${cell + 1}${mark && `: ${mark}`}`);
    button.dataset.won = String(won.includes(cell));
    button.disabled = mark !== "" || isOver();
  });
  again.hidden = !isOver();
}
