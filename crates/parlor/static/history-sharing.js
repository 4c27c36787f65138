import { find, setText } from "./dom.js";
import { dayOf } from "./history-words.js";

/**
 * The panel from which one who had a seat shares a finished table.
 * @param {string} address of the share in the API
 */
export async function sharing(address) {
  const panel = find("#sharing", HTMLElement);
  const link = find("#shared-link", HTMLInputElement);
  const make = find("#make-link", HTMLButtonElement);
  const back = find("#take-back-link", HTMLButtonElement);

  /** @param {string} method */
  async function ask(method) {
    const answer = await fetch(address, { method, headers: { accept: "application/json" } }).catch(() => null);
    const body = answer?.status === 204 ? {} : await answer?.json().catch(() => ({}));
    if (!answer?.ok) setText(find("#shared-copied", HTMLElement), sentence(body?.detail ?? "that did not work; try again"));
    return answer?.ok ? body : null;
  }

  /**
   * @param {string} state
   * @param {string} url
   * @param {boolean} isThere
   */
  function show(state, url, isThere) {
    setText(find("#sharing-state", HTMLElement), state);
    link.value = url;
    find("#sharing-link", HTMLElement).hidden = !url;
    setText(make, isThere ? "Make another link" : "Make a link");
    back.hidden = !isThere;
  }

  const nobody = "A link shows this table to anybody who has it, without signing in: what you saw, and nothing else.";
  make.addEventListener("click", async () => {
    const made = await ask("POST");
    if (made) show("Whoever has this link sees what you saw. It is shown this once: copy it.", made.url, true);
  });
  back.addEventListener("click", async () => {
    if (!(await ask("DELETE"))) return;
    show(`The link is dead. ${nobody}`, "", false);
    make.focus();
  });
  find("#copy-shared", HTMLButtonElement).addEventListener("click", () => copy(link.value, find("#shared-copied", HTMLElement), link));

  const { may_share: may = false, shared_at: at = null } = (await ask("GET")) ?? {};
  const there = `You made a link on ${at ? dayOf(at) : ""}. Another one takes its place.`;
  show(at ? there : nobody, "", at !== null);
  panel.hidden = !may;
}

/**
 * Copies a text; where the page may not, it is selected in `field`, for the reader to copy.
 * @param {string} text
 * @param {HTMLElement} said where it is told
 * @param {HTMLInputElement} [field]
 */
export async function copy(text, said, field) {
  try {
    await navigator.clipboard.writeText(text);
    setText(said, "Link copied.");
  } catch {
    field?.select();
    setText(said, field ? "Copy the selected link." : "Copy it from the address bar.");
  }
}

/** The server's sentences begin in lower case. @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
