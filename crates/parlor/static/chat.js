import { element, find } from "./dom.js";

/** @import {Table} from "./parlor.js" */

/** The longest message, in Unicode scalar values. */
const LONGEST = 150;

/**
 * Joins the chat of `_chat.html` to a table.
 * @param {Table<any, any, any>} table
 */
export function chat(table) {
  const log = find("#chat-log", HTMLElement);
  const form = find("#chat-form", HTMLFormElement);
  const input = find("#chat-input", HTMLInputElement);

  // Who comes anew is sent the last messages once more; who comes back, those that were missed.
  table.on("welcome", ({ resumed }) => {
    if (!resumed) log.replaceChildren();
  });

  table.on("chat_msg", ({ user, msg }) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const line = element("li", "chat-line");
    line.append(element("b", "chat-user", user), " ", element("span", "chat-text", msg));
    log.append(line);
    if (atEnd) log.scrollTop = log.scrollHeight;
  });

  input.addEventListener("input", () => {
    const length = [...input.value.trim()].length;
    input.setCustomValidity(length > LONGEST ? `${length} characters: ${LONGEST} at most.` : "");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const msg = input.value.trim();
    if (msg && table.send("chat_msg", { msg })) input.value = "";
  });
}
