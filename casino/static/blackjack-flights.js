import { drawStack } from "./chips.js";
import { isStill } from "./motion.js";

/** @import {View} from "./types/blackjack.js" */
/** @import {CardFace} from "./card-face.js" */

/**
 * The movements on a blackjack board. They are drawn over what the page already says, on the compositor alone, from
 * places that are measured once, and all of them end when the next view comes.
 */

/** How long a card flies, how long after each other the first cards and the dealer's cards leave the shoe, in ms. */
const FLIGHT = 300;
const STEP = 85;
const DEALER_STEP = 420;
const TURN = 260;
const CHIPS = 380;

const EASE = "cubic-bezier(.2,.75,.25,1)";

/** What moves on one board. */
export class Flights {
  #felt;
  #layer;
  /** @type {Set<Animation>} */
  #running = new Set();

  /** @param {HTMLElement} felt */
  constructor(felt) {
    this.#felt = felt;
    this.#layer = /** @type {HTMLElement} */ (felt.querySelector("[data-cell=flights]"));
  }

  /**
   * Looks at the board before it is drawn; what it returns is called after it was drawn, and starts what moves.
   * @param {View | null} before
   * @param {View} after
   * @param {boolean} instant
   * @returns {() => void}
   */
  watch(before, after, instant) {
    this.#stop();
    if (!before || instant || isStill()) return () => {};
    const had = new Set(this.#felt.querySelectorAll(".card-place"));
    const down = this.#felt.querySelector('.dealer [data-card="2B"]');
    const stacks = new Map(this.#stacks().map((stack) => [stack, stack.dataset.cents]));
    const split = after.stage === "dealing" ? this.#cardsOf(before, after) : new Map();
    if (before.stage === "ending" && after.stage === "betting") this.#sweep();
    return () => {
      const turned = down?.isConnected && down.getAttribute("data-card") !== "2B" ? down : null;
      const end = this.#cards(had, turned, split);
      this.#reveal(before, after, end);
      this.#chips(stacks, before, after, end);
    };
  }

  /** Ends everything that moves: the board shows what is so. */
  #stop() {
    this.#running.forEach((animation) => animation.cancel());
    this.#running.clear();
    this.#layer.replaceChildren();
  }

  /** @returns {HTMLElement[]} */
  #stacks() {
    return [...this.#felt.querySelectorAll(".stack")].filter((stack) => stack instanceof HTMLElement);
  }

  /**
   * Where the cards lie of those who split with this view: each second hand's first card comes from there.
   * @param {View} before
   * @param {View} after
   * @returns {Map<string, DOMRect>}
   */
  #cardsOf(before, after) {
    const count = (/** @type {View} */ view, /** @type {string} */ name) => (view.hands ?? []).filter(({ player }) => player === name).length;
    const places = new Map();
    for (const { player } of after.players) {
      if (count(after, player) <= count(before, player) || count(before, player) === 0) continue;
      for (const card of this.#felt.querySelectorAll(`.hand[data-player="${CSS.escape(player)}"] .card-place`)) {
        places.set(`${player} ${card.getAttribute("data-card")}`, card.getBoundingClientRect());
      }
    }
    return places;
  }

  /**
   * Deals what is new from the shoe, one after the other, and turns the dealer's card; tells when the last one lies.
   * @param {Set<Element>} had
   * @param {Element | null} turned
   * @param {Map<string, DOMRect>} split
   */
  #cards(had, turned, split) {
    const fresh = [...this.#felt.querySelectorAll(".card-place")].filter((card) => !had.has(card));
    const shoe = this.#rect("[data-cell=shoe]");
    const moving = fresh.map((card) => {
      const ofDealer = card.closest(".dealer") !== null;
      const player = card.closest(".hand")?.getAttribute("data-player");
      const from = split.get(`${player} ${card.getAttribute("data-card")}`) ?? shoe;
      return { card, ofDealer, from, to: card.getBoundingClientRect(), round: [...(card.parentElement?.children ?? [])].indexOf(card) };
    });
    let end = 0;
    if (turned) {
      this.#turn(turned, 60);
      end = 60 + TURN;
    }
    // The first round goes to every hand and then to the dealer, and so the second.
    moving.sort((a, b) => a.round - b.round || Number(a.ofDealer) - Number(b.ofDealer));
    const step = Math.min(STEP, 1100 / Math.max(1, moving.length));
    moving.forEach(({ card, ofDealer, from, to, round }, index) => {
      const delay = ofDealer && (turned || round > 1) ? end + 120 : index * step;
      const away = `translate(${from.x - to.x}px, ${from.y - to.y}px) rotate(${from === shoe ? 24 : 0}deg)`;
      this.#run(card, [{ transform: away, opacity: from === shoe ? 0 : 1 }, { opacity: 1, offset: 0.25 }, { transform: "none" }], FLIGHT, delay);
      if (from === shoe && card.getAttribute("data-card") !== "2B") this.#turn(card, delay + FLIGHT * 0.45);
      end = ofDealer && (turned || round > 1) ? delay + DEALER_STEP : Math.max(end, delay + FLIGHT);
    });
    return end;
  }

