/** The contrast of the colours, computed from the style sheets: enough of it, and as docs/design-language.md says. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

/** Later ones win, as in a page. */
const SHEETS = ["../../crates/parlor/static/parlor.css", "../../casino/static/casino.css"];

/** The least contrast, by the heading under which a pair stands. */
const LEAST = { "### Contrast of text": 4.5, "### Contrast of controls": 3 };

const read = (path) => readFile(new URL(path, import.meta.url), "utf8");
const colours = await tokens();
const manual = await read("../../docs/design-language.md");

for (const [heading, least] of Object.entries(LEAST)) {
  test(`${heading.slice(4)}, by day and by night`, () => {
    const pairs = rows(heading);
    assert.ok(pairs.length >= 10, `there are ${pairs.length} pairs under "${heading}"`);
    for (const [pair, ...written] of pairs) {
      const computed = contrasts(pair);
      assert.deepEqual(written, computed.map((contrast) => contrast.toFixed(2)), `${pair} in the manual`);
      assert.ok(computed.every((contrast) => contrast >= least), `${pair}: ${computed}`);
    }
  });
}

test("every text colour is measured on every ground that it may stand on", () => {
  const known = new Set(rows("### Contrast of text").map(([pair]) => pair));
  for (const text of ["ink", "muted", "accent", "danger", "good", "warn"]) {
    for (const ground of ["page", "surface", "sunken"]) assert.ok(known.has(`${text} on ${ground}`), `${text} on ${ground}`);
  }
});

/** The rows of the first table under a heading: the pair, and its contrast by day and by night. */
function rows(heading) {
  const after = manual.slice(manual.indexOf(`\n${heading}\n`) + heading.length + 2);
  const table = after.slice(0, after.indexOf("\n#"));
  return [...table.matchAll(/^\| `--([\w-]+)` on `--([\w-]+)` \| ([\d.]+) \| ([\d.]+) \|$/gm)].map(([, over, under, day, night]) => [`${over} on ${under}`, day, night]);
}

/** Both contrasts of a pair, as WCAG defines it. */
function contrasts(pair) {
  const [over, under] = pair.split(" on ").map((name) => colours.get(name) ?? assert.fail(`there is no colour --${name}`));
  return [0, 1].map((theme) => {
    const [darker, lighter] = [over[theme], under[theme]].map(luminance).sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  });
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colours on `:root`, by name: by day, by night. */
async function tokens() {
  const all = new Map();
  for (const sheet of SHEETS) {
    const css = await read(sheet);
    const start = css.indexOf(":root {");
    const root = css.slice(start, css.indexOf("\n}\n", start));
    for (const [, name, both, day, night] of root.matchAll(/--([\w-]+): (?:(#[0-9a-f]{6})|light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\));/g)) {
      all.set(name, both ? [both, both] : [day, night]);
    }
  }
  return all;
}
