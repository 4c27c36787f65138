/**
 * The practice table on the page of rules: hands dealt in the page, with a word on each of what may be done and why.
 *
 * Hooks for tests: practice (data-stage), practice-says, practice-guide, practice-deal (data-deal is the bet),
 * practice-hit and so on for the other moves, practice-balance, practice-advice.
 */
import { amountOf } from "./chips.js";
import { find, setText } from "./dom.js";
import { advice } from "./practice-advice.js";
import { PracticeTable, part } from "./practice-table.js";

const root = find("#practice", HTMLElement);
const says = part(root, "says", HTMLElement);
const guide = part(root, "guide", HTMLElement);
const balance = part(root, "balance", HTMLElement);
const advised = part(root, "advice", HTMLInputElement);
const bets = /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("[data-deal]"));
const table = new PracticeTable(root, (move) => {
  table.play(move);
  tell();
});

for (const button of bets) {
  button.addEventListener("click", () =>
    table.keepFocus(() => {
      table.deal(button.dataset.deal ?? "");
      tell();
    }),
  );
}
advised.addEventListener("change", tell);

// Keys work while the focus is at this table, and nowhere else on the page.
root.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const buttons = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button[aria-keyshortcuts]")]);
  const pressed = buttons.find((button) => button.checkVisibility() && !button.disabled && button.getAttribute("aria-keyshortcuts") === event.key.toUpperCase());
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});

table.draw({ instant: true });
tell();

function tell() {
  const view = table.view;
  const over = view.stage !== "dealing";
  part(root, "bets", HTMLElement).hidden = !over;
  for (const button of bets) button.disabled = Number(button.dataset.deal) * 100 > table.balance;
  setText(balance, amountOf(table.balance));
  if (table.told.length > 0) setText(says, table.told.join(" "));
  setText(guide, over ? (view.stage === "ending" ? ending() : "Press a chip to bet it. Nothing is at stake here.") : dealing());
}

/** What may be done now, and what is advised. */
function dealing() {
  const view = table.view;
  const hand = view.hands.find(({ active }) => active);
  const insurance = view.legal.includes("insurance")
    ? "The dealer shows an ace, and asks for insurance: half your bet that the other card is a ten. It pays 2 to 1, but only 4 of 13 cards are tens: decline it by any other move. "
    : "";
  const best = advice(view);
  if (!hand || !best || !advised.checked) return insurance;
  return `${insurance}Basic strategy with ${hand.value}: ${best.move}. ${best.why}`;
}

/** What can be learned from how it ended. */
function ending() {
  const [hand] = table.view.hands;
  const known = {
    Blackjack: "An ace with a ten is a blackjack: it pays 3 to 2, and beats any other 21.",
    Win: "Closer to 21 than the dealer: it pays 1 to 1.",
    "Dealer Bust": "The dealer went over 21: every hand that still stood wins.",
    Push: "The same value as the dealer's: the bet comes back.",
    Loss: "The dealer came closer to 21.",
    "Player Bust": "Over 21 is lost at once, whatever the dealer has.",
    Surrender: "Half the bet is back, and the other half is gone.",
  };
  return `${known[hand.outcome ?? "Push"]} Press a chip for the next hand.`;
}
