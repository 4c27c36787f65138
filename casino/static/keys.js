import { element, find } from "./dom.js";

/**
 * Keys. Whatever on the page has `aria-keyshortcuts` is pressed, or typed in, by its key, while it can be; so the keys that
 * work, those that are shown and those that help lists are the same.
 */

/**
 * Lets keys press the page's controls, and lists them in `_keys.html`.
 * @param {() => boolean} wanted whether this player wants keys
 */
export function keys(wanted) {
  const help = find("#help", HTMLDialogElement);
  const openHelp = find("#open-help", HTMLButtonElement);
  openHelp.addEventListener("click", () => {
    list(find("#keys", HTMLElement));
    help.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || help.open || !wanted()) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (types(target, event.key)) return;
    const control = controlOf(event.key);
    if (!control) return;
    event.preventDefault();
    if (control instanceof HTMLInputElement) {
      control.focus();
      control.select();
    } else {
      control.click();
    }
  });
}

/**
 * Whether a key is something to type where the focus is. A field for an amount takes no letters.
 * @param {HTMLElement} target
 * @param {string} key
 */
function types(target, key) {
  if (target instanceof HTMLInputElement && target.type === "number") return !/^[a-z?]$/i.test(key);
  const field = target instanceof HTMLInputElement && !["checkbox", "button"].includes(target.type);
  return field || target instanceof HTMLTextAreaElement || target.isContentEditable;
}

/**
 * The control that a key presses now.
 * @param {string} key
 */
function controlOf(key) {
  const wanted = key.length === 1 ? key.toUpperCase() : key;
  return controls().find((control) => {
    const able = !(control instanceof HTMLButtonElement && control.disabled) && control.checkVisibility();
    return able && control.getAttribute("aria-keyshortcuts") === wanted;
  });
}

/** @returns {HTMLElement[]} */
function controls() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[aria-keyshortcuts]")]);
}

/** @param {HTMLElement} shown */
function list(shown) {
  const rows = controls().map((control) => {
    const row = document.createElement("div");
    const name = control.getAttribute("aria-label") ?? labelOf(control);
    const term = document.createElement("dt");
    term.append(element("kbd", "", control.getAttribute("aria-keyshortcuts") ?? ""));
    row.append(term, element("dd", "", name));
    return row;
  });
  shown.replaceChildren(...rows);
}

/**
 * A control's words without its key.
 * @param {HTMLElement} control
 */
function labelOf(control) {
  const labels = control instanceof HTMLInputElement ? control.labels?.[0] : null;
  const copy = /** @type {HTMLElement} */ ((labels ?? control).cloneNode(true));
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return (copy.textContent ?? "").trim();
}
