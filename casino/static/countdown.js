import { setText } from "./dom.js";

/** How often the seconds are looked at. */
const EVERY = 250;

/**
 * Shows in an element how many seconds are left.
 * @param {HTMLElement} shown
 * @returns {(deadline: number | null) => void} sets the deadline, in Unix milliseconds; null hides the element
 */
export function countdown(shown) {
  /** @type {number | null} */
  let deadline = null;
  const draw = () => {
    shown.hidden = deadline === null;
    if (deadline === null) return;
    const seconds = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    setText(shown, `${seconds} s`);
    shown.dataset.urgent = String(seconds <= 5);
  };
  setInterval(draw, EVERY);
  return (next) => {
    deadline = next;
    draw();
  };
}
