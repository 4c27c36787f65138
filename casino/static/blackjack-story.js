import { cardName, rankName } from "./cards.js";
import { isNothing, wonBy, wonByInsurance } from "./blackjack-result.js";
import { amountOf } from "./chips.js";

/** @import {Hand, View} from "./types/blackjack.js" */

/**
 * What happened, told from two views in sentences: enough of them to play a whole game by ear. They go to the live
 * region and to the log.
 */

/** @type {Record<string, string>} What a move is called in "you may …". */
const MOVES = {
  hit: "hit", stay: "stay", double: "double", split: "split", insurance: "take insurance", surrender: "surrender",
};

const NTH = ["first", "second", "third", "fourth"];

/**
 * What changed from one view to the next.
 * @param {View | null} before null for the first view
 * @param {View} after
 * @param {string} user whose views they are
 * @returns {{told: string[], asked: string}} what happened, and what is asked of the player now, where that is news
 */
export function story(before, after, user) {
  const next = prompt(after, user);
  if (!before) return { told: arrival(after, user).filter(Boolean), asked: next };
  const told = comings(before, after, user);
  const newRound = before.stage !== "betting" && after.stage === "betting";
  if (newRound) told.push("A new round: the table is cleared.");
  if (!newRound || after.players.some(({ bet }) => !isNothing(bet))) told.push(...bets(before, after, user));
  if (after.stage !== "betting") {
    if (before.stage === "betting") told.push(...deal(after, user));
    else told.push(...asked(before, after, user), ...moves(before, after, user));
    told.push(...dealerPlay(before, after), ...results(before, after, user));
  }
  const news = next !== prompt(before, user) || told.some((sentence) => sentence.startsWith("You"));
  return { told, asked: news ? next : "" };
}

/**
 * What lies on the table for one who comes.
 * @param {View} view
 * @param {string} user
 */
function arrival(view, user) {
  const others = view.players.filter(({ player }) => player !== user).map(({ player }) => player);
  const told = [others.length > 0 ? `At the table: ${listed(others)}.` : "You have the table to yourself."];
  if (view.spectating.includes(user)) told.push("You are watching.");
  if (view.stage === "betting") return told;
  const hands = view.hands.map((hand) => `${subject(hand.player, user)} ${hand.player === user ? "have" : "has"} ${cardsOf(hand)}.`);
  return [...told, ...hands, dealerOf(view)];
}

/**
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function comings(before, after, user) {
  const told = [];
  const were = before.players.map(({ player }) => player);
  const are = after.players.map(({ player }) => player);
  for (const name of are) if (!were.includes(name)) told.push(name === user ? "You are in the game." : `${name} sits down.`);
  for (const name of were) if (!are.includes(name)) told.push(`${subject(name, user)} ${name === user ? "leave" : "leaves"}.`);
  for (const name of after.waiting) {
    if (!before.waiting.includes(name) && name !== user) told.push(`${name} waits for the next round.`);
  }
  for (const name of after.spectating) {
    if (!before.spectating.includes(name) && name !== user) told.push(`${name} is watching.`);
  }
  return told;
}

/**
 * Who bet, and who is ready.
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function bets(before, after, user) {
  /** @type {string[]} */
  const told = [];
  for (const { player, bet, ready } of after.stage === "dealing" ? [] : after.players) {
    const then = before.players.find((other) => other.player === player);
    const had = before.stage === after.stage && then ? then.bet : "0.00";
    const mine = player === user;
    if (after.stage === "betting" && had !== bet) {
      if (isNothing(bet)) told.push(`${subject(player, user)} ${mine ? "take your" : "takes the"} bet back.`);
      else told.push(`${subject(player, user)} ${mine ? "bet" : "bets"} ${bet}.`);
    }
    if (before.stage === after.stage && then && !then.ready && ready) told.push(`${subject(player, user)} ${mine ? "are" : "is"} ready.`);
  }
  return told;
}

/**
 * @param {View} view
 * @param {string} user
 */
