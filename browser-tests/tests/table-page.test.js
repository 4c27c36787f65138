/** The blackjack table's page in every state of the table: what it shows, to whom, and how one likes it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { bet, createTable, deal, hears, joinTable, nextRound, play, say, watchTable } from "../helpers/blackjack.js";
import { accessible } from "../helpers/axe.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { handsOf } from "../helpers/money.js";
import { hook, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const FEW_MINUTES = { timeout: 300_000 };
const PHONE = { width: 390, height: 844 };

const browser = await launch();
after(() => browser.close());

test("axe finds nothing while people bet, play, see the end, and watch", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob, carol] = [await house.person("alice"), await house.person("bob"), await house.guest()];
  const id = await createTable(alice);
  await joinTable(bob, id);
  await watchTable(carol, id);
  await say(bob, "good evening");
  await hears(alice, "bob", "good evening");
  await accessible(alice, "a table where nobody has bet");
  await bet(alice, "20.00");
  await accessible(alice, "betting");
  await dealToPlay(alice, bob);
  for (const [page, what] of [[alice, "dealing"], [carol, "watching"]]) await accessible(page, what);
  await fitsWhenZoomed(alice);
  await nothingIsCovered(alice);
  await screenshot(alice, "table-dealing");
  await Promise.all([play(alice, patient), play(bob, patient)]);
  await accessible(alice, "ending");
  await hook(alice, "open-settings").click();
  await accessible(alice, "the settings");
  await alice.keyboard.press("Escape");
  await hook(alice, "open-help").click();
  await accessible(alice, "the keys");
  house.assertQuiet();
});

/** At 200 % zoom a page of 1440 by 900 px has 720 by 450 to flow in, and scrolls in one direction alone. */
async function fitsWhenZoomed(page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 720, height: 450 });
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide at 200 %`);
  await page.setViewportSize(before);
}

/** On a phone one's own hand, the dealer's and all that can be pressed are seen at once, and nothing lies over them. */
async function nothingIsCovered(page) {
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  await page.evaluate(() => scrollTo(0, 0));
  const box = (locator) => locator.boundingBox();
  const [dealer, hand, controls, stay] = await Promise.all([
    box(hook(page, "dealer")), box(page.locator('.seat[data-mine="true"] [data-test=hand]').first()), box(page.locator("#controls")), box(hook(page, "stay")),
  ]);
  assert.ok(dealer.y >= 0 && hand.y >= dealer.y + dealer.height, "the hand is below the dealer's");
  assert.ok(hand.y + hand.height <= controls.y, `the controls, from ${controls.y}, cover the hand, to ${hand.y + hand.height}`);
  assert.ok(stay.y + stay.height <= PHONE.height, "what can be pressed is on the screen");
  await page.setViewportSize(before);
}

test("whose hand is to be played is told without colour, also where colours are forced", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  await dealToPlay(alice, bob);
  const active = alice.locator('.seat[data-mine="true"] [data-active="true"]');
  await active.getByText("Your turn").waitFor();
  assert.equal(await active.getAttribute("aria-label"), "Your hand, to play");
  await alice.emulateMedia({ forcedColors: "active" });
  assert.equal(await active.evaluate((hand) => getComputedStyle(hand).borderStyle), "double");
  await alice.emulateMedia({ forcedColors: null });
  assert.match(await hook(alice, "deadline").textContent(), /^\d+ s$/);
  house.assertQuiet();
});

test("a refusal stands beside the control that caused it, and is an alert", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT, "--starting-chips", "20");
  const alice = await house.person("alice");
  await createTable(alice);
  await hook(alice, "bet-input").fill("50");
  await hook(alice, "place-bet").click();
  await alice.waitForFunction(() => document.querySelector("#bet-refusal").textContent !== "");
  const said = await hook(alice, "bet-refusal").textContent();
  assert.match(said, /^[A-Z]/);
  assert.equal(await hook(alice, "refusal").textContent(), said, "the alert says it too");
  const [field, refusal] = [await hook(alice, "bet-input").boundingBox(), await hook(alice, "bet-refusal").boundingBox()];
  assert.ok(refusal.y > field.y && refusal.y - field.y < 160, "it is below the field");
  assert.equal(await hook(alice, "chat-refusal").textContent(), "", "and nowhere else");

  // What can't be a bet is told before the table is asked, and a good bet takes the complaint away.
  await hook(alice, "bet-input").fill("1.30");
  await hook(alice, "place-bet").click();
  await says(alice, "bet-refusal", "Bets go in steps of 0.50.");
  assert.equal(await hook(alice, "bet-input").getAttribute("aria-invalid"), "true");
  await bet(alice, "5.00");
  await says(alice, "bet-refusal", "");
  await says(alice, "refusal", "");
  house.assertQuiet();
});

test("who is muted is not heard, until unmuted, and also after a reload", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  await say(bob, "first");
  await hears(alice, "bob", "first");
  const line = (text) => hook(alice, "chat-log").locator("li", { hasText: text });
  const mute = hook(alice, "mute").filter({ hasText: "Mute bob" });
  await alice.locator("#mutes summary").click();
  await mute.click();
  await line("first").waitFor({ state: "hidden" });
  await say(bob, "second");
  await line("second").waitFor({ state: "attached" });
  assert.equal(await line("second").isVisible(), false);
  await alice.reload();
  await line("second").waitFor({ state: "attached" });
  assert.equal(await line("first").isVisible(), false, "it is remembered");
  await alice.locator("#mutes summary").click();
  assert.equal(await mute.getAttribute("aria-pressed"), "true");
  await mute.click();
  for (const text of ["first", "second"]) await line(text).waitFor();
  house.assertQuiet();
});

test("on a phone what was said meanwhile is counted beside the way to the chat", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await alice.setViewportSize(PHONE);
  await joinTable(bob, await createTable(alice));
  await alice.locator('#chat-log[aria-live="polite"]').waitFor();
  await alice.evaluate(() => scrollTo(0, 0));
  await say(bob, "hello");
  await say(bob, "are you there?");
  await says(alice, "unread", "2 new");
  await hook(alice, "to-chat").click();
  await hook(alice, "unread").waitFor({ state: "hidden" });
  house.assertQuiet();
});

test("sound is off until somebody switches it on, and that is remembered", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  const asked = [];
  alice.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await createTable(alice);
  await bet(alice, "5.00");
  const loud = () => asked.some((path) => path.endsWith("/sounds.js"));
  assert.equal(loud(), false, "nothing that makes sounds is even loaded");
  await hook(alice, "open-settings").click();
  await hook(alice, "set-sound").check();
  await alice.keyboard.press("Escape");
  const loads = alice.waitForRequest((request) => request.url().endsWith("/sounds.js"));
  await bet(alice, "6.00");
  await loads;
  await alice.reload();
  assert.equal(await hook(alice, "set-sound").isChecked(), true);
  house.assertQuiet();
});

test("cards fly and turn, and don't where somebody wants less motion", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await alice.addInitScript(() => {
    window.moved = 0;
    const { animate } = Element.prototype;
    Element.prototype.animate = function (...how) {
      const host = this.getRootNode().host ?? this;
      if (host.closest(".blackjack-board")) window.moved += 1;
      return animate.apply(this, how);
    };
  });
  await createTable(alice);
  const moved = async () => {
    await bet(alice, "5.00");
    await alice.evaluate(() => (window.moved = 0));
    await deal(alice);
    await alice.locator('.seat[data-mine="true"] [data-card]').nth(1).waitFor();
    const count = await alice.evaluate(() => window.moved);
    await play(alice, patient);
    await nextRound(alice);
    return count;
  };
  assert.ok((await moved()) >= 4, "each card of the deal moves");
  await alice.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await moved(), 0, "nothing moves for one whose system says so");
  await alice.emulateMedia({ reducedMotion: "no-preference" });
  await hook(alice, "open-settings").click();
  await hook(alice, "set-still").check();
  await alice.keyboard.press("Escape");
  assert.equal(await moved(), 0, "nothing moves for one who said so");
  house.assertQuiet();
});

test("a deck of four colours, with large numbers, is one's own to choose", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  const prints = () => alice.evaluate(() => ["AS", "10H", "QD", "7C"].map((card) => {
    const { shadowRoot } = document.querySelector(`.deck-sample [card="${card}"]`);
    return { colour: getComputedStyle(shadowRoot.querySelector(".front")).color, large: getComputedStyle(shadowRoot.querySelector(".large")).display };
  }));
  const colours = (cards) => new Set(cards.map(({ colour }) => colour)).size;
  await hook(alice, "open-settings").click();
  assert.equal(colours(await prints()), 2, "two colours, as ever");
  await hook(alice, "set-four-colour").check();
  await hook(alice, "set-large-index").check();
  await alice.reload();
  await hook(alice, "open-settings").click();
  const chosen = await prints();
  assert.equal(colours(chosen), 4);
  assert.ok(chosen.every(({ large }) => large === "block"), JSON.stringify(chosen));
  assert.equal(await alice.locator('.deck-sample [card="10H"]').getAttribute("aria-label"), "ten of hearts");
  house.assertQuiet();
});

const patient = () => "stay";

/** Deals until the round does not end with the deal. */
async function dealToPlay(...pages) {
  for (let deals = 0; deals < 20; deals += 1) {
    for (const page of pages) await bet(page, "10.00");
    const view = await deal(...pages);
    if (view.stage === "dealing" && handsOf(view, viewsOf(pages[0]).user).some(({ active }) => active)) return;
    await Promise.all(pages.map((page) => play(page, patient)));
    await nextRound(...pages);
  }
  throw new Error("in twenty deals there was nothing to play");
}
