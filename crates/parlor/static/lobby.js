/**
 * Keeps the list of a game's open tables live.
 *
 * Hooks for tests: tables, table-row (data-key is the session's id), table-count, table-players, table-spectators,
 * table-stage, join, watch, create-table, create-private.
 */
import { copyOf, drawList, find, setText } from "./dom.js";

/**
 * A row of `GET /api/games/{game}/sessions`.
 * @typedef {{id: string, players: number, bots: number, spectators: number, max_players: number, stage: string | null, number?: number}} Row
 */

const EVERY = 2000;

const list = find("#tables", HTMLElement);
const count = find("#table-count", HTMLElement);
const empty = find("#no-tables", HTMLElement);

/** Asks for the rows and draws them; a failed request changes nothing. */
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.api ?? "", { headers: { accept: "application/json" } });
    if (answer.ok) draw(await answer.json());
  } catch {
    // Offline, or the site restarts: the next round asks again.
  }
}

/** @param {Row[]} rows */
function draw(rows) {
  const focused = list.contains(document.activeElement);
  drawList(list, [...privateRows(), ...rows], (row) => row.id, newRow, updateRow);
  if (focused && !list.contains(document.activeElement)) list.focus();
  setText(count, `${rows.length} open ${rows.length === 1 ? "table" : "tables"}`);
  empty.hidden = list.childElementCount > 0;
}

/**
 * Private tables are only in the page, never in the public list: they stay as they are.
 * @returns {{id: string}[]}
 */
function privateRows() {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  return rows.filter((row) => row.dataset.private === "true").map((row) => ({ id: row.dataset.key ?? "" }));
}

/** @param {{id: string} | Row} row */
function newRow({ id }) {
  const made = copyOf("#table-row");
  setText(find("[data-cell=name]", HTMLElement, made), `Table ${id.slice(0, 4)}`);
  const address = `${list.dataset.lobby}session/${id}`;
  find("[data-join]", HTMLAnchorElement, made).href = address;
  find("[data-watch]", HTMLAnchorElement, made).href = `${address}?spectate=true`;
  return made;
}

/**
 * @param {HTMLElement} shown
 * @param {{id: string} | Row} row
 */
function updateRow(shown, row) {
  if (!("players" in row)) return;
  /** @type {(name: string, text: string) => void} */
  const set = (name, text) => setText(find(`[data-cell=${name}]`, HTMLElement, shown), text);
  if (row.number) set("name", `Table ${row.number}`);
  const bots = row.bots ? `, ${row.bots} by ${row.bots === 1 ? "a bot" : "bots"}` : "";
  set("players", `${row.players} of ${row.max_players} seats taken${bots}`);
  set("spectators", row.spectators ? `${row.spectators} watching` : "");
  set("stage", row.stage ?? "");
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
