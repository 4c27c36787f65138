/** Lines over time, drawn as SVG, with a table of the same numbers for those who read. */
import { element } from "./dom.js";

/**
 * A point of a line: a time in milliseconds since 1970, and a number; null where nothing was measured.
 * @typedef {[at: number, value: number | null]} Point
 */

/** @typedef {{name: string, points: Point[]}} Line */

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [600, 180];
/** Where the lines are, and not the numbers beside them. */
const [LEFT, TOP, RIGHT, BOTTOM] = [56, 14, 590, 150];
const FIVE_MINUTES = 300_000;

/**
 * Draws lines into a figure: its `svg`, its `.legend`, and its table.
 * @param {HTMLElement} figure
 * @param {Line[]} lines
 * @param {{from: number, to: number}} span the times at both ends
 */
export function plot(figure, lines, span) {
  const svg = /** @type {SVGSVGElement} */ (figure.querySelector("svg"));
  const most = top(Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0))));
  const x = (/** @type {number} */ at) => LEFT + ((at - span.from) / (span.to - span.from)) * (RIGHT - LEFT);
  const y = (/** @type {number} */ value) => BOTTOM - (value / most) * (BOTTOM - TOP);
  const marks = [0, most / 2, most].flatMap((value) => [
    shape("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(value), y2: y(value) }),
    label({ x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
  ]);
  const times = [span.from, (span.from + span.to) / 2, span.to].map((at, index) =>
    label({ x: x(at), y: HEIGHT - 6, "text-anchor": ["start", "middle", "end"][index] }, clock(at)),
  );
  const drawn = lines.map(({ points }, index) =>
    shape("path", { class: `line line-${index}`, d: path(points, x, y), "vector-effect": "non-scaling-stroke" }),
  );
  svg.replaceChildren(...marks, ...times, ...drawn);
  svg.setAttribute("aria-label", lines.map(({ name, points }) => `${name}: ${summary(points)}`).join("; "));
  const legend = /** @type {HTMLElement} */ (figure.querySelector(".legend"));
  legend.replaceChildren(...lines.map(({ name, points }, index) => element("li", `key-${index}`, `${name}: ${summary(points)}`)));
  fill(/** @type {HTMLTableElement} */ (figure.querySelector("table")), lines);
}

/**
 * The line through these points; it breaks where nothing was measured.
 * @param {Point[]} points
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
function path(points, x, y) {
  let pen = "M";
  return points
    .map(([at, value]) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      // A point alone is seen too.
      const dot = pen === "M" ? "h0.1" : "";
      pen = "L";
      return step + dot;
    })
    .join("");
}

/**
 * The table: the most of each line in five minutes.
 * @param {HTMLTableElement} table
 * @param {Line[]} lines
 */
function fill(table, lines) {
  const head = document.createElement("tr");
  head.append(cell("th", "From"), ...lines.map(({ name }) => cell("th", name, "number")));
  table.tHead?.replaceChildren(head);
  /** @type {Map<number, (number | null)[]>} */
  const rows = new Map();
  lines.forEach(({ points }, line) => {
    for (const [at, value] of points) {
      const from = Math.floor(at / FIVE_MINUTES) * FIVE_MINUTES;
      const row = rows.get(from) ?? lines.map(() => null);
      if (value !== null) row[line] = Math.max(row[line] ?? 0, value);
      rows.set(from, row);
    }
  });
  const made = [...rows].sort(([a], [b]) => b - a).map(([from, values]) => {
    const row = document.createElement("tr");
    row.append(cell("td", clock(from)), ...values.map((value) => cell("td", value === null ? "–" : short(value), "number")));
    return row;
  });
  table.tBodies[0].replaceChildren(...made);
}

/**
 * @param {"td" | "th"} tag
 * @param {string} text
 */
function cell(tag, text, className = "") {
  const made = /** @type {HTMLTableCellElement} */ (element(tag, className, text));
  if (tag === "th") made.scope = "col";
  return made;
}

/** @param {Point[]} points */
function summary(points) {
  const measured = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (measured.length === 0) return "nothing yet";
  return `${short(measured[measured.length - 1])} now, ${short(Math.max(...measured))} at the most`;
}

/**
 * A round number that nothing is above.
 * @param {number} value
 */
function top(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * unit).find((round) => value <= round) ?? value;
}

/**
 * A number as it is read at a glance.
 * @param {number} value
 */
export function short(value) {
  return value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : value < 100 ? 1 : 0 });
}

/** @param {number} at */
function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * @param {Record<string, string | number>} attributes
 * @param {string} text
 */
function label(attributes, text) {
  const made = shape("text", attributes);
  made.textContent = text;
  return made;
}
