import { FACE_DOWN, cardName } from "./cards.js";

/**
 * `<card-face card="10H">`: a playing card, drawn and labelled; `card="2B"` lies face down. Its width is the custom
 * property `--card`. `data-deck="four-colour large-index"` on any element around it, with either word or both, changes
 * how it is printed; a card that is too small for pips is printed with large indices in any case.
 */

/** Suits, each within a square of 24 around the origin. @type {Record<string, string>} */
const SUITS = {
  H: "M0 12C-4 7-11 2-11-5-11-9-8.5-11-5.7-11-3.2-11-1-9.6 0-7 1-9.6 3.2-11 5.7-11 8.5-11 11-9 11-5 11 2 4 7 0 12Z",
  D: "M0-12.5C2.5-7.5 5.5-3.5 9.5 0 5.5 3.5 2.5 7.5 0 12.5-2.5 7.5-5.5 3.5-9.5 0-5.5-3.5-2.5-7.5 0-12.5Z",
  S: "M0-12.5C4-7 11-2 11 4 11 7.8 8.5 9.5 6 9.5 3.8 9.5 1.8 8.4.9 6.4 1.2 9 2.2 11 4 12.5H-4C-2.2 11-1.2 9-.9 6.4-1.8 8.4-3.8 9.5-6 9.5-8.5 9.5-11 7.8-11 4-11-2-4-7 0-12.5Z",
  C: "M0-12.3a5.3 5.3 0 1 1 0 10.6a5.3 5.3 0 1 1 0-10.6ZM-5.8-2.8a5.3 5.3 0 1 1 0 10.6a5.3 5.3 0 1 1 0-10.6ZM5.8-2.8a5.3 5.3 0 1 1 0 10.6a5.3 5.3 0 1 1 0-10.6ZM-2.5-4H2.5V3C2 7.5 2.6 10 4.4 12.5H-4.4C-2.6 10-2 7.5-2.5 3Z",
};

/** Where a number card's pips lie, in the card's square of 100 by 140. @type {Record<string, [number, number][]>} */
const PIPS = (() => {
  const [left, middle, right] = [35, 50, 65];
  const both = (/** @type {number[]} */ ...rows) =>
    rows.flatMap((y) => /** @type {[number, number][]} */ ([[left, y], [right, y]]));
  const centre = (/** @type {number[]} */ ...rows) =>
    rows.map((y) => /** @type {[number, number]} */ ([middle, y]));
  const [two, three, four] = [[28, 112], [28, 70, 112], [28, 56, 84, 112]];
  return {
    2: centre(...two),
    3: centre(...three),
    4: both(...two),
    5: [...both(...two), ...centre(70)],
    6: both(...three),
    7: [...both(...three), ...centre(49)],
    8: [...both(...three), ...centre(49, 91)],
    9: [...both(...four), ...centre(70)],
    10: [...both(...four), ...centre(42, 98)],
  };
})();

/** What the half of a court card shows above the shoulders; the other half is the same, turned round. @type {Record<string, string>} */
const HEADS = {
  K: `<path class="ink" d="M41 42C40 58 46 62 50 62S60 58 59 42Z"/><ellipse class="skin" cx="50" cy="42" rx="8" ry="9"/>
    <path class="ink" d="M43 46C46 49 54 49 57 46 57 53 54 57 50 57S43 53 43 46Z"/>
    <path class="gold" d="M39 35 36 20 44 27 50 16 56 27 64 20 61 35Z"/>`,
  Q: `<path class="gold" d="M41 34C34 42 35 54 38 60L44 56V40H56V56L62 60C65 54 66 42 59 34Z"/><ellipse class="skin" cx="50" cy="43" rx="8" ry="10"/>
    <path class="ink" d="M40 35 37 23 43.5 28 46 19 50 26 54 19 56.5 28 63 23 60 35Z"/>
    <g class="gold"><circle cx="37" cy="22" r="2.4"/><circle cx="46" cy="18" r="2.4"/><circle cx="54" cy="18" r="2.4"/><circle cx="63" cy="22" r="2.4"/></g>`,
  J: `<path class="gold" d="M40 35H60L62 54 56 52V40H44V52L38 54Z"/><ellipse class="skin" cx="50" cy="43" rx="8" ry="10"/>
    <path class="gold" d="M58 27C62 19 69 17 74 20 72 27 66 31 59 31Z"/>
    <path class="ink" d="M38 36C36 25 45 21 52 22 60 23 63 29 62 36 54 32 46 32 38 36Z"/>`,
};

