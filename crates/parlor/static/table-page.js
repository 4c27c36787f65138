import { bots } from "./bots.js";
import { chat } from "./chat.js";
import { find, setText } from "./dom.js";

/** @import {ConnectOptions, Reason, Status, Table} from "./parlor.js" */

/**
 * What every page of a table has: the state of the connection, refusals, the link to hand on, chat, and the way out.
 * It stands on `_table_bar.html`, `_chat.html`, and an element `#refusal`; `_bots.html` is for the host, where it is there.
 */

/** @type {Record<Exclude<Status, "gone">, string>} */
const STATUS_TEXT = {
  connecting: "Connecting…",
  open: "Connected",
  reconnecting: "Connection lost. Coming back…",
};

/**
 * How to connect, as the page's root element says in its data attributes.
 * @param {HTMLElement} root
 * @returns {ConnectOptions}
 */
export function optionsOf(root) {
  const { wsPath, spectate, invite } = root.dataset;
  return { url: wsPath, spectate: spectate === "true", invite };
}

/**
 * Joins the shared parts of a table's page to the table.
 * @param {Table<any, any, any>} table
 * @param {HTMLElement} root
 */
export function furnish(table, root) {
  table.status((status, reason) => showStatus(root, status, reason));
  table.refused(({ message }) => showRefusal(message));
  find("#leave", HTMLButtonElement).addEventListener("click", () => {
    if (root.dataset.state === "gone") goToLobby(root);
    else table.send("leave");
  });
  find("#copy-link", HTMLButtonElement).addEventListener("click", copyLink);
  chat(table);
  // Whoever comes or goes, bots too, everyone is shown the game anew.
  table.on("load_game", bots());
}

/**
 * Shows why something was not done; an empty sentence takes it away.
 * @param {string} message
 */
export function showRefusal(message) {
  const sentence = message && message[0].toUpperCase() + message.slice(1);
  setText(find("#refusal", HTMLElement), sentence);
}

/**
 * @param {HTMLElement} root
 * @param {Status} status
 * @param {Reason | null} reason
 */
function showStatus(root, status, reason) {
  if (reason?.code === "left") goToLobby(root);
  const shown = find("#status", HTMLElement);
  root.dataset.state = status;
  shown.dataset.state = status;
  if (reason) shown.dataset.code = reason.code;
  setText(shown, status === "gone" ? (reason?.message ?? "") : STATUS_TEXT[status]);
}

/** @param {HTMLElement} root */
function goToLobby(root) {
  location.assign(root.dataset.lobby ?? "/");
}

/** Copies the table's link; where the page may not, it is selected, for the player to copy. */
async function copyLink() {
  const link = find("#share-link", HTMLInputElement);
  const said = find("#copied", HTMLElement);
  try {
    await navigator.clipboard.writeText(link.value);
    said.textContent = "Link copied.";
  } catch {
    link.select();
    said.textContent = "Copy the selected link.";
  }
}
