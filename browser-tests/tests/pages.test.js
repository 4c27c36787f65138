/** Every page that needs no table: axe finds nothing in either theme at either width, and no page complains of anything. */
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { createTable } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook } from "../helpers/page.js";

const FEW_MINUTES = { timeout: 300_000 };

/** What anyone may look at. */
const PUBLIC = ["/", "/login/", "/signup/", "/sessions/", "/games/blackjack/", "/games/tic-tac-toe/", "/tutorials/blackjack/", "/tutorials/tic-tac-toe/"];

/** What looks different, or is, for one who is signed in. */
const OWN = ["/", "/account/", "/sessions/", "/games/blackjack/"];

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
