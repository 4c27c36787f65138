import { find } from "./dom.js";
import { isStill } from "./motion.js";

/** @import {View} from "./types/tic-tac-toe.js" */

/** What lies on a tic-tac-toe table (`tic-tac-toe/_board.html`), drawn from the view alone; a new mark is drawn as by hand. */

/** Who plays which mark, by seat. */
export const MARKS = ["X", "O"];

/** The strokes of each mark, in a square of 100. */
const STROKES = { X: ["M24 24L76 76", "M76 24L24 76"], O: ["M50 22A28 28 0 1 1 49.9 22"] };

/** Three cells in a row. */
const LINES = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

const SVG = "http://www.w3.org/2000/svg";
const STROKE_MS = 160;

/**
 * Takes charge of a board.
 * @param {HTMLElement} root the element of `_board.html`, or one around it
 * @param {(cell: number) => void} [place] marks a cell; without it there is nothing to press
 * @returns {{draw: (view: View, how: {user: string, instant?: boolean}) => void, hold: (held: boolean) => void}}
 */
export function board(root, place) {
  const shown = root.matches(".noughts") ? root : find(".noughts", HTMLElement, root);
  const cells = [...shown.querySelectorAll("button")];
  /** @type {View | null} */
  let before = null;
  let held = false;
  let mine = false;
  cells.forEach((cell, index) => cell.addEventListener("click", () => place?.(index)));

  const enable = () => {
    for (const cell of cells) cell.disabled = held || !mine || cell.dataset.mark !== "";
  };

  return {
    draw(view, { user, instant = false }) {
      const { cells: marks, turn, winner, players } = view;
      const over = winner !== null || !marks.includes(null);
      const won = winner === null ? [] : LINES.filter((line) => line.every((cell) => marks[cell] === winner)).flat();
      mine = place !== undefined && !over && !players.includes(null) && players[turn] === user;
      cells.forEach((cell, index) => {
        const seat = marks[index];
        const mark = seat === null ? "" : MARKS[seat];
        cell.dataset.won = String(won.includes(index));
        cell.ariaLabel = `${nameOf(index)}: ${mark || "empty"}${won.includes(index) ? ", in the winning line" : ""}`;
        if (cell.dataset.mark === mark) return;
        cell.dataset.mark = mark;
        draw(cell, mark, before === null || instant || isStill());
      });
      enable();
      before = view;
    },
    hold(now) {
      held = now;
      enable();
    },
  };
}

/**
 * A cell in words.
 * @param {number} index
 */
export function nameOf(index) {
  if (index === 4) return "Centre";
  const [row, column] = [["Top", "Middle", "Bottom"][Math.floor(index / 3)], ["left", "middle", "right"][index % 3]];
  return `${row} ${column}`;
}

/**
 * @param {HTMLElement} cell
 * @param {string} mark
 * @param {boolean} still
 */
function draw(cell, mark, still) {
  if (mark !== "X" && mark !== "O") return cell.replaceChildren();
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 100 100");
  drawing.setAttribute("aria-hidden", "true");
  const word = document.createElement("span");
  word.className = "visually-hidden";
  word.textContent = mark;
  cell.replaceChildren(word, drawing);
  STROKES[mark].forEach((line, index) => {
    const stroke = document.createElementNS(SVG, "path");
    stroke.setAttribute("d", line);
    stroke.setAttribute("pathLength", "1");
    drawing.append(stroke);
    if (still) return;
    const timing = { duration: STROKE_MS, delay: index * STROKE_MS, easing: "ease-out", fill: /** @type {const} */ ("backwards") };
    stroke.animate([{ strokeDasharray: "0 1" }, { strokeDasharray: "1 1" }], timing);
  });
}
