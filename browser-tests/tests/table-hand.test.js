/** A whole hand of blackjack by those who have no mouse, and by those who only hear the page. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { createTable, joinTable, stage, watchTable } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { cents, chips, handsOf, payouts, stakes } from "../helpers/money.js";
import { hook, says } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const FEW_MINUTES = { timeout: 300_000 };
const ROUNDS = 4;

/** What a card counts by its rank in words. */
const WORTH = { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, jack: 10, queen: 10, king: 10, ace: 11 };

const browser = await launch();
after(() => browser.close());

test("whole hands by keys alone", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  const views = viewsOf(alice);
  let purse = 100_000;
  for (let round = 0; round < ROUNDS; round += 1) {
    await alice.keyboard.press("b");
    await alice.keyboard.type("12.5");
    await alice.keyboard.press("Enter");
    await views.until(({ players }) => players[0].bet === "12.50", "the bet that was typed");
    await alice.keyboard.press("t");
    await views.until(({ players }) => players[0].bet === "0.00", "the bet taken back");
    // Chips have keys of their own where the focus is not in the field.
    await hook(alice, "ready").focus();
    await alice.keyboard.press("c");
    await hook(alice, "ready").focus();
    for (const key of ["2", "1", "1"]) await alice.keyboard.press(key);
    await alice.keyboard.press("b");
    await alice.keyboard.press("Enter");
    await views.until(({ players }) => players[0].bet === "7.00", "the bet of chips");
    await alice.keyboard.press("r");
    const end = await playByKeys(alice);
    purse += payouts(end, "alice") - stakes(end, "alice");
    await says(alice, "balance", chips(purse));
    await alice.keyboard.press("r");
    await stage(alice, "betting");
  }
  house.assertQuiet();
});

/** Hits below 15 and stays otherwise, by keys; a button that had the focus never loses it to nothing. */
async function playByKeys(page) {
  const views = viewsOf(page);
  for (;;) {
    const view = await views.until(({ stage, legal }) => stage === "ending" || legal.includes("stay"), "a move or the end");
    if (view.stage === "ending") return view;
    const hand = handsOf(view, views.user).find(({ active }) => active);
    const [key, move] = hand.value < 15 ? ["h", "hit"] : ["s", "stay"];
    await page.locator(`[data-test="${move}"]:enabled`).focus();
    await page.keyboard.press(key);
    await views.until((next) => JSON.stringify(next.hands) !== JSON.stringify(view.hands), `the answer to ${key}`);
    const within = await page.evaluate(() => document.querySelector("#controls").contains(document.activeElement));
    assert.ok(within, "the focus stays within the player's controls");
  }
}

test("keys are off in the chat, and where somebody does not want them; help lists them", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const alice = await house.person("alice");
  await createTable(alice);
  await alice.keyboard.press("m");
  await alice.keyboard.type("reaaady? shhh");
  assert.equal(await hook(alice, "chat-input").inputValue(), "reaaady? shhh");
  await hook(alice, "ready").focus();
  await alice.keyboard.press("?");
  await hook(alice, "help").locator("dd", { hasText: "Surrender" }).waitFor();
  const listed = await hook(alice, "help").locator("dt").allTextContents();
  for (const key of ["B", "R", "H", "S", "D", "P", "I", "U", "M", "?"]) assert.ok(listed.includes(key), `${key} is not in ${listed}`);
  await alice.keyboard.press("Escape");
  await hook(alice, "open-settings").click();
  await hook(alice, "set-keys-off").check();
  await alice.keyboard.press("Escape");
  await alice.keyboard.press("?");
  assert.equal(await hook(alice, "help").isVisible(), false, "keys are off");
  house.assertQuiet();
});

test("whole hands from the text of the live region alone", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  const id = await createTable(alice);
  const ear = await Ear.at(alice);
  await ear.hears(/Place a bet, or press Ready to sit this round out\./);
  await watchTable(bob, id);
  await ear.hears(/bob is watching\./);
  for (let round = 0; round < ROUNDS; round += 1) {
    await alice.keyboard.press("b");
    await alice.keyboard.type("10");
    await alice.keyboard.press("Enter");
    await ear.hears(/You bet 10\.00\./);
    await alice.keyboard.press("r");
    const heard = await playByEar(alice, ear);
    // Only now it is looked at whether what was heard was so.
    const end = await stage(alice, "ending");
    const [hand] = handsOf(end, "alice");
    assert.equal(heard.value, hand.value, "the value that was heard last");
    assert.equal(heard.won, payouts(end, "alice") - stakes(end, "alice"), "the result that was heard");
    assert.deepEqual(heard.cards, hand.hand.map((card) => card.length), "a card was told for each that was dealt");
    await ear.hears(/Press Ready for the next round\./);
    await alice.keyboard.press("r");
    await ear.hears(/A new round: the table is cleared\. Place a bet/);
  }
  house.assertQuiet();
});

