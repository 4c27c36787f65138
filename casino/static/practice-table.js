import { board } from "./blackjack-board.js";
import { story } from "./blackjack-story.js";
import { find } from "./dom.js";
import { Practice } from "./practice-round.js";

/** @import {Move, View} from "./types/blackjack.js" */

/**
 * A practice table in a page: a board, and a button a move (`data-practice="hit"` and so on) within one element. What may
 * not be pressed is not shown.
 */
export class PracticeTable {
  /** What happened last, in sentences. @type {string[]} */
  told = [];
  #practice;
  #board;
  #root;
  #user;
  /** @type {View | null} */
  #before = null;

  /**
   * @param {HTMLElement} root
   * @param {(move: Move) => void} pressed what to do when a move's button is pressed
   */
  constructor(root, pressed) {
    this.#root = root;
    this.#user = root.dataset.user || "Guest";
    this.#practice = new Practice(this.#user);
    this.#board = board(root);
    for (const button of this.#buttons()) {
      button.addEventListener("click", () => this.keepFocus(() => pressed(/** @type {Move} */ (button.dataset.practice))));
    }
  }

  get view() {
    return this.#practice.view();
  }

  /** What is left, in hundredths of a chip. */
  get balance() {
    return this.#practice.balance;
  }

  /**
   * Deals for this bet, after the table was cleared.
   * @param {string} bet
   * @param {{instant?: boolean}} [how]
   */
  deal(bet, how) {
    this.#practice.clear();
    const dealt = this.#practice.deal(bet);
    this.draw(how);
    return dealt;
  }

  /** @param {Move} move */
  play(move) {
    const played = this.#practice.play(move);
    this.draw();
    return played;
  }

  /** Takes the cards away. */
  clear() {
    this.#practice.clear();
    this.draw();
  }

  /** @param {{instant?: boolean}} [how] */
  draw({ instant = false } = {}) {
    const view = this.view;
    this.told = this.#before ? story(this.#before, view, this.#user).told : [];
    this.#before = view;
    this.#board.draw(view, { user: this.#user, instant });
    this.#root.dataset.stage = view.stage;
    for (const button of this.#buttons()) {
      button.hidden = !view.legal.includes(button.dataset.practice ?? "");
    }
  }

  /**
   * Does something that may hide the button that has the focus: the first one that can be pressed gets it then.
   * @param {() => void} act
   */
  keepFocus(act) {
    const held = document.activeElement;
    act();
    if (held === null || held.checkVisibility() || !this.#root.contains(held)) return;
    const buttons = /** @type {HTMLButtonElement[]} */ ([...this.#root.querySelectorAll("button")]);
    buttons.find((button) => !button.disabled && button.checkVisibility())?.focus({ preventScroll: true });
  }

  #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.#root.querySelectorAll("button[data-practice]"));
  }
}

/**
 * The practice table's element of this name.
 * @template {Element} Kind
 * @param {HTMLElement} root
 * @param {string} name
 * @param {new () => Kind} kind
 */
export function part(root, name, kind) {
  return find(`[data-part=${name}]`, kind, root);
}
