/**
 * The hand on the landing page. It is dealt when the page is there; where nobody plays it, it plays itself, until somebody
 * presses a button, pauses it, or looks elsewhere. Who wants no motion is dealt one hand that waits.
 *
 * Hooks for tests: demo (data-mode: itself, paused, mine; data-stage), demo-says, demo-hit, demo-stay, demo-double,
 * demo-split, demo-insurance, demo-surrender, demo-again, demo-pause.
 */
import { find, setText } from "./dom.js";
import { advice } from "./practice-advice.js";
import { PracticeTable, part } from "./practice-table.js";

/** @import {Move} from "./types/blackjack.js" */

const BET = "25.00";

/** How long it waits before the first move, before any other, and before the next deal. */
const FIRST = 4000;
const NEXT = 2200;
const AFTER = 4500;

/** As many rounds as it plays to nobody. */
const MOST = 8;

const root = find("#demo", HTMLElement);
const says = part(root, "says", HTMLElement);
const again = part(root, "again", HTMLButtonElement);
const pause = part(root, "pause", HTMLButtonElement);
const table = new PracticeTable(root, take);

let mode = /** @type {"itself" | "paused" | "mine"} */ ("itself");
let rounds = 0;
let seen = true;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

again.addEventListener("click", () =>
  table.keepFocus(() => {
    become("mine");
    table.deal(BET);
    tell();
  }),
);
pause.addEventListener("click", () => {
  become(mode === "paused" ? "itself" : "paused");
  wait(NEXT);
});
document.addEventListener("visibilitychange", () => wait(NEXT));
new IntersectionObserver(([{ isIntersecting }]) => {
  seen = isIntersecting;
  wait(NEXT);
}).observe(root);

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
become(still ? "mine" : "itself");
table.deal(BET, { instant: still });
tell();
wait(FIRST);

/**
 * Somebody plays: from now on nothing moves by itself, and what happens is told.
 * @param {Move} move
 */
function take(move) {
  become("mine");
  table.play(move);
  tell();
}

/** @param {typeof mode} next */
function become(next) {
  mode = next;
  root.dataset.mode = mode;
  clearTimeout(timer);
  pause.hidden = mode === "mine";
  setText(pause, mode === "paused" ? "Go on" : "Pause");
  // What plays itself is told to nobody who listens; what one does is.
  says.setAttribute("aria-live", mode === "mine" ? "polite" : "off");
}

/** @param {number} ms */
function wait(ms) {
  clearTimeout(timer);
  if (mode === "itself" && seen && !document.hidden && rounds < MOST) timer = setTimeout(step, ms);
}

/** One move of a hand that nobody plays. */
function step() {
  const advised = advice(table.view);
  if (advised) table.play(advised.move);
  else table.deal(BET);
  const over = table.view.stage === "ending";
  if (over) rounds += 1;
  if (rounds >= MOST) become("mine");
  tell(advised?.move);
  wait(over ? AFTER : NEXT);
}

/** @param {Move} [played] */
function tell(played) {
  const { stage } = table.view;
  again.hidden = stage === "dealing";
  if (mode === "mine") return setText(says, table.told.join(" ") || "Your hand: hit or stay?");
  if (stage === "ending") return setText(says, table.told.at(-1) ?? "");
  setText(says, played ? `Basic strategy: ${played}.` : "This hand plays itself. Press a button, and it is yours.");
}