/** Plays one hand by what is heard: hits below 17 against a dealer's strong card, and below 13 against a weak one. */
async function playByEar(page, ear) {
  const dealt = await ear.hears(/You get the (\w+) of \w+ and the (\w+) of \w+: (\d+)/);
  let value = Number(dealt[3]);
  const cards = [dealt[1], dealt[2]];
  for (;;) {
    const [next, , result, amount] = await ear.hears(/You may ([\w, ]+)\.|You (win|lose|push)s?(?:,? and get| with \d+, and get)? ?(\d+\.\d\d)?/);
    if (result) {
      const won = { win: cents(amount ?? "0.00"), lose: -cents(amount ?? "0.00"), push: 0 }[result];
      return { value, won, cards: cards.map((rank) => (rank === "ten" ? 3 : 2)) };
    }
    const shown = ear.last(/The dealer shows the (\w+) of/);
    const hit = value < (WORTH[shown[1]] >= 7 ? 17 : 13);
    assert.ok(next.includes(hit ? "hit" : "stay"), `nothing of ${hit ? "hit" : "stay"} in "${next}"`);
    await page.keyboard.press(hit ? "h" : "s");
    if (!hit) continue;
    const drawn = await ear.hears(/You draw the (\w+) of \w+: (\d+)/);
    cards.push(drawn[1]);
    value = Number(drawn[2]);
  }
}

/** What a screen reader would read of the live region, from when somebody listens. */
class Ear {
  #page;
  #at = 0;
  #text = "";

  static async at(page) {
    const ear = new Ear();
    ear.#page = page;
    await page.evaluate(() => {
      const region = document.querySelector("[role=status][data-test=story]");
      window.heard = [...region.children].map(({ textContent }) => textContent);
      const hear = (records) => records.forEach(({ addedNodes }) => addedNodes.forEach(({ textContent }) => window.heard.push(textContent)));
      new MutationObserver(hear).observe(region, { childList: true });
    });
    return ear;
  }

  /** Waits until this is heard, after what was heard before it. */
  async hears(pattern) {
    const found = await this.#page.waitForFunction(
      ([source, at]) => {
        const text = window.heard.join("\n");
        const match = new RegExp(source).exec(text.slice(at));
        return match && { groups: [...match], end: at + match.index + match[0].length, text };
      },
      [pattern.source, this.#at],
    ).catch(async (error) => {
      const heard = await this.#page.evaluate(() => window.heard);
      throw new Error(`${pattern} was not heard after ${this.#at} in ${JSON.stringify(heard)}`, { cause: error });
    });
    const { groups, end, text } = await found.jsonValue();
    this.#at = end;
    this.#text = text;
    return groups;
  }

  /** The last time that this was heard. */
  last(pattern) {
    return [...this.#text.matchAll(new RegExp(pattern.source, "g"))].at(-1);
  }
}

test("what others do is told, and can be read back with its time", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  const id = await createTable(alice);
  const ear = await Ear.at(alice);
  await joinTable(bob, id);
  await ear.hears(/bob sits down\./);
  await hook(bob, "chip-25").click();
  await hook(bob, "place-bet").click();
  await ear.hears(/bob bets 35\.00\./);
  await hook(bob, "take-back").click();
  await ear.hears(/bob takes the bet back\./);
  await hook(bob, "ready").click();
  await ear.hears(/bob is ready\./);
  await hook(bob, "leave").click();
  await ear.hears(/bob leaves\./);
  const lines = await hook(alice, "log").locator("li").allTextContents();
  for (const line of ["bob sits down.", "bob bets 35.00.", "bob takes the bet back.", "bob is ready.", "bob leaves."]) {
    assert.ok(lines.some((told) => new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${line.replaceAll(".", "\\.")}$`).test(told)), `${line} in ${lines}`);
  }
  // The log is there to be read, and is not read out once more.
  assert.equal(await alice.locator("#log").getAttribute("aria-live"), "off");
  house.assertQuiet();
});
