import { find, setText } from "./dom.js";
import { isStill } from "./motion.js";

/**
 * Clocks that run down to a moment of the server's. The bar is one movement on the compositor, and the seconds are set once
 * each: a clock that runs costs nothing. Where nothing shall move, the bar is set once a second too.
 */

/** A clock in its last seconds looks so. */
const URGENT_S = 5;

/** How far this browser's clock is behind the server's, in ms. */
let behind = 0;

/**
 * Learns how the server's clock goes from what it said when it made the page.
 * @param {string | undefined} said Unix milliseconds
 */
export function setServerTime(said) {
  const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (!said || !page) return;
  const answered = Date.now() - (performance.now() - page.responseStart);
  behind = Number(said) - answered;
}

/**
 * How many milliseconds are left until a moment of the server's.
 * @param {number} deadline
 */
export function leftUntil(deadline) {
  return Math.max(0, deadline - Date.now() - behind);
}

/**
 * A clock in an element, hidden while there is no deadline.
 * @param {HTMLElement} shown
 * @param {HTMLElement} seconds where the seconds are told
 * @param {HTMLElement} bar
 * @returns {(deadline: number | null) => void} sets the deadline, in Unix milliseconds of the server
 */
export function countdown(shown, seconds, bar) {
  /** @type {number | null} */
  let deadline = null;
  let whole = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Animation | undefined} */
  let running;

  const tick = () => {
    if (deadline === null) return;
    const left = leftUntil(deadline);
    const rest = Math.ceil(left / 1000);
    setText(seconds, `${rest} s`);
    shown.dataset.urgent = String(rest <= URGENT_S);
    if (!running) bar.style.transform = `scaleX(${left / Math.max(whole, 1)})`;
    if (left > 0) timer = setTimeout(tick, left - (rest - 1) * 1000);
  };

  return (next) => {
    if (next === deadline) return;
    deadline = next;
    clearTimeout(timer);
    running?.cancel();
    running = undefined;
    shown.hidden = next === null;
    if (next === null) return;
    whole = leftUntil(next);
    if (!isStill()) running = bar.animate([{ transform: "none" }, { transform: "scaleX(0)" }], { duration: whole, fill: "both" });
    tick();
  };
}

/**
 * The clocks in the seats of a board, each of the player whom the table waits for.
 * @param {HTMLElement} board
 * @returns {(players: readonly {player: string, deadline?: number}[]) => void}
 */
export function seatClocks(board) {
  /** @type {WeakMap<Element, (deadline: number | null) => void>} */
  const clocks = new WeakMap();
  const part = (/** @type {Element} */ seat, /** @type {string} */ name) => find(`[data-cell=${name}]`, HTMLElement, seat);
  return (players) => {
    for (const seat of board.querySelectorAll(".seat")) {
      let set = clocks.get(seat);
      if (!set) clocks.set(seat, (set = countdown(part(seat, "clock"), part(seat, "clock-seconds"), part(seat, "clock-bar"))));
      set(players.find(({ player }) => player === seat.getAttribute("data-player"))?.deadline ?? null);
    }
  };
}
