/** Tic-tac-toe: two guests play to a win, one of them by keys alone, and who comes third may watch. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { arrives, hook, noOverflow, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const browser = await launch();
after(() => browser.close());

test("two guests play to a win", { timeout: 120_000 }, async (t) => {
  const house = await House.open(t, browser);
  const [first, second] = [await house.guest(), await house.guest()];
  await first.goto("/games/tic-tac-toe/");
  await hook(first, "create-table").click();
  await viewsOf(first).until((view, user) => view.players.includes(user), "the first seat");
  await second.goto("/games/tic-tac-toe/");
  await hook(second, "join").click();
  await says(first, "turn", "Your turn.");

  for (const [move, cell] of [0, 3, 1, 4, 2].entries()) {
    const page = move % 2 === 0 ? first : second;
    if (page === first) await first.keyboard.press(String(cell + 1));
    else await hook(page, "cell").nth(cell).click();
    await Promise.all([first, second].map((page) => marked(page, cell, move % 2)));
  }
  for (const page of [first, second]) {
    await says(page, "turn", "X wins.");
    assert.equal(await page.locator("[data-test=cell]:enabled").count(), 0, "the game is over");
    assert.deepEqual(await hook(page, "cell").allTextContents(), ["X", "X", "X", "O", "O", "", "", "", ""]);
  }
  assert.deepEqual(await first.locator("[data-won=true]").allTextContents(), ["X", "X", "X"], "the winning line is marked");
  const told = await hook(first, "log").locator("li").allTextContents();
  assert.ok(told.some((line) => line.endsWith("You mark top right with X.")), told.join("\n"));
  await accessible(first, "tic-tac-toe that is won");
  await noOverflow(first);
  await screenshot(first, "tic-tac-toe");

  const third = await house.guest();
  // A page asks why its socket was refused.
  house.allow(/status of 409|WebSocket connection to .* failed/);
  await third.goto(new URL(first.url()).pathname);
  await third.locator('[data-test="status"][data-code="session_full"]').waitFor();
  await accessible(third, "tic-tac-toe without a seat");
  await hook(third, "gone-watch").click();
  await says(third, "turn", "X wins.");
  assert.equal(await third.locator("[data-test=cell]:enabled").count(), 0, "who watches has nothing to press");

  await hook(second, "leave").click();
  await arrives(second, "/games/tic-tac-toe/");
  house.assertQuiet();
});

/** Waits until a page was told whose mark is in a cell. */
function marked(page, cell, seat) {
  return viewsOf(page).until(({ cells }) => cells[cell] === seat, `mark ${seat} in cell ${cell}`);
}
