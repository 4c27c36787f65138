/** Every page that needs no table: axe finds nothing in either theme at either width, and no page complains of anything. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { createTable } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook } from "../helpers/page.js";

const FEW_MINUTES = { timeout: 300_000 };

/** What anyone may look at. */
const PUBLIC = ["/", "/login/", "/signup/", "/sessions/", "/games/blackjack/", "/games/tic-tac-toe/", "/tutorials/blackjack/", "/tutorials/tic-tac-toe/", "/api/"];

/** What looks different, or is, for one who is signed in. */
const OWN = ["/", "/account/", "/account/chips/", "/sessions/", "/games/blackjack/"];

const browser = await launch();
after(() => browser.close());

test("axe finds nothing on a page for nobody, and none with tables on it", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const [nobody, guest] = [await house.stranger(), await house.guest()];
  for (const path of PUBLIC) {
    await nobody.goto(path);
    await accessible(nobody, `${path} for nobody`);
  }
  await createTable(await house.guest());
  await createTable(await house.guest(), { hidden: true });
  for (const path of OWN) {
    await guest.goto(path);
    await accessible(guest, `${path} for a guest`);
  }
  house.assertQuiet();
});

test("axe finds nothing on a page that says what went wrong", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.goto("/nowhere/");
  await accessible(page, "the page that is not there");
  await page.goto("/login/");
  await page.fill("input[name=username]", "nobody-of-this-name");
  await page.fill("input[name=password]", "not the right one");
  await hook(page, "login").click();
  await hook(page, "form-error").waitFor();
  await accessible(page, "a log-in that was refused");
  house.allow(/status of 4(01|04)/);
  house.assertQuiet();
});

test("dark or light is as chosen on every page, until it is as the system has it", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.emulateMedia({ colorScheme: "light" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto("/");
  const light = await ground();
  await hook(page, "theme").click();
  const dark = await ground();
  assert.notEqual(dark, light);
  assert.equal(await hook(page, "theme").getAttribute("aria-pressed"), "true");
  await page.goto("/login/");
  assert.equal(await ground(), dark, "the choice is kept");
  await hook(page, "theme").click();
  assert.equal(await ground(), light);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.equal(await ground(), dark, "what the system says was not chosen against any more");
  house.assertQuiet();
});

test("lists of tables are live, with a pip a seat, and nobody is sent to a full table", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const [page, first, second] = [await house.stranger(), await house.guest(), await house.guest()];
  await page.goto("/sessions/");
  const list = page.locator("[data-game=tic-tac-toe]");
  assert.equal(await list.locator("[data-part=empty]").isVisible(), true);
  await first.goto("/games/tic-tac-toe/");
  await hook(first, "create-table").click();
  const row = hook(list, "table-row");
  await row.locator("[data-taken=true]").first().waitFor();
  assert.deepEqual([await row.locator(".pips > i").count(), await row.locator("[data-taken=true]").count()], [2, 1]);
  assert.equal(await hook(row, "join").isVisible(), true);
  assert.equal(await list.locator("[data-part=empty]").isVisible(), false);
  await second.goto(new URL(await hook(row, "join").getAttribute("href"), page.url()).pathname);
  await row.and(page.locator("[data-full=true]")).waitFor();
  assert.deepEqual([await hook(row, "join").isVisible(), await hook(row, "watch").isVisible()], [false, true]);
  await accessible(page, "tables of which one is full");
  await createTable(await house.guest());
  await page.goto("/");
  assert.deepEqual(await hook(page, "table-row").locator("[data-cell=name]").allTextContents(), ["Blackjack 1"], "only where there is a chair");
  house.assertQuiet();
});
