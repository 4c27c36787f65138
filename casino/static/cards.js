/** Playing cards in words: `10H` is the ten of hearts, `2B` a card that lies face down. */

/** What a card that lies face down is called on the wire. */
export const FACE_DOWN = "2B";

/** @type {Record<string, string>} */
const RANKS = {
  2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
  J: "jack", Q: "queen", K: "king", A: "ace",
};

/** @type {Record<string, string>} */
const SUITS = { C: "clubs", D: "diamonds", H: "hearts", S: "spades" };

/**
 * A card's name in words: "ten of hearts".
 * @param {string} card
 */
export function cardName(card) {
  if (card === FACE_DOWN) return "face-down card";
  return `${RANKS[card.slice(0, -1)]} of ${SUITS[card.slice(-1)]}`;
}

/**
 * A card's rank in words: "ten".
 * @param {string} card
 */
export function rankName(card) {
  return RANKS[card.slice(0, -1)];
}
