import { isNothing } from "./blackjack-board.js";

/** @import {Hand, View} from "./types/blackjack.js" */

/** What happened, told from two views: for those who listen to the page. */

/**
 * What changed from one view to the next, in a sentence or two; empty where nothing is worth telling.
 * @param {View | null} before null for the first view
 * @param {View} after
 * @param {string} user whose views they are
 */
export function story(before, after, user) {
  const newStage = before?.stage !== after.stage;
  if (newStage && after.stage === "betting") return "Place your bets.";
  if (newStage && after.stage === "ending") return theEnd(after, user);
  if (newStage) return theDeal(after, user);
  if (after.stage === "dealing" && before) return theMove(before, after, user);
  return before ? theBets(before, after) : "";
}

/**
 * @param {View} view
 * @param {string} user
 */
function theDeal(view, user) {
  const shown = `The dealer shows ${view.dealer?.value ?? "a card"}.`;
  const mine = handsOf(view, user);
  return mine.length > 0 ? `Cards are dealt. You have ${mine[0].value}. ${shown}` : `Cards are dealt. ${shown}`;
}

/**
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function theMove(before, after, user) {
  const had = handsOf(before, user);
  const has = handsOf(after, user);
  if (JSON.stringify(had) === JSON.stringify(has)) return "";
  const active = has.find((hand) => hand.active);
  if (!active) return `You end with ${listed(has.map(({ value }) => (value > 21 ? `${value}, bust` : String(value))))}.`;
  const which = has.length > 1 ? ` in hand ${has.indexOf(active) + 1} of ${has.length}` : "";
  return `You have ${active.value}${which}.`;
}

/**
 * @param {View} view
 * @param {string} user
 */
function theEnd(view, user) {
  const dealer = view.dealer ? `The dealer has ${view.dealer.value}.` : "The round is over.";
  const outcomes = handsOf(view, user).map(({ outcome, value }) => `${outcome ?? "done"} with ${value}`);
  return outcomes.length > 0 ? `${dealer} You: ${listed(outcomes)}.` : dealer;
}

/**
 * @param {View} before
 * @param {View} after
 */
function theBets(before, after) {
  const told = after.players.flatMap(({ player, bet, ready }) => {
    const then = before.players.find((other) => other.player === player);
    if (!then) return [`${player} sits down.`];
    if (then.bet !== bet) return [isNothing(bet) ? `${player} takes the bet back.` : `${player} bets ${bet}.`];
    if (!then.ready && ready) return [`${player} is ready.`];
    return [];
  });
  const stayed = new Set(after.players.map(({ player }) => player));
  const left = before.players.filter(({ player }) => !stayed.has(player));
  return [...told, ...left.map(({ player }) => `${player} leaves.`)].join(" ");
}

/**
 * @param {View} view
 * @param {string} user
 * @returns {Hand[]}
 */
function handsOf({ hands = [] }, user) {
  return hands.filter(({ player }) => player === user);
}

/** @param {string[]} words */
function listed(words) {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join("");
}
