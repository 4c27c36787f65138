import { isPair, isSoft, valueOf, worth } from "./practice-round.js";

/** @import {Move, View} from "./types/blackjack.js" */

/**
 * Basic strategy for the rules of these tables with six decks, and in words why: the chart of
 * https://wizardofodds.com/games/blackjack/strategy/4-decks/ for a dealer who stands on soft 17, with double after split
 * and late surrender.
 */

/**
 * What to do with each hand against an open 2, 3, … 10 and ace: `H`it, `S`tay, `D`ouble or else hit, `d`ouble or else
 * stay, su`R`render or else hit, s`P`lit; `-` plays a pair by its value.
 */
export const CHART = {
  hard: { 17: "SSSSSSSSSS", 16: "SSSSSHHRRR", 15: "SSSSSHHHRH", 14: "SSSSSHHHHH", 13: "SSSSSHHHHH", 12: "HHSSSHHHHH", 11: "DDDDDDDDDH", 10: "DDDDDDDDHH", 9: "HDDDDHHHHH", 8: "HHHHHHHHHH" },
  soft: { 19: "SSSSSSSSSS", 18: "SddddSSHHH", 17: "HDDDDHHHHH", 16: "HHDDDHHHHH", 15: "HHDDDHHHHH", 14: "HHHDDHHHHH", 13: "HHHDDHHHHH", 12: "HHHDDHHHHH" },
  pair: { 11: "PPPPPPPPPP", 10: "----------", 9: "PPPPP-PP--", 8: "PPPPPPPPPP", 7: "PPPPPP----", 6: "PPPPP-----", 5: "----------", 4: "---PP-----", 3: "PPPPPP----", 2: "PPPPPP----" },
};

/** @type {Record<string, [Move, Move]>} What a letter says: the move, and another where that is not to be had. */
const LETTERS = { H: ["hit", "stay"], S: ["stay", "stay"], D: ["double", "hit"], d: ["double", "stay"], R: ["surrender", "hit"] };

/**
 * The move that is advised for the active hand, and why; nothing where there is none.
 * @param {View} view
 * @returns {{move: Move, why: string} | null}
 */
export function advice({ hands, dealer, legal }) {
  const hand = hands.find(({ active }) => active);
  if (!hand || !dealer) return null;
  const cards = hand.hand;
  const open = worth(dealer.hand[0]);
  const value = valueOf(cards);
  const soft = isSoft(cards);
  if (legal.includes("split") && isPair(cards) && letter(CHART.pair, worth(cards[0]), open) === "P") {
    return { move: "split", why: whySplit(worth(cards[0]), open) };
  }
  const rows = soft ? CHART.soft : CHART.hard;
  const [rather, otherwise] = LETTERS[letter(rows, value, open)];
  const move = legal.includes(rather) ? rather : otherwise;
  return { move, why: why(move, value, soft, open) };
}

/**
 * @param {Record<number, string>} rows
 * @param {number} value
 * @param {number} open
 */
function letter(rows, value, open) {
  const known = Object.keys(rows).map(Number);
  return rows[Math.min(Math.max(value, Math.min(...known)), Math.max(...known))][open - 2];
}

/**
 * @param {number} each
 * @param {number} open
 */
function whySplit(each, open) {
  if (each === 11) return "Two aces are a poor 12 together, and each of them a fine start alone.";
  if (each === 8) return "Sixteen is the worst hand there is; two hands that begin with eight are better.";
  return `Against ${named(open)}, two hands that begin with ${each} do better than one of ${2 * each}.`;
}

/**
 * @param {Move} move
 * @param {number} value
 * @param {boolean} soft
 * @param {number} open
 */
function why(move, value, soft, open) {
  const weak = open <= 6;
  if (move === "surrender") return `${cap(value)} against ${named(open)} loses so often that half the bet back is more than it would bring.`;
  if (move === "double") return weak ? `The dealer shows ${named(open)} and is often bust, and one card is likely to make your ${value} good.` : `${cap(value)} is a strong start: one more card is likely to make it win, for twice the bet.`;
  if (move === "hit" && soft) return "The ace can count 1: another card can't make you bust.";
  if (move === "hit" && value <= 11) return "No card can make you bust.";
  if (move === "hit") return `The dealer shows ${named(open)} and will most often have 17 or more: ${value} won't do.`;
  if (value >= 17) return soft ? `${cap(value)} is good as it is.` : `${cap(value)} is too much to risk another card.`;
  return `The dealer shows ${named(open)} and has to draw: let the dealer be the one who is bust.`;
}

/** @param {number} open */
function named(open) {
  return open === 11 ? "an ace" : open === 8 ? "an 8" : `a ${open}`;
}

/** @param {number} value */
function cap(value) {
  return `${value === 8 || value === 11 || value === 18 ? "An" : "A"} ${value}`;
}
