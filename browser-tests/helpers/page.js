/** What can be done with, and said of, any page of the site. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const SCREENSHOTS = fileURLToPath(new URL("../screenshots/", import.meta.url));
const PHONE = { width: 390, height: 844 };

/**
 * The element that a page marks for tests.
 * @param {import("playwright-core").Page | import("playwright-core").Locator} within
 * @param {string} name
 */
export function hook(within, name) {
  return within.locator(`[data-test="${name}"]`);
}

/** Waits until the page is at a path, whatever its query. */
export function arrives(page, path) {
  return page.waitForURL(({ pathname }) => pathname === path);
}

/** Waits until the one element with this hook says exactly this. */
export async function says(page, name, text) {
  await page.waitForFunction(
    ([name, text]) => document.querySelector(`[data-test="${name}"]`)?.textContent?.trim() === text,
    [name, text],
  ).catch(async (error) => {
    const said = await hook(page, name).allTextContents();
    throw new Error(`[data-test=${name}] says ${JSON.stringify(said)}, and not "${text}"`, { cause: error });
  });
}

/**
 * Asserts that on a phone nothing makes the page scroll sideways, and names what does.
 * @param {import("playwright-core").Page} page
 * @param {string} [picture] the name of a screenshot to keep
 */
export async function noOverflow(page, picture) {
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  if (picture) await screenshot(page, picture);
  const { width, room, wide } = await page.evaluate(measure);
  assert.ok(width <= room, `${page.url()} is ${width} px wide on a phone of ${room}: ${wide.join(", ")}`);
  await page.setViewportSize(before);
}

/** Keeps a picture of a page, as wide as it is now, in `screenshots/`. */
export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}

/** Runs in the page: its width, the room there is, and what sticks out. */
function measure() {
  const room = window.innerWidth;
  const wide = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > room)
    .map(({ localName, id, classList }) => [localName + (id && `#${id}`), ...classList].join("."));
  return { width: document.scrollingElement.scrollWidth, room, wide: wide.slice(0, 5) };
}
