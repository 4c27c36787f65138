/**
 * The page of any game's table, for developers: the view and the frames as JSON, and a form to send any message.
 *
 * Hooks for tests: status (data-state), view, frames, message-type, message-data, send, refusal, population,
 * share-link, copy-link, leave, chat-log, chat-input, chat-send.
 */
import { drawList, element, find, setText } from "./dom.js";
import { connect } from "./parlor.js";
import { furnish, optionsOf, showRefusal } from "./table-page.js";

/** How many of the last frames are shown. */
const FRAMES_SHOWN = 50;

const root = find("#table", HTMLElement);
const table = connect(optionsOf(root));
furnish(table, root);

/** @type {{key: string, text: string}[]} */
const frames = [];
let received = 0;
table.frames((frame) => {
  received += 1;
  frames.unshift({ key: String(received), text: JSON.stringify(frame) });
  frames.splice(FRAMES_SHOWN);
  drawList(find("#frames", HTMLElement), frames, ({ key }) => key, ({ text }) => element("li", "frame", text));
});

table.on("load_game", (view) => {
  setText(find("#view", HTMLElement), JSON.stringify(view, null, 2));
  countPeople();
});

/** Shows who is there, as the lobby knows it. */
async function countPeople() {
  const answer = await fetch(root.dataset.api ?? "").catch(() => null);
  if (!answer?.ok) return;
  const { players, max_players, spectators } = await answer.json();
  setText(find("#population", HTMLElement), `${players} of ${max_players} seats taken, ${spectators} watching`);
}

find("#message-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const type = find("#message-type", HTMLInputElement).value.trim();
  const written = find("#message-data", HTMLTextAreaElement).value.trim();
  showRefusal("");
  try {
    table.send(type, written ? JSON.parse(written) : undefined);
  } catch (error) {
    showRefusal(`The data is not JSON: ${/** @type {Error} */ (error).message}`);
  }
});
