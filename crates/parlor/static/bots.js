/**
 * The bots at a table, for its host: who they are, one more, and one less. It stands on `_bots.html`; where that shows
 * nothing, to others than the host or of a game without bots, it does nothing.
 *
 * Hooks for tests: bots, bot-list, add-bot, remove-bot, bots-refusal.
 */
import { copyOf, drawList, find, setText } from "./dom.js";

/** How long it takes at the least, in milliseconds, until the list is asked for again. */
const EVERY = 1000;

/** Keeps the list as it is at the table. The page says when that may have changed, by calling what comes back. */
export function bots() {
  const list = document.querySelector("#bots");
  if (!(list instanceof HTMLElement)) return () => {};
  const api = list.dataset.api ?? "";

  /** @param {string[]} names */
  const draw = (names) => drawList(list, names, (name) => name, newRow);

  /** @param {string} name */
  const newRow = (name) => {
    const row = copyOf("#bot");
    setText(find("[data-cell=name]", HTMLElement, row), name);
    const remove = find("[data-remove]", HTMLButtonElement, row);
    remove.ariaLabel = `Send away ${name}`;
    remove.addEventListener("click", async () => {
      // Whoever plays by keyboard is not lost with the button.
      list.focus();
      showRefusal("");
      await ask("DELETE", `/${encodeURIComponent(name)}`);
      await refresh();
    });
    return row;
  };

  /**
   * Asks the site. What the host wanted and did not get is said; the list is asked for anew with the next view.
   * @param {"GET" | "POST" | "DELETE"} method
   * @param {string} [path]
   */
  const ask = async (method, path = "") => {
    const answer = await fetch(api + path, { method }).catch(() => null);
    if (answer?.ok) return method === "DELETE" ? null : answer.json();
    if (method === "GET") return null;
    const problem = await answer?.json().catch(() => null);
    showRefusal(problem?.detail ?? "the site does not answer; try again");
    return null;
  };

  const refresh = async () => {
    const rows = await ask("GET");
    if (rows) draw(rows.map((/** @type {{name: string}} */ row) => row.name));
  };

  find("#add-bot", HTMLButtonElement).addEventListener("click", async () => {
    showRefusal("");
    if (await ask("POST")) await refresh();
  });

  let [waits, again] = [false, false];
  const changed = () => {
    again = waits;
    if (waits) return;
    waits = true;
    void refresh();
    setTimeout(() => {
      waits = false;
      if (again) changed();
    }, EVERY);
  };
  return changed;
}

/** @param {string} message */
function showRefusal(message) {
  setText(find("#bots-refusal", HTMLElement), message && message[0].toUpperCase() + message.slice(1));
}
