/** The hands that pages deal for practice: by the rules of the tables, paid as they pay, advised as they advise. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

import { CHART, advice } from "../../casino/static/practice-advice.js";
import { Practice } from "../../casino/static/practice-round.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { handsOf, outcome, payouts, stakes } from "../helpers/money.js";
import { hook, says } from "../helpers/page.js";

/** A table whose shoe is known: the first two cards are the player's first and the dealer's open one, then one each. */
function table(cards, balance) {
  const shoe = cards.split(" ");
  return new Practice("me", { balance, draw: () => shoe.shift() ?? assert.fail("the shoe is empty") });
}

/** What is left of 1,000.00 after a bet of 10.00, and how each hand came out. */
function played(cards, ...moves) {
  const practice = table(cards);
  assert.ok(practice.deal("10.00"));
  for (const move of moves) assert.ok(practice.play(move), `${move} at ${JSON.stringify(practice.view())}`);
  const { stage, hands, dealer } = practice.view();
  assert.equal(stage, "ending");
  return [practice.balance - 100_000, ...hands.map(({ outcome }) => outcome), dealer.hand.length];
}

test("each way that a round can go is paid as at a table", () => {
  for (const [cards, moves, ...ended] of [
    ["10S 6H 9D 10C 10H", ["stay"], 1000, "Dealer Bust", 3],
    ["10S 10H 9D 9C", ["stay"], 0, "Push", 2],
    ["10S 10H 8D 9C", ["stay"], -1000, "Loss", 2],
    ["10S 5H 6D 10C KH", ["hit"], -1000, "Player Bust", 2],
    ["AS 5H KD 10C", [], 1500, "Blackjack", 2],
    ["AS 10H KD AC", [], 0, "Push", 2],
    ["10S 10H 9D AC", [], -1000, "Loss", 2],
    ["6S 6H 5D 10C KH 5C", ["double"], 0, "Push", 3],
    ["10S 10H 6D 7C", ["surrender"], -500, "Surrender", 2],
    ["10S AH 9D KC", ["insurance"], 0, "Loss", 2],
    ["10S AH 9D 7C", ["insurance", "stay"], 500, "Win", 2],
    ["AS AH KD KC", ["insurance"], 1000, "Push", 2],
    ["AS AH KD 7C", ["insurance"], 1000, "Blackjack", 2],
    ["AS AH KD 7C", ["stay"], 1500, "Blackjack", 2],
    ["10S AH 6D KC", ["surrender"], -1000, "Loss", 2],
    ["5S AH 6D KC", ["double"], -1000, "Loss", 2],
    ["8S 6H 8D 10C 3H 10D 10H 10S", ["split", "double", "stay"], 3000, "Dealer Bust", "Dealer Bust", 3],
    ["AS 9H AD 10C KH 5D", ["split"], 0, "Win", "Loss", 2],
  ]) {
    assert.deepEqual(played(cards, ...moves), ended, `${cards}: ${moves}`);
  }
});

test("what may be done is what the rules allow", () => {
  const legal = (cards, ...moves) => {
    const practice = table(cards);
    practice.deal("10.00");
    moves.forEach((move) => practice.play(move));
    return practice.legal().sort().join(" ");
  };
  assert.equal(legal("10S 6H 6D 10C"), "double hit stay surrender");
  assert.equal(legal("10S 6H KD 10C"), "double hit split stay surrender");
  assert.equal(legal("10S AH 6D 9C"), "double hit insurance stay surrender");
  assert.equal(legal("AS AH KD 9C"), "insurance stay", "a blackjack may be insured");
  assert.equal(legal("10S 6H 2D 10C 2H", "hit"), "hit stay");
  assert.equal(legal("8S 6H 8D 10C 3H 3D", "split"), "double hit stay", "no surrender after a split");
  const poor = table("10S 6H KD 10C", 1500);
  poor.deal("10.00");
  assert.equal(poor.legal().sort().join(" "), "hit stay surrender", "what can't be paid is not offered");
  assert.equal(table("").deal("1000.50"), false);
});

test("nothing of what is seen depends on the card that lies face down", () => {
  const seen = (hole) => {
    const practice = table(`10S AH 6D ${hole}`);
    practice.deal("10.00");
    return practice.view();
  };
  assert.deepEqual(seen("KC"), seen("5D"));
  assert.deepEqual(seen("KC").dealer, { hand: ["AH", "2B"], value: 11 });
});

