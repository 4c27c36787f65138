import { amountOf, cents } from "./chips.js";

/** @import {Hand, Move, View} from "./types/blackjack.js" */

/**
 * A round of blackjack for one, dealt in the page: for the landing page and the page of rules, where nobody needs an
 * account. The rules are those of the tables, the shoe is shuffled with the browser's own randomness, and nothing is at
 * stake. What it shows is a view like a table's, so that the same board draws it.
 */

const FACE_DOWN = "2B";
const RANKS = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"];
const SUITS = ["C", "D", "H", "S"];
const DECKS = 6;
const MOST_HANDS = 4;
const BEST = 21;
const DEALER_STANDS = 17;

/** One hand as it is played; amounts are hundredths of a chip. @typedef {{cards: string[], stake: number, insurance: number | null, split: boolean, done: boolean, givenUp: boolean}} Played */

/** The rounds of one visitor. */
export class Practice {
  /** What is left, in hundredths. */
  balance;
  #user;
  #draw;
  #bet = 0;
  /** @type {View["stage"]} */
  #stage = "betting";
  /** @type {Played[]} */
  #hands = [];
  /** @type {string[]} */
  #dealer = [];
  #asking = false;

  /**
   * @param {string} user what the visitor is called at this table
   * @param {{balance?: number, draw?: () => string}} [with_] `draw` gives the next card of the shoe
   */
  constructor(user, { balance = 100_000, draw = shoe() } = {}) {
    this.#user = user;
    this.balance = balance;
    this.#draw = draw;
  }

