/**
 * Keeps the overview of staff live: the numbers, the plots of the last hour, and what was refused in it.
 *
 * Hooks for tests: numbers, players-online, open-tables, plot, refusals, limits, status.
 */
import { drawList, element, find, setText } from "./dom.js";
import { plot, short } from "./plot.js";

/**
 * @typedef {{at: number, connections: number, players: number, tables: number, awake: number, records_per_second: number,
 *   commit_p50_ms: number | null, commit_p99_ms: number | null, oldest_write_ms: number,
 *   refusals: Record<string, number>, limits: Record<string, number>}} Sample
 */

const HOUR = 3_600_000;
/** The shortest time that a plot shows. */
const SHORTEST = 300_000;
const EVERY = 5_000;

const status = find("#status", HTMLElement);
/** @type {Sample[]} */
let samples = [];

/** Asks for what is new, and draws all; a failed request says so, and the next one mends it. */
async function refresh() {
  if (document.hidden) return;
  const after = samples[samples.length - 1]?.at ?? 0;
  try {
    const answer = await fetch(`/api/admin/overview?after=${after}`, { headers: { accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) return setText(status, told.detail);
    setText(status, "");
    samples = [...samples, ...told.samples].filter(({ at }) => at > told.now.at - HOUR);
    draw(told.now);
  } catch {
    setText(status, "The site does not answer; trying again.");
  }
}

/** @param {Sample} now */
function draw(now) {
  for (const shown of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-number]"))) {
    const name = /** @type {keyof Sample} */ (shown.dataset.number);
    const value = short(Number(now[name]));
    setText(shown, name === "oldest_write_ms" ? `${value} ms` : value);
  }
  // While there is little, that takes all the room.
  const from = Math.min(samples[0]?.at ?? now.at, now.at - SHORTEST);
  const span = { from: Math.max(from, now.at - HOUR), to: now.at };
  /** @type {(name: string, of: (sample: Sample) => number | null) => import("./plot.js").Line} */
  const line = (name, of) => ({ name, points: samples.map((sample) => [sample.at, of(sample)]) });
  /** @type {(name: string, lines: import("./plot.js").Line[]) => void} */
  const show = (name, lines) => plot(find(`#plot-${name}`, HTMLElement), lines, span);
  show("people", [line("Sockets", ({ connections }) => connections), line("Players", ({ players }) => players)]);
  show("moves", [line("Records a second", (sample) => sample.records_per_second)]);
  show("commits", [line("Half", (sample) => sample.commit_p50_ms), line("99 of 100", (sample) => sample.commit_p99_ms)]);
  show("refusals", [line("Refusals", ({ refusals }) => sum(Object.values(refusals)))]);
  for (const what of /** @type {const} */ (["refusals", "limits"])) count(what);
}

/**
 * The table of what happened how often in the last hour, the most frequent first.
 * @param {"refusals" | "limits"} what
 */
function count(what) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const sample of samples) {
    for (const [name, more] of Object.entries(sample[what])) times.set(name, (times.get(name) ?? 0) + more);
  }
  const table = find(`#${what}`, HTMLTableElement);
  const rows = [...times].sort(([, a], [, b]) => b - a);
  drawList(table.tBodies[0], rows, ([name]) => name, newRow, (row, [, times]) => {
    setText(/** @type {Element} */ (row.lastElementChild), short(times));
  });
  table.hidden = rows.length === 0;
  find(`#${what}-none`, HTMLElement).hidden = rows.length > 0;
}

/** @param {[string, number]} entry */
function newRow([name]) {
  const row = element("tr", "");
  row.append(element("td", "", name), element("td", "number"));
  return row;
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
refresh();
