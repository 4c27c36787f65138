/**
 * Shows what a table made public of its shoes, and deals those again whose seed is shown.
 *
 * Hooks for tests: verdict (data-state), verify-all, proofs, shoe (data-key is its number), shoe-state, shoe-verdict
 * (data-state), shoe-fault, shoe-hash, shoe-entropy, shoe-seed, dealt, verify.
 */
import { copyOf, element, find, setText } from "./dom.js";
import { shoesOf } from "./fair-proofs.js";
import { faultsOf, redeal } from "./fair-verifier.js";

/** @import {Moment, Shoe, SpentShoe} from "./fair-proofs.js" */

const root = find("#fair", HTMLElement);
const verifyAll = find("#verify-all", HTMLButtonElement);
const list = find("#shoes", HTMLElement);

/** @type {Shoe[]} */
let shoes = [];

/** Asks for what is public, and draws it. */
async function load() {
  const answer = await fetch(root.dataset.api ?? "", { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) {
    const why = await answer?.json().catch(() => null);
    return say("danger", `What the table made public can't be read: ${why?.detail ?? "the site does not answer"}.`);
  }
  shoes = shoesOf((await answer.json()).proofs);
  list.replaceChildren(...shoes.map(draw).reverse());
  const spent = shoes.filter(({ spent }) => spent).length;
  verifyAll.disabled = spent === 0;
  if (shoes.length === 0) say("", "This game makes nothing public that could be checked.");
  else if (spent === 0) say("", "No shoe of this table is spent yet: the hashes are here, and the seeds follow.");
  else say("", `${counted(spent)} spent, and can be dealt again.`);
}

/** Deals every spent shoe again. */
function verify() {
  const faults = faultsOf(shoes);
  shoes.forEach((shoe, place) => (shoe.spent || faults[place]) && judge(shoe, faults[place]));
  const [bad, spent] = [faults.filter((fault) => fault !== null).length, shoes.filter(({ spent }) => spent).length];
  if (bad > 0) say("danger", `${counted(bad)} not what the hash promised. What is wrong stands with each.`);
  else say("good", `${counted(spent)} valid: seed and hash belong together, and every card that was dealt is where the seed puts it.`);
}

/** @param {number} count */
function counted(count) {
  return count === 1 ? "1 shoe is" : `${count} shoes are`;
}

/**
 * @param {string} state
 * @param {string} sentence
 */
function say(state, sentence) {
  const verdict = find("#verdict", HTMLElement);
  verdict.className = `notice ${state}`;
  verdict.dataset.state = state;
  setText(verdict, sentence);
}

/** @param {Shoe} shoe */
function draw(shoe) {
  const { number, sealed, added, taken, spent } = shoe;
  const drawn = copyOf("#shoe");
  drawn.dataset.key = String(number);
  /** @type {(name: string, text: string) => void} */
  const set = (name, text) => setText(cell(drawn, name), text);
  set("name", `Shoe ${number}`);
  set("state", stateOf(shoe));
  set("hash", sealed?.hash ?? "none was shown");
  set("sealed", sealed ? `public ${moment(sealed)}` : "");
  set("taken", taken ? moment(taken) : "none");
  set("seed", spent?.seed ?? "shown once the shoe is spent");
  const entropy = added.at(-1)?.entropy ?? [];
  set("entropy", entropy.map(({ player, text }) => `${player}: ${text}`).join(" · ") || "nothing");
  if (spent) drawSpent(drawn, spent);
  return drawn;
}

/**
 * @param {HTMLElement} drawn
 * @param {SpentShoe} spent
 */
function drawSpent(drawn, { number, decks, without, dealt }) {
  const button = find("[data-cell=verify]", HTMLButtonElement, drawn);
  button.hidden = false;
  button.setAttribute("aria-label", `Verify shoe ${number}`);
  button.addEventListener("click", () => {
    const place = shoes.findIndex((shoe) => shoe.number === number);
    judge(shoes[place], faultsOf(shoes)[place]);
  });
  if (dealt.length === 0) return;
  const cards = find("[data-cell=cards]", HTMLDetailsElement, drawn);
  cards.hidden = false;
  setText(cell(drawn, "count"), `${dealt.length} cards dealt, of ${decks} decks`);
  const left = cell(drawn, "without");
  left.hidden = without.length === 0;
  setText(left, `Left out, since they lay on the table: ${without.map(pretty).join(", ")}`);
  // Hundreds of cards are drawn for those who want to see them.
  cards.addEventListener("toggle", () => drawCards(drawn, dealt), { once: true });
}

/**
 * @param {HTMLElement} drawn
 * @param {readonly string[]} dealt
 */
function drawCards(drawn, dealt) {
  const cards = cell(drawn, "dealt");
  if (!cards.hasChildNodes()) cards.append(...dealt.map((card) => element("li", "", pretty(card))));
}

/**
 * Shows how a shoe came out, at the first wrong card where there is one.
 * @param {Shoe} shoe
 * @param {string | null} fault
 */
function judge({ number, spent }, fault) {
  const drawn = find(`[data-key="${number}"]`, HTMLElement, list);
  const verdict = cell(drawn, "verdict");
  verdict.className = `badge ${fault ? "danger" : "good"}`;
  verdict.dataset.state = fault ? "invalid" : "valid";
  setText(verdict, fault ? "not valid" : "valid");
  setText(cell(drawn, "fault"), fault ?? "");
  if (!spent || !fault) return;
  const [cards, place] = [find("[data-cell=cards]", HTMLDetailsElement, drawn), firstWrong(spent)];
  if (place < 0) return;
  drawCards(drawn, spent.dealt);
  cards.open = true;
  cell(drawn, "dealt").children[place].classList.add("wrong");
}

/** @param {SpentShoe} spent */
function firstWrong(spent) {
  const cards = redeal(spent);
  return spent.dealt.findIndex((card, place) => card !== cards[place]);
}

/** @param {Shoe} shoe */
function stateOf({ taken, spent }) {
  if (spent) return taken ? "spent" : "never dealt from";
  return taken ? "in use" : "next";
}

/** @param {Moment} moment */
function moment({ seq, at }) {
  return `with record ${seq}, ${new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "medium", hour12: false })}`;
}

/** @param {string} card */
function pretty(card) {
  const sign = { C: "♣", D: "♦", H: "♥", S: "♠" }[card.slice(-1)] ?? "";
  // As text, where a font would draw a picture in colour.
  return `${card.slice(0, -1)}${sign}\uFE0E`;
}

/**
 * @param {HTMLElement} drawn
 * @param {string} name
 */
function cell(drawn, name) {
  return find(`[data-cell=${name}]`, HTMLElement, drawn);
}

verifyAll.addEventListener("click", verify);
load();
