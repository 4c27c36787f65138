import { recall, remember } from "./memory.js";

/** How one likes one's table: switches that are remembered in this browser. */

/** @typedef {{sound: boolean, hint: boolean, fourColour: boolean, largeIndex: boolean, still: boolean, keysOff: boolean}} Settings */

const KEY = "table";

/**
 * Joins the switches of `_settings.html`: each is a checkbox whose name is the setting's.
 * @param {HTMLFormElement} form
 * @param {(settings: Settings) => void} changed is told at once, and at every change
 */
export function settings(form, changed) {
  /** @type {Settings} */
  const chosen = { sound: false, hint: false, fourColour: false, largeIndex: false, still: false, keysOff: false };
  const kept = /** @type {Record<string, unknown>} */ (recall(KEY, {}) ?? {});
  for (const name of /** @type {(keyof Settings)[]} */ (Object.keys(chosen))) {
    const box = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    chosen[name] = kept[name] === true;
    box.checked = chosen[name];
    box.addEventListener("change", () => {
      chosen[name] = box.checked;
      remember(KEY, chosen);
      apply(chosen);
      changed(chosen);
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  apply(chosen);
  changed(chosen);
}

/**
 * What is drawn otherwise: how cards are printed, and whether anything moves.
 * @param {Settings} settings
 */
function apply({ fourColour, largeIndex, still }) {
  const { dataset } = document.documentElement;
  dataset.deck = [fourColour && "four-colour", largeIndex && "large-index"].filter(Boolean).join(" ");
  dataset.motion = still ? "off" : "";
}
