import { cents } from "./chips.js";

/** @import {Hand, View} from "./types/blackjack.js" */

/** What a settled hand brought its player, as the rules pay it. */

/** @type {Record<string, number>} What comes on top of the stake, by outcome, in twelfths of it. */
const PAYS = { Blackjack: 18, Win: 12, "Dealer Bust": 12, Push: 0, Surrender: -6, Loss: -12, "Player Bust": -12 };

/** Insurance pays twice its stake. */
const INSURANCE_PAYS = 2;

/**
 * What a hand won or lost in hundredths, without its insurance; null before it is settled.
 * @param {Hand} hand
 */
export function wonBy({ bet, outcome }) {
  return outcome === null ? null : (cents(bet) * PAYS[outcome]) / 12;
}

/**
 * What a hand's insurance won or lost, once the dealer's second card is seen; null where there is none.
 * @param {Hand} hand
 * @param {View["dealer"]} dealer
 */
export function wonByInsurance({ insurance, outcome }, dealer) {
  if (!insurance || outcome === null || !dealer || dealer.hand.includes("2B")) return null;
  const blackjack = dealer.hand.length === 2 && dealer.value === 21;
  return blackjack ? cents(insurance) * INSURANCE_PAYS : -cents(insurance);
}

/**
 * Whether an amount of chips is zero.
 * @param {string} amount
 */
export function isNothing(amount) {
  return cents(amount) === 0;
}
