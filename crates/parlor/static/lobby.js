/**
 * Keeps lists of open tables live: every element with `data-api`, within a section that also says how many there are
 * (`data-part="count"`) and what to do where there are none (`data-part="empty"`).
 *
 * Hooks for tests: tables, table-row (data-key is the session's id, data-full), table-count, table-players,
 * table-spectators, table-stage, join, watch, create-table, create-private.
 */
import { copyOf, drawList, find, setText } from "./dom.js";

/**
 * A row of `GET /api/games/{game}/sessions`.
 * @typedef {{id: string, players: number, bots: number, spectators: number, max_players: number, stage: string | null, number?: number}} Row
 */

const EVERY = 2000;

/** Asks for the rows of a list and draws them; a failed request changes nothing. @param {HTMLElement} list */
async function refresh(list) {
  try {
    const answer = await fetch(list.dataset.api ?? "", { headers: { accept: "application/json" } });
    if (answer.ok) draw(list, await answer.json());
  } catch {
    // Offline, or the site restarts: the next round asks again.
  }
}

/**
 * @param {HTMLElement} list
 * @param {Row[]} rows
 */
function draw(list, rows) {
  const focused = list.contains(document.activeElement);
  const section = /** @type {HTMLElement} */ (list.closest("[data-part=open]"));
  const newRow = (/** @type {{id: string}} */ { id }) => rowOf(list, id);
  drawList(list, [...privateRows(list), ...rows], (row) => row.id, newRow, updateRow);
  if (focused && !list.contains(document.activeElement)) list.focus();
  setText(find("[data-part=count]", HTMLElement, section), `${rows.length} open ${rows.length === 1 ? "table" : "tables"}`);
  find("[data-part=empty]", HTMLElement, section).hidden = list.childElementCount > 0;
}

/**
 * Private tables are only in the page, never in the public list: they stay as they are.
 * @param {HTMLElement} list
 * @returns {{id: string}[]}
 */
function privateRows(list) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  return rows.filter((row) => row.dataset.private === "true").map((row) => ({ id: row.dataset.key ?? "" }));
}

/**
 * @param {HTMLElement} list
 * @param {string} id
 */
function rowOf(list, id) {
  const made = copyOf("#table-row");
  name(made, `Table ${id.slice(0, 4)}`);
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
  // A bot gives up its seat for a person.
  const full = row.players - row.bots >= row.max_players;
  if (row.number) name(shown, `Table ${row.number}`);
  const bots = row.bots ? `, ${row.bots} by ${row.bots === 1 ? "a bot" : "bots"}` : "";
  setText(cell(shown, "players"), `${row.players} of ${row.max_players} seats taken${bots}`);
  setText(cell(shown, "spectators"), row.spectators ? `${row.spectators} watching` : "");
  setText(cell(shown, "stage"), row.stage ?? "");
  shown.dataset.full = String(full);
  cell(shown, "full").hidden = !full;
  find("[data-join]", HTMLAnchorElement, shown).hidden = full;
  const pips = Array.from({ length: row.max_players }, (_, seat) => seat < row.players);
  drawList(cell(shown, "pips"), pips, (_, seat) => String(seat), () => document.createElement("i"), (pip, taken) => (pip.dataset.taken = String(taken)));
}

/**
 * @param {HTMLElement} shown
 * @param {string} text
 */
function name(shown, text) {
  setText(cell(shown, "name"), text);
  for (const of of shown.querySelectorAll("[data-cell=of]")) setText(of, ` ${text}`);
}

/**
 * @param {HTMLElement} shown
 * @param {string} name
 */
function cell(shown, name) {
  return find(`[data-cell=${name}]`, HTMLElement, shown);
}

/** @type {NodeListOf<HTMLElement>} */
const lists = document.querySelectorAll("[data-api].tables");
const refreshAll = () => {
  if (!document.hidden) lists.forEach(refresh);
};
setInterval(refreshAll, EVERY);
document.addEventListener("visibilitychange", refreshAll);
