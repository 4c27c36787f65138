/** What people do at a table outlives the end of the program: they see it come back, and all they did, once. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { bet, createTable, deal, hears, joinTable, play, say } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook, noOverflow, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];

const browser = await launch();
after(() => browser.close());

test("what was sent to a casino that is killed is done once when it is back", { timeout: 120_000 }, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  await bet(alice, "10.00");
  await bet(bob, "5.00");
  await house.kill(
    async () => {
      await hook(alice, "bet-input").fill("25");
      await hook(alice, "place-bet").click();
      await say(bob, "is anybody there?");
    },
    async () => {
      for (const page of [alice, bob]) await page.locator('[data-test="status"][data-state="reconnecting"]').waitFor();
      await screenshot(alice, "reconnecting");
      await noOverflow(bob, "reconnecting.phone");
    },
  );
  const betOf = (name, amount) => (view) => view?.players.some(({ player, bet }) => player === name && bet === amount);
  for (const page of [alice, bob]) {
    await viewsOf(page).until(betOf("alice", "25.00"), "the bet that was sent before the end");
    await hears(page, "bob", "is anybody there?");
    assert.equal(await hook(page, "chat-log").locator("li", { hasText: "is anybody there?" }).count(), 1);
  }
  await says(alice, "balance", "975.00");
  await says(bob, "balance", "995.00");
  await deal(alice, bob);
  const patient = () => "stay";
  await Promise.all([play(alice, patient), play(bob, patient)]);
  house.assertQuiet();
});
