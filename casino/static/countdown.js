import { setText } from "./dom.js";

/**
 * Clocks that run down to a moment of the server's. The bar is one movement on the compositor, and the seconds are set once
 * each: a clock that runs costs nothing.
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
  behind = Number(said) - (performance.timeOrigin + page.responseStart);
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Animation | undefined} */
  let running;

  const tick = () => {
    if (deadline === null) return;
    const left = leftUntil(deadline);
    const whole = Math.ceil(left / 1000);
    setText(seconds, `${whole} s`);
    shown.dataset.urgent = String(whole <= URGENT_S);
    if (left > 0) timer = setTimeout(tick, left - (whole - 1) * 1000);
  };

  return (next) => {
    if (next === deadline) return;
    deadline = next;
    clearTimeout(timer);
    running?.cancel();
    shown.hidden = next === null;
    if (next === null) return;
    running = bar.animate([{ transform: "none" }, { transform: "scaleX(0)" }], { duration: leftUntil(next), fill: "both" });
    tick();
  };
}
