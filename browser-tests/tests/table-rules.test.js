/** Insurance and late surrender, the hint of basic strategy, and the clocks, as players see and hear them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { bet, createTable, deal, joinTable, nextRound, play, stage } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { cents, chips, handsOf, payouts, stakes } from "../helpers/money.js";
import { hook, says } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const FEW_MINUTES = { timeout: 300_000 };
const MOST_DEALS = 120;

const browser = await launch();
after(() => browser.close());

const patient = () => "stay";

/** Deals to one page, or two, until a view of the first is as wanted. */
async function dealUntil(wanted, ...pages) {
  const views = viewsOf(pages[0]);
  for (let deals = 0; deals < MOST_DEALS; deals += 1) {
    for (const page of pages) await bet(page, "10.00");
    const view = await deal(...pages);
    if (view.stage === "dealing" && wanted(view, views.user)) return view;
    await Promise.all(pages.map((page) => play(page, patient)));
    await nextRound(...pages);
  }
  throw new Error(`in ${MOST_DEALS} deals there was nothing of the kind`);
}

test("under an ace one insures while the other waits, and all of it is told and paid", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT, "--starting-chips", "100000");
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  const view = await dealUntil(({ legal }) => legal.includes("insurance"), alice, bob);
  assert.equal(view.dealer.hand[0].slice(0, -1), "A");
  const purse = cents(await hook(alice, "balance").textContent());
  await hook(alice, "insurance").click();
  const log = (page, line) => hook(page, "log").locator("li", { hasText: line }).last().waitFor();
  await log(alice, "You take insurance for 5.00.");
  await log(bob, "alice takes insurance for 5.00.");
  await says(alice, "balance", chips(purse - 500));
  await says(alice, "hint", "You have chosen. Waiting for the others.");
  assert.equal(await alice.locator('[data-player="alice"] [data-test=stake]').textContent(), "10.00, insured for 5.00");
  assert.equal(await hook(alice, "insurance").isVisible(), false, "one insures once");
  await hook(bob, "stay").click();
  await viewsOf(bob).until(({ legal }) => !legal.includes("insurance"), "the choice that was made");
  await log(alice, /bob chooses to stay, if the dealer has no blackjack\.|The dealer turns/);
  const [end] = await Promise.all([play(alice, patient), play(bob, patient)]);
  await log(alice, /Your insurance (wins 10\.00|loses 5\.00)\./);
  const [hand] = handsOf(end, "alice");
  const net = payouts(end, "alice") - stakes(end, "alice");
  const shown = await alice.locator('[data-player="alice"] [data-test=net]').textContent();
  assert.equal(shown, net === 0 ? "±0.00" : `${net < 0 ? "−" : "+"}${chips(Math.abs(net))}`, JSON.stringify(hand));
  house.assertQuiet();
});

test("who surrenders gets half back, and is told so", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  await dealUntil(({ legal, dealer }) => legal.includes("surrender") && !dealer.hand[0].startsWith("A"), alice);
  const purse = cents(await hook(alice, "balance").textContent());
  await alice.keyboard.press("u");
  await stage(alice, "ending");
  await hook(alice, "log").locator("li", { hasText: "You get half the bet back, and lose 5.00." }).waitFor();
  await says(alice, "outcome", "Surrender");
  await says(alice, "net", "−5.00");
  await says(alice, "balance", chips(purse + 500));
  house.assertQuiet();
});

test("the strategy hint is shown to who wants it, and to nobody else", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  await hook(alice, "open-settings").click();
  await hook(alice, "set-hint").check();
  await alice.keyboard.press("Escape");
  const both = ({ legal }) => legal.includes("stay") && viewsOf(bob).latest.legal.includes("stay");
  const { hint } = await dealUntil(both, alice, bob);
  await says(alice, "strategy-hint", `Basic strategy: ${hint}.`);
  assert.equal(await hook(alice, hint).getAttribute("data-advised"), "true");
  await alice.locator('[data-test="story"]', { hasText: `Basic strategy: ${hint}.` }).waitFor({ state: "attached" });
  assert.equal(await hook(bob, "strategy-hint").isVisible(), false);
  assert.equal(await bob.locator("[data-advised=true]").count(), 0);
  await alice.reload();
  await says(alice, "strategy-hint", `Basic strategy: ${hint}.`);
  await hook(alice, "open-settings").click();
  await hook(alice, "set-hint").uncheck();
  assert.equal(await hook(alice, "strategy-hint").isVisible(), false);
  house.assertQuiet();
});

test("a clock is right where the browser's own is wrong", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await alice.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 3_600_000;
  });
  await createTable(alice);
  await bet(alice, "5.00");
  await alice.waitForFunction(() => document.querySelector("#deadline").textContent !== "");
  const seconds = Number.parseInt(await hook(alice, "deadline").textContent(), 10);
  assert.ok(seconds > 590 && seconds <= 601, `ten minutes, and not ${seconds} s`);
  house.assertQuiet();
});

test("everyone whom the table waits for has a clock, which all can see", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  const both = ({ legal, dealer }) => legal.includes("stay") && viewsOf(bob).latest.legal.includes("stay") && !dealer.hand[0].startsWith("A");
  await dealUntil(both, alice, bob);
  const clock = (page, name) => page.locator(`.seat[data-player="${name}"] [data-test=clock]`);
  for (const page of [alice, bob]) {
    for (const name of ["alice", "bob"]) assert.match(await clock(page, name).textContent(), /^\d+ s$/, name);
  }
  await hook(bob, "stay").click();
  await clock(alice, "bob").waitFor({ state: "hidden" });
  assert.ok(await clock(alice, "alice").isVisible(), "alice is still waited for");
  house.assertQuiet();
});