const SHOULDERS = `<path class="ink" d="M27 70V66C31 58 40 56 50 56S69 58 73 66V70Z"/><path class="gold" d="M43 56.5 50 69 57 56.5Z"/>`;

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
  :host { display: inline-block; flex: none; width: var(--card, 3.75rem); aspect-ratio: 5 / 7; container-type: inline-size; perspective: 40rem; }
  .sides { position: relative; height: 100%; transform-style: preserve-3d; }
  .side { position: absolute; inset: 0; border-radius: 8cqw; backface-visibility: hidden; overflow: hidden;
    box-shadow: 0 0 0 0.5px rgb(0 0 0 / 0.45), 0 1px 3px rgb(0 0 0 / 0.35); forced-color-adjust: none; }
  .front { background: var(--card-face, #fffdf8); color: var(--suit-s, #1a1917); }
  .front[data-suit=H] { color: var(--suit-h, #b3201c); }
  .front[data-suit=D] { color: var(--card-diamonds, var(--suit-h, #b3201c)); }
  .front[data-suit=C] { color: var(--card-clubs, var(--suit-s, #1a1917)); }
  .back { background: var(--card-face, #fffdf8); transform: rotateY(180deg); padding: 5cqw; }
  .sides.down { transform: rotateY(180deg); }
  .lattice { height: 100%; border-radius: 4cqw; background-color: var(--card-back, #7c2330);
    background-image: radial-gradient(circle, var(--card-back-line, #c98f6b) 0 5cqw, #0000 5.5cqw 9cqw, var(--card-back-line, #c98f6b) 9.5cqw 10.5cqw, #0000 11cqw),
      repeating-linear-gradient(45deg, #0000 0 6cqw, rgb(240 205 160 / 0.35) 6cqw 7.2cqw), repeating-linear-gradient(-45deg, #0000 0 6cqw, rgb(240 205 160 / 0.35) 6cqw 7.2cqw);
    box-shadow: inset 0 0 0 2.5cqw var(--card-back, #7c2330), inset 0 0 0 3.3cqw var(--card-back-line, #c98f6b); }
  svg { display: block; width: 100%; height: 100%; }
  path, .ink, text { fill: currentColor; }
  text { font: 700 25px/1 var(--card-font, "Georgia", "DejaVu Serif", serif); text-anchor: middle; }
  .ink, .gold, .skin { stroke: #16191c; stroke-width: 1; stroke-linejoin: round; }
  .gold, .gold * { fill: #e5b94f; } .skin { fill: #fbe6c8; }
  .frame { fill: #fbf3df; stroke: currentColor; stroke-width: 1; }
  .small { display: var(--card-small, block); }
  .large { display: var(--card-large, none); }
  .large text { font-size: 58px; letter-spacing: -3px; }
  @container (max-width: 3.3rem) { .small { display: none; } .large { display: block; } }
`);

const DECKS = new CSSStyleSheet();
DECKS.replaceSync(`
  [data-deck~=four-colour] { --card-diamonds: var(--suit-d, #1257a8); --card-clubs: var(--suit-c, #1c6a35); }
  [data-deck~=large-index] { --card-small: none; --card-large: block; }
`);
document.adoptedStyleSheets.push(DECKS);

/** The element; see the top of the file. */
export class CardFace extends HTMLElement {
  static observedAttributes = ["card"];

  #shown = this.attachShadow({ mode: "open" });

  constructor() {
    super();
    this.#shown.adoptedStyleSheets = [STYLE];
  }

  connectedCallback() {
    this.setAttribute("role", "img");
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** Turns the card over to what it shows now. @param {KeyframeAnimationOptions} timing */
  turn(timing) {
    const sides = this.#shown.querySelector(".sides");
    return sides?.animate([{ transform: "rotateY(180deg)" }, { transform: "none" }], { fill: "backwards", ...timing });
  }

  #draw() {
    const card = this.getAttribute("card") ?? FACE_DOWN;
    const known = /^(10|[2-9JQKA])[CDHS]$/.test(card);
    this.setAttribute("aria-label", known ? cardName(card) : cardName(FACE_DOWN));
    // Nothing but the parts above and a card's name is ever put together here.
    const front = known ? `<div class="side front" data-suit="${card.slice(-1)}">${print(card)}</div>` : "";
    this.#shown.innerHTML = `<div class="sides${known ? "" : " down"}">${front}<div class="side back"><div class="lattice"></div></div></div>`;
  }
}

/**
 * The print of a card's front.
 * @param {string} card
 */
function print(card) {
  const [rank, suit] = [card.slice(0, -1), card.slice(-1)];
  const squeezed = rank === "10" ? ' textLength="21" lengthAdjust="spacingAndGlyphs"' : "";
  const wide = rank === "10" ? ' textLength="47" lengthAdjust="spacingAndGlyphs"' : "";
  const small = `<text x="13" y="25"${squeezed}>${rank}</text>${pip(suit, 13, 38, 0.62)}`;
  const large = `<text x="28" y="50"${wide}>${rank}</text>${pip(suit, 27, 74, 1.25)}`;
  return `<svg viewBox="0 0 100 140" aria-hidden="true"><g class="small">${twice(small)}${middle(rank, suit)}</g><g class="large">${twice(large)}</g></svg>`;
}

/**
 * What a card shows between its indices.
 * @param {string} rank
 * @param {string} suit
 */
function middle(rank, suit) {
  if (rank === "A") return pip(suit, 50, 70, suit === "S" ? 3 : 2.2);
  if (rank in HEADS) {
    const half = `${SHOULDERS}${HEADS[rank]}${pip(suit, 33, 25, 0.55)}`;
    return `<rect class="frame" x="25" y="14" width="50" height="112" rx="3"/>${twice(half)}`;
  }
  return PIPS[rank].map(([x, y]) => pip(suit, x, y, 0.86, y > 70)).join("");
}

/**
 * @param {string} suit
 * @param {number} x
 * @param {number} y
 * @param {number} scale
 * @param {boolean} [turned] whether it stands on its head
 */
function pip(suit, x, y, scale, turned = false) {
  return `<path d="${SUITS[suit]}" transform="translate(${x} ${y}) scale(${turned ? -scale : scale})"/>`;
}

/**
 * A drawing, and the same turned round, as a card has it.
 * @param {string} half
 */
function twice(half) {
  return `<g>${half}</g><g transform="rotate(180 50 70)">${half}</g>`;
}

customElements.define("card-face", CardFace);