test("ten thousand rounds by its own advice keep the books, and lose about what they should", () => {
  const practice = new Practice("me", { balance: 1e12 });
  let net = 0;
  for (let round = 0; round < 10_000; round += 1) {
    practice.clear();
    practice.deal("10.00");
    for (let advised = advice(practice.view()); advised; advised = advice(practice.view())) assert.ok(practice.play(advised.move));
    const view = practice.view();
    for (const hand of handsOf(view, "me")) {
      if (hand.outcome !== "Surrender") assert.equal(hand.outcome, outcome(hand, view), JSON.stringify(view));
    }
    net += payouts(view, "me") - stakes(view, "me");
    assert.equal(practice.balance, 1e12 + net);
  }
  // A round's standard deviation is some 1.15 bets: five of them for the mean of so many.
  const mean = net / 1000 / 10_000;
  assert.ok(Math.abs(mean + 0.004) < (5 * 1.15) / Math.sqrt(10_000), `${mean} of a bet a round`);
});

test("the advice is that of the tables, letter by letter, on the page of rules too", async () => {
  const [rules, page] = await Promise.all(
    ["../../games/src/blackjack/strategy/mod.rs", "../../casino/templates/tutorials/blackjack.html"].map((path) => readFile(new URL(path, import.meta.url), "utf8")),
  );
  const chart = rules.slice(rules.indexOf("const CHART"), rules.indexOf("];", rules.indexOf("const CHART")));
  const rows = [...chart.matchAll(/\((Hard|Soft|Pair), (\d+)\.\.=(\d+), b"(.{10})"\)/g)];
  assert.equal(rows.length, 23);
  for (const [, kind, from, to, letters] of rows) {
    for (let value = Number(from); value <= Math.min(Number(to), 19); value += 1) {
      const own = CHART[kind.toLowerCase()];
      assert.equal(own[value] ?? own[value < 10 ? 8 : 17], letters, `${kind} ${value}`);
    }
    assert.ok(page.includes(`"${letters}"`), `${kind} ${from}: ${letters} is not on the page`);
  }
});

const browser = await launch();
after(() => browser.close());

test("a hand on the page of rules is played by keys and explained", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.goto("/tutorials/blackjack/");
  await hook(page, "practice-deal").nth(1).focus();
  for (let rounds = 0; rounds < 5; rounds += 1) {
    await page.keyboard.press("2");
    while ((await hook(page, "practice").getAttribute("data-stage")) === "dealing") {
      const guide = await hook(page, "practice-guide").textContent();
      const [, move] = /Basic strategy with \d+: (\w+)\. \S/.exec(guide) ?? assert.fail(`no advice in "${guide}"`);
      await page.keyboard.press({ hit: "h", stay: "s", double: "d", split: "p", surrender: "u" }[move]);
    }
    assert.match(await hook(page, "practice-guide").textContent(), /Press a chip for the next hand\.$/);
    assert.notEqual(await hook(page, "practice-says").textContent(), "");
    assert.equal(await page.evaluate(() => document.activeElement?.closest("#practice") !== null), true, "the focus stays");
  }
  house.assertQuiet();
});

test("the hand on the landing page plays itself until somebody takes it", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.clock.install();
  await page.goto("/");
  const demo = hook(page, "demo");
  assert.equal(await demo.getAttribute("data-mode"), "itself");
  assert.equal(await hook(page, "demo-says").getAttribute("aria-live"), "off", "nobody who listens is told of what nobody does");
  await hook(page, "demo-pause").click();
  const paused = await demo.locator(".blackjack-board").innerHTML();
  await page.clock.runFor(60_000);
  assert.equal(await demo.locator(".blackjack-board").innerHTML(), paused, "what is paused stays as it is");
  await hook(page, "demo-pause").click();
  await page.clock.runFor(120_000);
  await says(page, "demo-again", "Deal again");
  while (!(await hook(page, "demo-stay").isVisible())) await hook(page, "demo-again").click();
  await hook(page, "demo-stay").click();
  assert.equal(await demo.getAttribute("data-mode"), "mine");
  assert.equal(await hook(page, "demo-says").getAttribute("aria-live"), "polite");
  house.assertQuiet();
});

test("who wants no motion is dealt a hand that waits", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/");
  assert.equal(await hook(page, "demo").getAttribute("data-mode"), "mine");
  assert.equal(await hook(page, "demo-pause").isVisible(), false);
  house.assertQuiet();
});

test("tic-tac-toe on the page of rules is played to an end", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.stranger();
  await page.goto("/tutorials/tic-tac-toe/");
  while (!(await hook(page, "practice-again").isVisible())) await page.locator("[data-test=cell]:enabled").first().click();
  assert.match(await hook(page, "practice-says").textContent(), /wins\.$|you win\.$|a draw\.$/);
  await hook(page, "practice-again").click();
  assert.equal(await page.locator("[data-test=cell]:enabled").count(), 9);
  house.assertQuiet();
});