function deal(view, user) {
  const hands = [...view.hands].sort((a, b) => Number(b.player === user) - Number(a.player === user));
  const told = hands.map((hand) => `${subject(hand.player, user)} ${hand.player === user ? "get" : "gets"} ${cardsOf(hand)}.`);
  const shown = view.dealer?.hand.find((card) => card !== "2B");
  return ["Cards are dealt.", ...told, view.stage === "dealing" && shown ? `The dealer shows the ${cardName(shown)}.` : ""].filter(Boolean);
}

/**
 * What players chose under an ace, and that the dealer has looked at the other card, once all have.
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function asked(before, after, user) {
  const told = [];
  const names = new Set(after.hands.map(({ player }) => player));
  for (const name of names) {
    const [[had], [has]] = [handsOf(before, name), handsOf(after, name)];
    const [you, s] = name === user ? ["You", ""] : [name, "s"];
    const { chosen } = has;
    if (has.insurance && !had?.insurance) told.push(`${you} take${s} insurance for ${has.insurance}.`);
    else if (chosen && had && !had.chosen) told.push(`${you} choose${s} to ${MOVES[chosen]}, if the dealer has no blackjack.`);
  }
  const looked = told.length > 0 || before.hands.some(({ chosen }) => chosen);
  if (looked && after.stage === "dealing" && !after.hands.some(({ chosen }) => chosen)) told.push("The dealer looks at the face-down card: no blackjack.");
  return told;
}

/**
 * What players did with their hands.
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function moves(before, after, user) {
  const names = new Set(after.hands.map(({ player }) => player));
  return [...names].flatMap((name) => {
    const [had, has] = [handsOf(before, name), handsOf(after, name)];
    const [you, s] = name === user ? ["You", ""] : [name, "s"];
    if (has.length > had.length && had.length > 0) {
      const split = `${you} split${s} the ${rankName(has[0].hand[0])}s.`;
      return [split, ...has.map((hand, index) => `${whose(name, user)} ${NTH[index]} hand: ${cardsOf(hand)}.`)];
    }
    return has.map((hand, index) => {
      const which = has.length > 1 ? ` in the ${NTH[index]} hand` : "";
      return move(had[index] ?? hand, hand, you, s, which, dealerHasBlackjack(after));
    });
  }).filter(Boolean);
}

/**
 * @param {Hand} had
 * @param {Hand} has
 * @param {string} you
 * @param {string} s
 * @param {string} which
 * @param {boolean} over whether the dealer's blackjack ended the play
 */
function move(had, has, you, s, which, over) {
  const drawn = has.hand.slice(had.hand.length).map((card) => `the ${cardName(card)}`);
  const come = has.value > 21 ? `${has.value}, bust` : String(has.value);
  if (has.outcome === "Surrender" && had.outcome === null) return `${you} surrender${s}${which}.`;
  if (drawn.length > 0 && has.bet !== had.bet) return `${you} double${s} to ${has.bet}${which} and draw${s} ${listed(drawn)}: ${come}.`;
  if (drawn.length > 0) return `${you} draw${s} ${listed(drawn)}${which}: ${come}.`;
  if (has.ready && !had.ready && !over) return `${you} stay${s} with ${has.value}${which}.`;
  return "";
}

/**
 * @param {View} before
 * @param {View} after
 */
function dealerPlay(before, after) {
  if (after.stage !== "ending" || before.stage === "ending" || !after.dealer) return [];
  const [, turned, ...drawn] = after.dealer.hand;
  const { value, hand } = after.dealer;
  const come = value > 21 ? `${value}, bust` : hand.length === 2 && value === 21 ? "blackjack" : String(value);
  const draws = drawn.length > 0 ? ` and draws ${listed(drawn.map((card) => `the ${cardName(card)}`))}` : "";
  const shows = before.stage === "betting" ? `shows the ${cardName(hand[0])}, ` : "";
  return [`The dealer ${shows}turns the ${cardName(turned)}${draws}: ${come}.`];
}

/**
 * How the hands came out that are settled with this view.
 * @param {View} before
 * @param {View} after
 * @param {string} user
 */
