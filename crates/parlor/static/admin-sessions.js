/**
 * Keeps staff's list of open tables live. What is being typed stays.
 *
 * Hooks for tests: sessions, session (data-key is its id), people, total, close-details, close-reason, close-table, watch.
 */
import { copyOf, drawList, find, setText } from "./dom.js";

/**
 * @typedef {{game: string, title: string, id: string, players: number, spectators: number, max_players: number, stage: string,
 *   private: boolean, number: number, opened: number | null, moved: number | null}} Row
 */

const EVERY = 5_000;

const list = find("#sessions", HTMLElement);
const total = find("#total", HTMLElement);
const empty = find("#no-sessions", HTMLElement);

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

/** @param {{tables: Row[], total: number}} page */
function draw(page) {
  const focused = list.contains(document.activeElement);
  // A table that somebody is about to close keeps its place, so that nothing moves under the pointer.
  if (list.querySelector("details[open]")) page.tables.sort(byPlace());
  drawList(list, page.tables, ({ id }) => id, newRow, updateRow);
  if (focused && !list.contains(document.activeElement)) list.focus();
  setText(total, `${page.total} open ${page.total === 1 ? "table" : "tables"}`);
  empty.hidden = list.childElementCount > 0;
}

/** An order in which those that are shown stay where they are, and others come after them. */
function byPlace() {
  const shown = /** @type {HTMLElement[]} */ ([...list.children]).map(({ dataset }) => dataset.key);
  const place = (/** @type {Row} */ { id }) => (shown.includes(id) ? shown.indexOf(id) : shown.length);
  return (/** @type {Row} */ a, /** @type {Row} */ b) => place(a) - place(b);
}

/** @param {Row} row */
function newRow(row) {
  const made = copyOf("#session-row");
  const set = setter(made);
  set("name", `${row.title} ${row.number}`);
  set("id", row.id);
  set("opened", time(row.opened));
  for (const name of ["watch", "journal"]) cell(made, name).hidden = row.private;
  cell(made, "private").hidden = !row.private;
  find("[data-cell=watch]", HTMLAnchorElement, made).href = `/games/${row.game}/session/${row.id}?spectate=true`;
  find("[data-cell=journal]", HTMLAnchorElement, made).href = `/api/sessions/${row.id}/journal`;
  find("form", HTMLFormElement, made).action = `/admin/sessions/${row.id}/close`;
  return made;
}

/**
 * @param {HTMLElement} shown
 * @param {Row} row
 */
function updateRow(shown, row) {
  const set = setter(shown);
  set("stage", row.stage);
  set("people", `${row.players} of ${row.max_players} seats, ${row.spectators} watching`);
  set("moved", time(row.moved) || "before the last start");
}

/** @param {HTMLElement} shown */
function setter(shown) {
  return (/** @type {string} */ name, /** @type {string} */ text) => setText(cell(shown, name), text);
}

/**
 * @param {HTMLElement} shown
 * @param {string} name
 */
function cell(shown, name) {
  return find(`[data-cell=${name}]`, HTMLElement, shown);
}

/**
 * A time as the server writes it.
 * @param {number | null} at
 */
function time(at) {
  return at === null ? "" : `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
