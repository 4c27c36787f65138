import { element } from "./dom.js";

/** What happened, told twice: in a live region, for now, and in a log, to read back. */

/** Sentences that come within this time are told together. */
const TOGETHER_MS = 120;

/** How many paragraphs the live region keeps, and how many lines the log. */
const KEPT = 3;
const LINES = 400;

/** What is told: what happened, and what is asked of the player now, which the log need not keep. @typedef {{told: string[], asked?: string}} Telling */

/**
 * Tells in a polite live region and an ordered list; the list is not read out as well.
 * @param {HTMLElement} live
 * @param {HTMLElement} log the list
 * @returns {(telling: Telling) => void}
 */
export function narrator(live, log) {
  /** @type {string[]} */
  let waiting = [];
  let asked = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const speak = () => {
    timer = undefined;
    const paragraph = element("p", "told", waiting.join(" "));
    if (asked) paragraph.append(element("span", "visually-hidden", waiting.length > 0 ? ` ${asked}` : asked));
    paragraph.classList.toggle("visually-hidden", waiting.length === 0);
    live.append(paragraph);
    while (live.childElementCount > KEPT) live.firstElementChild?.remove();
    waiting = [];
    asked = "";
  };

  return (telling) => {
    for (const sentence of telling.told) write(log, sentence);
    if (telling.told.length === 0 && !telling.asked) return;
    waiting.push(...telling.told);
    asked = telling.asked ?? asked;
    timer ??= setTimeout(speak, TOGETHER_MS);
  };
}

/**
 * @param {HTMLElement} log
 * @param {string} sentence
 */
function write(log, sentence) {
  const frame = log.parentElement ?? log;
  const atEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40;
  const now = new Date();
  const time = document.createElement("time");
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const line = element("li", "log-line");
  line.append(time, " ", sentence);
  log.append(line);
  while (log.childElementCount > LINES) log.firstElementChild?.remove();
  if (atEnd) frame.scrollTop = frame.scrollHeight;
}
