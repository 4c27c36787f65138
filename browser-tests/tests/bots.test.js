/** Bots and quick play: the host seats bots, people take their seats, and one click leads to a table. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { bet, createTable, deal, joinTable, nextRound, play, seated } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook, noOverflow, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const FEW_MINUTES = { timeout: 300_000 };
const IS_BOT = / \(bot\)$/;

const browser = await launch();
after(() => browser.close());

test("a host plays hands with a bot, and people take the bots' seats", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const [host, other] = [await house.person("ann"), await house.person("bob")];
  const id = await createTable(host);
  await hook(host, "add-bot").click();
  await bots(host, 1);
  assert.match(await hook(host, "bot-list").locator("[data-cell=name]").first().textContent(), IS_BOT);
  for (let round = 0; round < 2; round += 1) {
    await bet(host, "5.00");
    await deal(host);
    const end = await play(host, (legal) => (legal.includes("stay") ? "stay" : legal[0]));
    assert.deepEqual(new Set(end.hands.map(({ player }) => IS_BOT.test(player))), new Set([true, false]));
    assert.ok(end.hands.every(({ outcome }) => outcome), "every hand is settled");
    await nextRound(host);
  }
  await hook(host, "remove-bot").click();
  await bots(host, 0);

  for (let count = 1; count <= 6; count += 1) {
    await hook(host, "add-bot").click();
    await bots(host, count);
  }
  await hook(host, "add-bot").click();
  await says(host, "bots-refusal", "Every seat at this table is taken");
  await screenshot(host, "blackjack-bots");
  await noOverflow(host, "blackjack-bots-phone");
  house.allow(/status of 409/);

  await joinTable(other, id);
  await bots(host, 5);
  assert.equal(await hook(other, "add-bot").count(), 0, "bots are the host's");
  assert.ok(viewsOf(host).latest.players.some(({ player }) => player === "bob"));
  house.assertQuiet();
});

test("one click leads a visitor to a seat, and the next to a seat beside it", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const [first, second] = [await house.stranger(), await house.stranger()];
  await first.goto("/games/blackjack/");
  await hook(first, "quick-play").click();
  await seated(first);
  await second.goto("/sessions/");
  await hook(second.locator('form[action="/games/blackjack/play"]'), "quick-play").click();
  await seated(second);
  assert.equal(second.url(), first.url(), "where there are people");
  const both = (view) => view.players.length === 2;
  await viewsOf(first).until(both, "the second player");
  assert.match(viewsOf(first).user, /^Guest-/);
  // Back in the lobby the same click leads back to one's own seat.
  const table = first.url();
  await first.goto("/games/blackjack/");
  await accessible(first, "the tables of blackjack, with people at one");
  await hook(first, "quick-play").click();
  await viewsOf(first).until(both, "the own seat");
  assert.equal(first.url(), table);
  house.assertQuiet();
});

test("one plays tic-tac-toe against a bot", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.guest();
  await page.goto("/games/tic-tac-toe/");
  await hook(page, "create-table").click();
  await hook(page, "add-bot").click();
  await bots(page, 1);
  await accessible(page, "a table of tic-tac-toe with a bot");
  for (;;) {
    const view = await viewsOf(page).until(
      ({ cells, turn, winner }) => winner !== null || turn === 0 || !cells.includes(null),
      "my turn, or the end",
    );
    if (view.winner !== null || !view.cells.includes(null)) break;
    const cell = view.cells.indexOf(null);
    await hook(page, "cell").nth(cell).click();
    await viewsOf(page).until(({ cells }) => cells[cell] === 0, "my mark");
  }
  assert.notEqual(viewsOf(page).latest.winner, 0, "it does not lose");
  house.assertQuiet();
});

/** Waits until the host's list has so many bots. */
async function bots(page, count) {
  await page.waitForFunction(
    (count) => document.querySelectorAll("[data-test=bot-list] > li").length === count,
    count,
  );
}
