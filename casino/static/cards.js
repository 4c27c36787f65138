import { drawList, element } from "./dom.js";

/** Playing cards as text: `10H` is the ten of hearts, `2B` a card that lies face down. */

const FACE_DOWN = "2B";

/** @type {Record<string, string>} */
const RANKS = {
  2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
  J: "jack", Q: "queen", K: "king", A: "ace",
};

/** @type {Record<string, {name: string, sign: string}>} */
const SUITS = {
  C: { name: "clubs", sign: "♣" },
  D: { name: "diamonds", sign: "♦" },
  H: { name: "hearts", sign: "♥" },
  S: { name: "spades", sign: "♠" },
};

/**
 * A card's name in words: "ten of hearts".
 * @param {string} card
 */
export function cardName(card) {
  if (card === FACE_DOWN) return "face-down card";
  return `${RANKS[card.slice(0, -1)]} of ${SUITS[card.slice(-1)].name}`;
}

/**
 * Makes the children of `parent` the cards of a hand; cards that already lie there stay.
 * @param {Element} parent
 * @param {readonly string[]} cards
 */
export function drawCards(parent, cards) {
  drawList(parent, cards, (card, index) => `${index} ${card}`, newCard);
}

/** @param {string} card */
function newCard(card) {
  const made = element("span", "playing-card");
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", cardName(card));
  made.dataset.card = card;
  if (card === FACE_DOWN) return made;
  const suit = card.slice(-1);
  made.dataset.suit = suit;
  made.append(element("b", "", card.slice(0, -1)), element("i", "", SUITS[suit].sign));
  return made;
}
