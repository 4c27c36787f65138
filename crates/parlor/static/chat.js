import { drawList, element, find, setText } from "./dom.js";
import { recall, remember } from "./memory.js";

/** @import {Table} from "./parlor.js" */

/** The longest message, in Unicode scalar values. */
const LONGEST = 150;

/** Under what name the muted are kept in this browser. */
const MUTED = "muted";

/** How long after a view the lines of before have come, and new ones are read aloud. */
const HISTORY_MS = 1000;

/**
 * Joins the chat of `_chat.html` to a table.
 * @param {Table<any, any, any>} table
 */
export function chat(table) {
  const log = find("#chat-log", HTMLElement);
  const lines = find("#chat-lines", HTMLElement);
  const form = find("#chat-form", HTMLFormElement);
  const input = find("#chat-input", HTMLInputElement);
  const hear = mutes(lines);
  const unread = unreadMark(log);
  let user = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;

  // Who comes anew is sent the last messages once more; who comes back, those that were missed. They are not read out.
  table.on("welcome", (welcome) => {
    user = welcome.user;
    clearTimeout(silence);
    log.setAttribute("aria-live", "off");
    silence = setTimeout(() => log.setAttribute("aria-live", "polite"), HISTORY_MS);
    if (!welcome.resumed) lines.replaceChildren();
  });

  table.on("chat_msg", ({ user: speaker, msg }) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const line = element("li", "chat-line");
    line.append(element("b", "chat-user", speaker), " ", element("span", "chat-text", msg));
    lines.append(line);
    const heard = hear(line, speaker, speaker === user);
    if (atEnd) log.scrollTop = log.scrollHeight;
    if (heard && speaker !== user && log.getAttribute("aria-live") !== "off") unread();
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

/**
 * Lets one mute others for oneself: what they say, and said, is not shown.
 * @param {HTMLElement} lines
 * @returns {(line: HTMLElement, speaker: string, own: boolean) => boolean} takes a line in, and tells whether it is shown
 */
function mutes(lines) {
  const muted = new Set(recall(MUTED, /** @type {string[]} */ ([])).filter((name) => typeof name === "string"));
  const speakers = new Set(muted);
  const list = find("#speakers", HTMLElement);
  const details = find("#mutes", HTMLElement);

  const draw = () => {
    details.hidden = speakers.size === 0;
    drawList(list, [...speakers].sort(), (name) => name, newSpeaker, (shown, name) => {
      find("button", HTMLButtonElement, shown).setAttribute("aria-pressed", String(muted.has(name)));
    });
  };
  const newSpeaker = (/** @type {string} */ name) => {
    const made = element("li", "speaker");
    const button = element("button", "button small", `Mute ${name}`);
    button.setAttribute("type", "button");
    button.dataset.test = "mute";
    button.addEventListener("click", () => {
      if (!muted.delete(name)) muted.add(name);
      remember(MUTED, [...muted]);
      for (const line of lines.children) if (line instanceof HTMLElement) show(line);
      draw();
    });
    made.append(button);
    return made;
  };
  /** @param {HTMLElement} line */
  const show = (line) => {
    line.hidden = muted.has(line.firstElementChild?.textContent ?? "");
    return !line.hidden;
  };
  draw();

  return (line, speaker, own) => {
    if (!own && !speakers.has(speaker)) {
      speakers.add(speaker);
      draw();
    }
    return show(line);
  };
}

/**
 * Counts, beside the way to the chat, the lines that came while it was out of sight.
 * @param {HTMLElement} log
 * @returns {() => void} counts one
 */
function unreadMark(log) {
  const mark = find("#unread", HTMLElement);
  let count = 0;
  let seen = true;
  const draw = () => {
    mark.hidden = count === 0;
    setText(mark, count > 0 ? `${count} new` : "");
  };
  new IntersectionObserver((entries) => {
    seen = entries.some(({ isIntersecting }) => isIntersecting);
    if (seen) count = 0;
    draw();
  }).observe(log);
  return () => {
    if (seen && !document.hidden) return;
    count += 1;
    draw();
  };
}
