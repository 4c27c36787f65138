/** What axe, which knows the rules of accessible pages, finds wrong with a page: nothing, in both themes and at both widths. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Evaluated as a debugger does, past the policy of the pages, which holds for their own scripts. */
const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const THEMES = ["light", "dark"];
const WIDTHS = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

/** The guidelines, and what axe's authors advise besides. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Asserts that axe finds nothing on the page as it is now, in both themes and at both widths, and that nothing sticks out.
 * @param {import("playwright-core").Page} page
 * @param {string} what the page and its state in words, for the message
 */
export async function accessible(page, what) {
  const before = page.viewportSize();
  for (const viewport of WIDTHS) {
    await page.setViewportSize(viewport);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await settled(page);
      const found = await violations(page);
      assert.deepEqual(found, [], `${what}, ${colorScheme}, at ${viewport.width} px`);
    }
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${what} is ${wide} px too wide for ${viewport.width} px`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
}

/** Waits until what changes its colour has changed it: axe would judge a colour that nobody sees for longer than a blink. */
function settled(page) {
  return page.evaluate(async () => {
    const changing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changing.map(({ finished }) => finished));
  });
}

/** What is wrong: the rule, where, and why. Nothing is fetched for it. */
async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { runOnly: rules, preload: false });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`));
  }, RULES);
}