function results(before, after, user) {
  const mineLast = [...after.hands].sort((a, b) => Number(a.player === user) - Number(b.player === user));
  const told = [];
  for (const hand of mineLast) {
    const index = handsOf(after, hand.player).indexOf(hand);
    const known = before.stage === "betting" ? undefined : handsOf(before, hand.player)[index];
    const many = handsOf(after, hand.player).length > 1;
    if (hand.outcome && !known?.outcome) told.push(result(hand, user, many ? ` with the ${NTH[index]} hand` : ` with ${hand.value}`));
    const insured = wonByInsurance(hand, after.dealer);
    if (insured !== null && after.stage === "ending" && before.stage !== "ending") {
      told.push(`${whose(hand.player, user)} insurance ${insured > 0 ? "wins" : "loses"} ${amountOf(Math.abs(insured))}.`);
    }
  }
  return told;
}

/**
 * @param {Hand} hand
 * @param {string} user
 * @param {string} what
 */
function result(hand, user, what) {
  const [you, s] = hand.player === user ? ["You", ""] : [hand.player, "s"];
  const won = wonBy(hand) ?? 0;
  const { outcome } = hand;
  if (outcome === "Surrender") return `${you} get${s} half the bet back, and lose${s} ${amountOf(-won)}.`;
  if (outcome === "Blackjack") return `${you} win${s} ${amountOf(won)} with a blackjack.`;
  if (won > 0) return `${you} win${s} ${amountOf(won)}${what}.`;
  if (won === 0) return `${you} push${s === "" ? "" : "es"}${what}, and get${s} ${hand.bet} back.`;
  return `${you} lose${s} ${amountOf(-won)}${what}.`;
}

/**
 * What the player can do now.
 * @param {View} view
 * @param {string} user
 */
export function prompt(view, user) {
  const { stage, players, waiting, legal } = view;
  if (waiting.includes(user)) return "You play from the next round on.";
  const me = players.find(({ player }) => player === user);
  if (!me) return "";
  if (stage === "betting") {
    if (me.ready) return "Waiting for the others.";
    if (isNothing(me.bet)) return "Place a bet, or press Ready to sit this round out.";
    return "Press Ready when your bet stands.";
  }
  if (stage === "ending") return me.ready ? "Waiting for the others." : "Press Ready for the next round.";
  const mine = handsOf(view, user);
  if (mine.length === 0) return "You sit this round out.";
  const may = legal.filter((move) => move in MOVES).map((move) => MOVES[move]);
  if (mine.some(({ chosen }) => chosen)) return "You have chosen. Waiting for the others.";
  if (may.length === 0) return "Your play is done. Waiting for the others.";
  const active = mine.findIndex(({ active }) => active);
  const which = mine.length > 1 && active >= 0 ? `On your ${NTH[active]} hand, ${mine[active].value}, you` : "You";
  return `${which} may ${listed(may, "or")}.`;
}

/** @param {View} view */
function dealerOf({ dealer }) {
  const open = dealer?.hand.filter((card) => card !== "2B").map((card) => `the ${cardName(card)}`) ?? [];
  return open.length > 0 ? `The dealer shows ${listed(open)}.` : "";
}

/** @param {View} view */
function dealerHasBlackjack({ dealer, stage }) {
  return stage === "ending" && dealer?.hand.length === 2 && dealer.value === 21;
}

/**
 * A hand's cards and what they count.
 * @param {Hand} hand
 */
function cardsOf({ hand, value, outcome }) {
  const natural = hand.length === 2 && value === 21 && outcome !== "Win";
  return `${listed(hand.map((card) => `the ${cardName(card)}`))}: ${value}${natural ? ", blackjack" : ""}`;
}

/**
 * @param {View} view
 * @param {string} user
 * @returns {Hand[]}
 */
function handsOf({ hands = [] }, user) {
  return hands.filter(({ player }) => player === user);
}

/**
 * @param {string} name
 * @param {string} user
 */
function subject(name, user) {
  return name === user ? "You" : name;
}

/**
 * @param {string} name
 * @param {string} user
 */
function whose(name, user) {
  return name === user ? "Your" : `${name}'s`;
}

/**
 * @param {string[]} words
 * @param {string} [last]
 */
function listed(words, last = "and") {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}` : words.join("");
}
