import { drawList, element, find, setText } from "./dom.js";
import { showRefusal } from "./table-page.js";

/** @import {Table} from "./parlor.js" */
/** @import {Action, Event, View} from "./types/blackjack.js" */

/** What is public of the shoe, and a text of one's own for the next: `_shoe.html`. */

/**
 * Joins the panel to the table.
 * @param {Table<Action, Event, View>} table
 * @returns {(shown: {view: View, user: string, connected: boolean}) => void} draws the panel
 */
export function shoePanel(table) {
  const form = document.querySelector("#entropy-form");
  if (form instanceof HTMLFormElement) join(table, form);
  return ({ view, user, connected }) => {
    const { number, cards_left, next } = view.shoe;
    setText(find("#shoe-now", HTMLElement), number ? `Shoe ${number}: ${cards_left} cards are left.` : "Nothing was dealt yet.");
    setText(find("#shoe-next", HTMLElement), next?.hash ?? "");
    const added = (next?.entropy ?? []).map(({ player, text }) => `${player}: ${text}`);
    drawList(find("#shoe-entropy", HTMLElement), added, (line) => line, (line) => element("li", "name", line));
    if (!(form instanceof HTMLFormElement)) return;
    // Nobody changes what may still be dealt to the cards on the table.
    const may = connected && view.stage !== "dealing" && view.players.some(({ player }) => player === user);
    find("#add-entropy", HTMLButtonElement, form).disabled = !may;
  };
}

/**
 * @param {Table<Action, Event, View>} table
 * @param {HTMLFormElement} form
 */
function join(table, form) {
  const input = find("#entropy", HTMLInputElement, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    showRefusal(text ? "" : "write 1 to 64 characters", "add_entropy");
    if (text && table.send("add_entropy", { text })) input.value = "";
  });
}