  /**
   * Lets what the cards come to be seen when they lie, and not before.
   * @param {View} before
   * @param {View} after
   * @param {number} end
   */
  #reveal(before, after, end) {
    if (end === 0) return;
    const hidden = after.stage === "ending" && before.stage !== "ending" ? ".outcome, .net, .dealer .value" : "";
    const dealt = before.stage === "betting" ? ".value" : "";
    const shown = [hidden, dealt].filter(Boolean).join(", ");
    if (!shown) return;
    for (const late of this.#felt.querySelectorAll(shown)) {
      this.#run(late, [{ opacity: 0 }, { opacity: 1 }], 160, end);
    }
  }

  /**
   * Moves chips from those who bet to the felt, and from the dealer or to the dealer when a hand is settled.
   * @param {Map<HTMLElement, string | undefined>} stacks
   * @param {View} before
   * @param {View} after
   * @param {number} end
   */
  #chips(stacks, before, after, end) {
    const dealer = this.#rect(".dealer-plate");
    for (const stack of this.#stacks()) {
      const [had, has] = [Number(stacks.get(stack) ?? 0), Number(stack.dataset.cents ?? 0)];
      if (had === has || stack.closest("[hidden]")) continue;
      const hand = stack.closest(".hand");
      const settled = hand instanceof HTMLElement && hand.dataset.outcome !== "" && stacks.has(stack);
      if (settled && has < had) {
        this.#ghost(stack, had, dealer, end);
      } else if (settled) {
        this.#from(stack, dealer, end);
      } else if (has > had && !(before.stage === "betting" && after.stage !== "betting")) {
        const plate = stack.closest(".seat")?.querySelector(".plate");
        if (plate) this.#from(stack, plate.getBoundingClientRect(), 0);
      }
    }
  }

  /**
   * Lets a stack come from somewhere.
   * @param {HTMLElement} stack
   * @param {DOMRect} from
   * @param {number} delay
   */
  #from(stack, from, delay) {
    const to = stack.getBoundingClientRect();
    const away = `translate(${middle(from).x - middle(to).x}px, ${middle(from).y - middle(to).y}px)`;
    this.#run(stack, [{ transform: away, opacity: 0 }, { opacity: 1, offset: 0.3 }, { transform: "none" }], CHIPS, delay);
  }

  /**
   * Takes away chips that were lost.
   * @param {HTMLElement} stack where they lay
   * @param {number} cents
   * @param {DOMRect} to
   * @param {number} delay
   */
  #ghost(stack, cents, to, delay) {
    const home = this.#home();
    const from = (stack.parentElement ?? stack).getBoundingClientRect();
    const ghost = document.createElement("span");
    ghost.className = "ghost-chips";
    drawStack(ghost, cents);
    ghost.style.left = `${middle(from).x - home.x}px`;
    ghost.style.top = `${middle(from).y - home.y}px`;
    this.#layer.append(ghost);
    const away = `translate(${middle(to).x - middle(from).x}px, ${middle(to).y - middle(from).y}px)`;
    const gone = this.#run(ghost, [{ transform: "none", opacity: 1 }, { opacity: 1, offset: 0.7 }, { transform: away, opacity: 0 }], CHIPS, delay);
    gone.addEventListener("finish", () => ghost.remove());
  }

  /** Sweeps what lies on the table to the dealer's side, before the next round clears it. */
  #sweep() {
    const home = this.#home();
    for (const cards of this.#felt.querySelectorAll(".cards")) {
      if (cards.childElementCount === 0) continue;
      const from = cards.getBoundingClientRect();
      const ghost = /** @type {HTMLElement} */ (cards.cloneNode(true));
      for (const attribute of ["data-cell", "data-test"]) ghost.removeAttribute(attribute);
      for (const card of ghost.querySelectorAll("[data-card]")) card.removeAttribute("data-card");
      ghost.style.cssText += `;left:${from.x - home.x}px;top:${from.y - home.y}px;width:${from.width}px`;
      ghost.classList.add("ghost");
      this.#layer.append(ghost);
      const away = `translate(${-0.35 * (from.x - home.x)}px, ${-(from.y - home.y) - from.height}px) rotate(-8deg)`;
      const gone = this.#run(ghost, [{ transform: "none", opacity: 1 }, { transform: away, opacity: 0 }], 320, 0);
      gone.addEventListener("finish", () => ghost.remove());
    }
  }

  /**
   * @param {Element} card
   * @param {number} delay
   */
  #turn(card, delay) {
    const face = /** @type {CardFace | null} */ (card.firstElementChild);
    const turning = face?.turn({ duration: TURN, delay, easing: "ease-in-out" });
    if (turning) this.#keep(turning);
  }

  /**
   * @param {Element} moved
   * @param {Keyframe[]} frames
   * @param {number} duration
   * @param {number} delay
   */
  #run(moved, frames, duration, delay) {
    return this.#keep(moved.animate(frames, { duration, delay, easing: EASE, fill: "backwards" }));
  }

  /** @param {Animation} animation */
  #keep(animation) {
    this.#running.add(animation);
    animation.addEventListener("finish", () => this.#running.delete(animation));
    return animation;
  }

  /** Where what flies is placed from: within the felt's rail. */
  #home() {
    const { x, y } = this.#felt.getBoundingClientRect();
    return { x: x + this.#felt.clientLeft, y: y + this.#felt.clientTop };
  }

  /** @param {string} selector */
  #rect(selector) {
    return /** @type {Element} */ (this.#felt.querySelector(selector)).getBoundingClientRect();
  }
}

/** @param {DOMRect} rect */
function middle({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}