  /**
   * Deals a round for this bet; false where it is not to be had.
   * @param {string} bet
   */
  deal(bet) {
    const stake = cents(bet);
    if (this.#stage === "dealing" || stake <= 0 || stake > this.balance) return false;
    this.#bet = stake;
    this.balance -= stake;
    this.#hands = [newHand([this.#draw()], stake)];
    this.#dealer = [this.#draw()];
    this.#take(this.#hands[0]);
    this.#dealer.push(this.#draw());
    this.#stage = "dealing";
    this.#asking = rank(this.#dealer[0]) === "A";
    if (!this.#asking && worth(this.#dealer[0]) === 10) this.#peek();
    this.#goOn();
    return true;
  }

  /** Clears the table for the next bet. */
  clear() {
    if (this.#stage !== "ending") return;
    this.#stage = "betting";
    this.#bet = 0;
    this.#hands = [];
    this.#dealer = [];
  }

  /** What may be done with the active hand. @returns {Move[]} */
  legal() {
    const hand = this.#active();
    if (!hand) return [];
    /** @type {Move[]} */
    const moves = ["stay"];
    const fresh = hand.cards.length === 2;
    const affords = hand.stake <= this.balance;
    if (!hand.done) {
      moves.unshift("hit");
      if (fresh && affords) moves.push("double");
      if (fresh && affords && isPair(hand.cards) && this.#hands.length < MOST_HANDS && !(hand.split && rank(hand.cards[0]) === "A")) moves.push("split");
      if (fresh && !hand.split) moves.push("surrender");
    }
    if (this.#asking && hand.stake / 2 <= this.balance) moves.push("insurance");
    return moves;
  }

  /**
   * Plays a move; false where it is not legal.
   * @param {Move} move
   */
  play(move) {
    const hand = this.#active();
    if (!hand || !this.legal().includes(move)) return false;
    if (this.#asking) {
      if (move === "insurance") {
        hand.insurance = hand.stake / 2;
        this.balance -= hand.insurance;
      }
      this.#asking = false;
      // Whatever was chosen is played once the dealer has looked, and has no blackjack.
      if (!this.#peek() && move !== "insurance" && !hand.done) this.#apply(hand, move);
    } else {
      this.#apply(hand, move);
    }
    this.#goOn();
    return true;
  }

  /** The table as the visitor sees it. @returns {View} */
  view() {
    const over = this.#stage === "ending";
    const active = this.#active();
    const hidden = this.#stage === "dealing";
    const open = hidden ? this.#dealer.slice(0, 1) : this.#dealer;
    const view = {
      stage: this.#stage,
      players: [{ player: this.#user, bet: amountOf(this.#bet), ready: this.#stage === "dealing" && !active }],
      spectating: [],
      waiting: [],
      hands: this.#hands.map((hand) => ({
        player: this.#user,
        hand: [...hand.cards],
        value: valueOf(hand.cards),
        bet: amountOf(hand.stake),
        insurance: hand.insurance === null ? null : amountOf(hand.insurance),
        chosen: null,
        outcome: over ? this.#outcome(hand) : null,
        ready: hand.done,
        active: hand === active,
      })),
      shoe: { number: null, hash: null, cards_left: 0, next: null },
      legal: this.legal(),
      hint: null,
      deadline: null,
    };
    const dealer = { hand: hidden ? [...open, FACE_DOWN] : [...open], value: valueOf(open) };
    return /** @type {View} */ (this.#stage === "betting" ? view : { ...view, dealer });
  }

  #active() {
    if (this.#stage !== "dealing") return undefined;
    return this.#asking ? this.#hands[0] : this.#hands.find(({ done }) => !done);
  }

  /** @param {Played} hand */
  #take(hand) {
    hand.cards.push(this.#draw());
    hand.done ||= valueOf(hand.cards) >= BEST;
  }

  /**
   * The dealer looks at the card that lies face down, and a blackjack ends the round.
   * @returns {boolean} whether it is one
   */
  #peek() {
    if (!isNatural(this.#dealer)) return false;
    this.#hands.forEach((hand) => (hand.done = true));
    return true;
  }

  /**
   * @param {Played} hand
   * @param {Move} move
   */
  #apply(hand, move) {
    if (move === "hit") this.#take(hand);
    if (move === "stay") hand.done = true;
    if (move === "surrender") hand.done = hand.givenUp = true;
    if (move === "double") {
      this.balance -= hand.stake;
      hand.stake *= 2;
      this.#take(hand);
      hand.done = true;
    }
    if (move === "split") {
      this.balance -= hand.stake;
      const aces = rank(hand.cards[0]) === "A";
      const halves = hand.cards.map((card) => ({ ...newHand([card], hand.stake), split: true }));
      halves[0].insurance = hand.insurance;
      halves.forEach((half) => {
        this.#take(half);
        half.done ||= aces;
      });
      this.#hands.splice(this.#hands.indexOf(hand), 1, ...halves);
    }
  }

  /** Ends the round when nothing is left to play: the dealer draws, and what was won is paid. */
  #goOn() {
    if (this.#stage !== "dealing" || this.#asking || this.#hands.some(({ done }) => !done)) return;
    const isOpen = (/** @type {Played} */ hand) => !hand.givenUp && valueOf(hand.cards) <= BEST && !this.#isBlackjack(hand);
    if (this.#hands.some(isOpen)) while (valueOf(this.#dealer) < DEALER_STANDS) this.#dealer.push(this.#draw());
    this.#stage = "ending";
    for (const hand of this.#hands) this.balance += this.#payout(hand);
  }

  /** @param {Played} hand */
  #isBlackjack(hand) {
    return !hand.split && isNatural(hand.cards);
  }

  /**
   * @param {Played} hand
   * @returns {NonNullable<Hand["outcome"]> | "Surrender"}
   */
  #outcome(hand) {
    const [mine, theirs] = [valueOf(hand.cards), valueOf(this.#dealer)];
    if (hand.givenUp) return "Surrender";
    if (mine > BEST) return "Player Bust";
    if (this.#isBlackjack(hand)) return isNatural(this.#dealer) ? "Push" : "Blackjack";
    if (isNatural(this.#dealer)) return "Loss";
    if (theirs > BEST) return "Dealer Bust";
    if (mine === theirs) return "Push";
    return mine > theirs ? "Win" : "Loss";
  }

  /** What a hand gets back, its stake and its insurance included. @param {Played} hand */
  #payout(hand) {
    const factor = { Blackjack: 2.5, Win: 2, "Dealer Bust": 2, Push: 1, Surrender: 0.5, Loss: 0, "Player Bust": 0 }[this.#outcome(hand)];
    const insured = isNatural(this.#dealer) ? 3 * (hand.insurance ?? 0) : 0;
    return hand.stake * factor + insured;
  }
}

/**
 * What cards count: an ace counts 11 as long as that is not too much.
 * @param {readonly string[]} cards
 */
export function valueOf(cards) {
  const hard = cards.reduce((sum, card) => sum + (rank(card) === "A" ? 1 : worth(card)), 0);
  return isSoft(cards) ? hard + 10 : hard;
}

/**
 * Whether an ace counts 11 among these.
 * @param {readonly string[]} cards
 */
export function isSoft(cards) {
  const hard = cards.reduce((sum, card) => sum + (rank(card) === "A" ? 1 : worth(card)), 0);
  return hard <= 11 && cards.some((card) => rank(card) === "A");
}

/**
 * What one card counts, an ace as 11.
 * @param {string} card
 */
export function worth(card) {
  const is = rank(card);
  return is === "A" ? 11 : Number(is) || 10;
}

/**
 * Whether these are two cards of equal value.
 * @param {readonly string[]} cards
 */
export function isPair(cards) {
  return cards.length === 2 && worth(cards[0]) === worth(cards[1]);
}

/** @param {readonly string[]} cards */
function isNatural(cards) {
  return cards.length === 2 && valueOf(cards) === BEST;
}

/** @param {string} card */
function rank(card) {
  return card.slice(0, -1);
}

/**
 * @param {string[]} cards
 * @param {number} stake
 * @returns {Played}
 */
function newHand(cards, stake) {
  return { cards, stake, insurance: null, split: false, done: false, givenUp: false };
}

/** A shoe of six decks that is shuffled anew when a quarter is left. */
function shoe() {
  /** @type {string[]} */
  let cards = [];
  return () => {
    if (cards.length < DECKS * 13) cards = shuffled();
    return /** @type {string} */ (cards.pop());
  };
}

function shuffled() {
  const cards = Array.from({ length: DECKS }, () => SUITS.flatMap((suit) => RANKS.map((rank) => rank + suit))).flat();
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [cards[last], cards[other]] = [cards[other], cards[last]];
  }
  return cards;
}

/**
 * A number below a bound, each as likely as any other.
 * @param {number} bound
 */
function below(bound) {
  const word = new Uint32Array(1);
  const whole = 2 ** 32 - (2 ** 32 % bound);
  do crypto.getRandomValues(word);
  while (word[0] >= whole);
  return word[0] % bound;
}
