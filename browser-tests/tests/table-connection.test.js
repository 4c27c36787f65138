/** How the connection is: a page tells coming back from gone, and why, and where one can go. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { bet, createTable, seated, watchTable } from "../helpers/blackjack.js";
import { accessible } from "../helpers/axe.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { arrives, hook, says } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const FEW_MINUTES = { timeout: 300_000 };

const browser = await launch();
after(() => browser.close());

const state = (page, name) => page.locator(`[data-test="status"][data-state="${name}"]`).waitFor();
const goneBy = (page, code) => page.locator(`[data-test="status"][data-state="gone"][data-code="${code}"]`).waitFor();

test("a lost connection says when it tries again, keeps what was sent, and lets nothing be pressed", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  await house.kill(
    async () => {
      await hook(alice, "bet-input").fill("25");
      await hook(alice, "place-bet").click();
      await hook(alice, "under-way").waitFor();
    },
    async () => {
      await state(alice, "reconnecting");
      await hook(alice, "lost").waitFor();
      await alice.waitForFunction(() => /^Attempt \d+( in \d+ s\.|…)$/.test(document.querySelector("#lost-next").textContent));
      assert.equal(await hook(alice, "gone").isVisible(), false, "it is not gone");
      for (const control of ["place-bet", "ready"]) assert.equal(await hook(alice, control).isDisabled(), true, control);
      await accessible(alice, "a table that is not connected");
    },
  );
  await hook(alice, "try-now").click({ timeout: 2000 }).catch(() => {});
  await state(alice, "open");
  await viewsOf(alice).until((view) => view.players[0]?.bet === "25.00", "the bet that was sent before");
  await hook(alice, "under-way").waitFor({ state: "hidden" });
  await hook(alice, "lost").waitFor({ state: "hidden" });
  house.assertQuiet();
});

test("a table that has closed leads to the open ones", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT, "--empty-after", "1s");
  const [alice, bob] = [await house.person("alice"), await house.guest()];
  await watchTable(bob, await createTable(alice));
  await hook(alice, "leave").click();
  await arrives(alice, "/games/blackjack/");
  await goneBy(bob, "session_ended");
  assert.equal(await bob.locator("#gone h2").textContent(), "This table has closed");
  assert.equal(await hook(bob, "lost").isVisible(), false, "nothing tries to come back");
  for (const other of ["gone-login", "gone-watch", "gone-again"]) assert.equal(await hook(bob, other).isVisible(), false, other);
  await accessible(bob, "a table that has closed");
  await hook(bob, "gone-lobby").click();
  await arrives(bob, "/games/blackjack/");
  house.assertQuiet();
});

test("who is signed out elsewhere is led to the log-in and back", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  const id = await createTable(alice);
  const other = await alice.context().newPage();
  await other.goto("/account/");
  await hook(other, "logout").first().click();
  await goneBy(alice, "signed_out");
  assert.equal(await hook(alice, "ready").isDisabled(), true);
  await hook(alice, "gone-login").click();
  await alice.fill("input[name=username]", "alice");
  await alice.fill("input[name=password]", "four aces and a joker");
  await hook(alice, "login").click();
  await arrives(alice, `/games/blackjack/session/${id}`);
  await seated(alice);
  house.assertQuiet();
});

test("the sixth window of one player replaces the first, which can take over again", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  for (let window = 0; window < 5; window += 1) {
    const page = await alice.context().newPage();
    await page.goto(alice.url());
    await seated(page);
  }
  await goneBy(alice, "replaced");
  await hook(alice, "gone-again").click();
  await state(alice, "open");
  await bet(alice, "5.00");
  await says(alice, "balance", "995.00");
  house.assertQuiet();
});
