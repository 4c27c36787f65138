/** Chips: amounts as whole numbers of hundredths, and stacks of chips that stand for them. */

/** What chips there are, the greatest first: their worth in hundredths, and the colours of their body and their marks. */
const KINDS = /** @type {const} */ ([
  [50000, "var(--chip-500)", "var(--on-chip-dark)"],
  [10000, "var(--chip-100)", "var(--on-chip-dark)"],
  [2500, "var(--chip-25)", "var(--on-chip-dark)"],
  [500, "var(--chip-5)", "var(--on-chip-dark)"],
  [100, "var(--chip-1)", "var(--on-chip-light)"],
  [50, "var(--chip-half)", "var(--on-chip-light)"],
]);

/** As many chips as a stack shows at most: beyond it, the amount beside it tells. */
const TALLEST = 8;

const SVG = "http://www.w3.org/2000/svg";

/**
 * An amount from the wire, "12.50", in hundredths.
 * @param {string} amount
 */
export function cents(amount) {
  const [whole, part = ""] = amount.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/**
 * Hundredths as an amount: "12.50".
 * @param {number} cents
 */
export function amountOf(cents) {
  return `${Math.trunc(cents / 100)}.${String(Math.abs(cents % 100)).padStart(2, "0")}`;
}

/**
 * Hundredths as what was won or lost: "+15.00", "−10.00".
 * @param {number} cents
 */
export function signed(cents) {
  return cents < 0 ? `−${amountOf(-cents)}` : `+${amountOf(cents)}`;
}

/**
 * Shows a stack of chips in an element, for the eye alone; the amount is told in words beside it.
 * @param {Element} shown
 * @param {number} cents
 */
export function drawStack(shown, cents) {
  if (shown.getAttribute("data-cents") === String(cents)) return;
  shown.setAttribute("data-cents", String(cents));
  const chips = chipsOf(cents);
  if (chips.length === 0) return shown.replaceChildren();
  const height = 22 + 5 * (chips.length - 1);
  const stack = make("svg", { viewBox: `0 0 40 ${height + 2}`, "aria-hidden": "true", class: "stack-drawn" });
  stack.style.setProperty("--tall", String((height + 2) / 40));
  chips.forEach(([, body, marks], index) => {
    const chip = make("g", { transform: `translate(20 ${height - 12 - 5 * index})` });
    chip.append(
      make("path", { d: "M-18 0V5A18 9 0 0 0 18 5V0Z", fill: body, stroke: "#0006", "stroke-width": ".8" }),
      make("path", { d: "M-13 6.2V11.2M0 9V14M13 6.2V11.2", stroke: marks, "stroke-width": "5" }),
      make("ellipse", { rx: "18", ry: "9", fill: body, stroke: "#0005", "stroke-width": ".8" }),
      make("ellipse", { rx: "14.6", ry: "7", fill: "none", stroke: marks, "stroke-width": "3.6", "stroke-dasharray": "5.6 5.9" }),
      make("ellipse", { rx: "10", ry: "4.7", fill: body, stroke: marks, "stroke-width": ".9" }),
    );
    stack.append(chip);
  });
  shown.replaceChildren(stack);
}

/**
 * The chips of an amount, the greatest first, and no more than a stack shows.
 * @param {number} cents
 */
function chipsOf(cents) {
  const chips = [];
  let left = cents;
  for (const kind of KINDS) {
    for (; left >= kind[0] && chips.length < TALLEST; left -= kind[0]) chips.push(kind);
  }
  return chips;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 */
function make(tag, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
