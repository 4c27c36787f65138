import { bots } from "./bots.js";
import { chat } from "./chat.js";
import { find, setText } from "./dom.js";

/** @import {Attempt, ConnectOptions, Reason, Status, Table} from "./parlor.js" */

/**
 * What every page of a table has: the state of the connection, refusals, the link to hand on, chat, and the way out.
 * It stands on `_table_bar.html`, `_chat.html`, `_share.html`, and an element `#refusal`; `_bots.html` is for the host, where it
 * is there. A refusal is shown, too, in the element whose `data-refusal` names the type of the message that was refused:
 * beside the control that sent it.
 */

/** @type {Record<Exclude<Status, "gone">, string>} */
const STATUS_TEXT = {
  connecting: "Connecting…",
  open: "Connected",
  reconnecting: "Connection lost. Coming back…",
};

/** What is over, in a heading, by the code of the reason. @type {Record<string, string>} */
const GONE_TITLES = {
  session_ended: "This table has closed",
  no_such_session: "This table has closed",
  signed_out: "You are signed out",
  no_player: "You are signed out",
  replaced: "You play in another window",
  session_full: "Every seat is taken",
  invite_required: "This table is private",
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
  const showNext = nextAttempt();
  table.status((status, reason, next) => {
    showStatus(root, status, reason);
    showNext(next);
  });
  table.refused(({ message }, refused) => showRefusal(message, refused?.type));
  table.underWay((count) => (root.dataset.underWay = String(count)));
  find("#try-now", HTMLButtonElement).addEventListener("click", () => table.hurry());
  find("#gone-again", HTMLButtonElement).addEventListener("click", () => location.reload());
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
 * Shows why something was not done, where it was asked for; an empty sentence takes it away.
 * @param {string} message
 * @param {string} [type] the type of the message that was refused
 */
export function showRefusal(message, type = "") {
  const sentence = message && message[0].toUpperCase() + message.slice(1);
  const alert = find("#refusal", HTMLElement);
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-refusal]")]);
  const place = places.find(({ dataset }) => dataset.refusal?.split(" ").includes(type));
  for (const other of places) setText(other, other === place ? sentence : "");
  alert.classList.toggle("visually-hidden", place !== undefined);
  setText(alert, sentence);
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
  find("#lost", HTMLElement).hidden = status !== "reconnecting";
  if (status === "gone" && reason && reason.code !== "left") showGone(reason);
}

/**
 * Says that it is over, why, and where one can go from here.
 * @param {Reason} reason
 */
function showGone({ code, message }) {
  const gone = find("#gone", HTMLElement);
  const title = GONE_TITLES[code] ?? "You are not at this table any more";
  const why = message && message[0].toUpperCase() + message.slice(1);
  setText(find("#gone-title", HTMLElement), title);
  // A reason that says no more than the title is not said again.
  setText(find("#gone-what", HTMLElement), why.replace(/\.$/, "") === title ? "" : why);
  for (const way of gone.querySelectorAll("[data-gone]")) {
    if (way instanceof HTMLElement) way.hidden = !way.dataset.gone?.split(" ").includes(code);
  }
  gone.hidden = false;
}

/**
 * Tells, once a second, when the next attempt to come back is made. What is read aloud is the status alone.
 * @returns {(next: Attempt | null) => void}
 */
function nextAttempt() {
  const shown = find("#lost-next", HTMLElement);
  const button = find("#try-now", HTMLButtonElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (next) => {
    clearTimeout(timer);
    if (!next) return;
    const draw = () => {
      const left = next.at === null ? 0 : Math.max(0, next.at - Date.now());
      const seconds = Math.ceil(left / 1000);
      setText(shown, left > 0 ? `Attempt ${next.attempt} in ${seconds} s.` : `Attempt ${next.attempt}…`);
      button.disabled = next.at === null;
      if (left > 0) timer = setTimeout(draw, left - (seconds - 1) * 1000);
    };
    draw();
  };
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
