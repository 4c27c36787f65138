/**
 * Asks what a GET answers, from the page that describes it; and opens the operation that the address names.
 *
 * Hooks for tests: operation, try, answered, answer.
 */
import { find, setText } from "./dom.js";

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.try"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const [answered, shown] = [find(".status", HTMLElement, form), find("pre", HTMLElement, form)];
  setText(answered, "Asking…");
  try {
    const answer = await fetch(address(form), { headers: { accept: "application/json" } });
    const text = await answer.text();
    setText(answered, `${answer.status} ${answer.headers.get("content-type") ?? ""}`);
    setText(shown, pretty(text));
    shown.hidden = text === "";
  } catch {
    setText(answered, "The site does not answer.");
    shown.hidden = true;
  }
}

/**
 * The address with what was typed in its places and its query.
 * @param {HTMLFormElement} form
 */
function address(form) {
  let path = form.dataset.path ?? "";
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.querySelectorAll("input")) {
    if (dataset.place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "") query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Opens what the address names. */
function open() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
}

addEventListener("hashchange", open);
open();
