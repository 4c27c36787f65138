/** A table looked back at: step by step, by itself, by keys alone, from a link, and by somebody it was shared with. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { bet, closes, createTable, deal, joinTable, nextRound, play, say, hears, stage } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook, noOverflow, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const FEW_MINUTES = { timeout: 300_000 };

const browser = await launch();
after(() => browser.close());

test("a table is played back from one's own seat, and shared once it has closed", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, "--empty-after", "5s");
  const [ann, bob] = [await house.person("ann"), await house.person("bob")];
  const id = await createTable(ann);
  await joinTable(bob, id);
  await playRound(ann, bob);
  await say(bob, "well played");
  await hears(ann, "bob", "well played");
  await nextRound(ann, bob);
  const last = await playRound(ann, bob);

  // While it goes on it can be looked back at, and not shared.
  await ann.goto(`/history/${id}`);
  await ready(ann);
  assert.equal(await hook(ann, "still-open").count(), 1);
  assert.ok(await hook(ann, "sharing").isHidden());
  await ann.goto(`/games/blackjack/session/${id}`);
  for (const page of [ann, bob]) {
    await viewsOf(page).until(() => true, "the table again");
    await hook(page, "leave").click();
    await page.waitForURL(({ pathname }) => pathname === "/games/blackjack/");
  }
  await closes(ann, id);

  await ann.goto(`/history/${id}`);
  await ready(ann);
  assert.equal(await hook(ann, "still-open").count(), 0);
  const moments = await walk(ann);
  assert.deepEqual(moments.map(({ seq }) => seq), moments.map(({ seq }) => seq).toSorted((a, b) => a - b));
  const dealt = moments.filter(({ stage }) => stage === "dealing");
  assert.ok(dealt.length > 0 && dealt.every(({ hidden }) => hidden === 1), "the dealer's card is down while hands are played");
  const over = moments.filter(({ stage }) => stage === "ending");
  assert.ok(over.length > 0 && over.every(({ hidden }) => hidden === 0), "and up once they are over");
  assert.ok(moments.some(({ said }) => said === "bob: well played"), "chat is at its moment");
  assert.ok(over.some(({ cards }) => JSON.stringify(cards) === JSON.stringify(last.dealer.hand)), "the hand that was dealt");

  // By keys: back to the beginning, and one step on; the list follows.
  await ann.keyboard.press("Home");
  await shows(ann, moments[0].seq);
  await ann.keyboard.press("ArrowRight");
  await shows(ann, moments[1].seq);
  await hook(ann, "moments").locator("a[aria-current]").focus();
  await ann.keyboard.press("ArrowDown");
  await shows(ann, moments[2].seq);
  assert.equal(await ann.evaluate(() => document.activeElement.dataset.seq), String(moments[2].seq), "the focus goes along");
  await hook(ann, "timeline").focus();
  await ann.keyboard.press("ArrowLeft");
  await shows(ann, moments[1].seq);
  await ann.keyboard.press("End");
  await shows(ann, moments.at(-1).seq);

  // By itself, from the beginning, and it stops at the end.
  await hook(ann, "speed").selectOption("8");
  await hook(ann, "play").click();
  await ann.waitForFunction(() => document.querySelector("[data-test=history]").dataset.playing === "true");
  await shows(ann, moments.at(-1).seq);
  await ann.waitForFunction(() => document.querySelector("[data-test=history]").dataset.playing === "false");

  // To a hand, and from there by a link, on another page.
  await hook(ann, "round").selectOption({ label: "2" });
  await ann.waitForFunction((seq) => Number(document.querySelector("[data-test=history]").dataset.seq) < seq, moments.at(-1).seq);
  const { seq, sentence } = await moment(ann);
  assert.equal(new URL(ann.url()).hash, `#${seq}`);
  assert.equal(moments.find((moment) => moment.seq === seq).stage, "betting", "a hand begins with the bets");
  const copy = await bob.context().newPage();
  await copy.goto(ann.url());
  await shows(copy, seq);
  assert.equal((await moment(copy)).hidden, 0);
  await copy.close();
  assert.ok(sentence.length > 0);

  await hook(ann, "moments").locator(`a[data-seq="${dealt[0].seq}"]`).click();
  await shows(ann, dealt[0].seq);
  await screenshot(ann, "history");
  await noOverflow(ann, "history-phone");
  await accessible(ann, "a history");

  // Shared, with somebody who has never been here.
  await hook(ann, "make-link").click();
  const link = hook(ann, "shared-link");
  await link.waitFor();
  const address = await link.inputValue();
  const stranger = await house.stranger();
  await stranger.goto(`${address}#${dealt[0].seq}`);
  await shows(stranger, dealt[0].seq);
  assert.match(await hook(stranger, "seen-by").textContent(), /eyes of ann/);
  assert.ok(await hook(stranger, "sharing").isHidden());
  assert.deepEqual((await moment(stranger)).mine, (await moment(ann)).mine, "her own cards, from her own seat");
  await accessible(stranger, "a shared history");
  await hook(ann, "take-back-link").click();
  await hook(ann, "take-back-link").waitFor({ state: "hidden" });
  house.allow(/status of 404/);
  assert.equal((await stranger.goto(address)).status(), 404);
  house.assertQuiet();
});

test("nothing moves for one who asks for stillness", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.guest();
  await page.emulateMedia({ reducedMotion: "reduce" });
  const id = await createTable(page);
  await bet(page, "10.00");
  await deal(page);
  await page.goto(`/history/${id}`);
  await ready(page);
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector("[data-test=history]").dataset.seq > 3);
  assert.equal(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length), 0);
  house.assertQuiet();
});

/** Both bet and play a round to its end; the view of that end. */
async function playRound(ann, bob) {
  await bet(ann, "10.00");
  await bet(bob, "20.00");
  await deal(ann, bob);
  const stay = (legal) => (legal.includes("stay") ? "stay" : legal[0]);
  const [end] = await Promise.all([play(ann, stay), play(bob, stay)]);
  await stage(bob, "ending");
  return end;
}

function ready(page) {
  return page.waitForFunction(() => document.querySelector("[data-test=history]")?.dataset.state === "ready");
}

/** Waits until this moment is shown. */
async function shows(page, seq) {
  const reached = (seq) => document.querySelector("[data-test=history]")?.dataset.seq === String(seq);
  await page.waitForFunction(reached, seq).catch(async (error) => {
    throw new Error(`${seq} is not shown, but ${JSON.stringify(await moment(page))}`, { cause: error });
  });
}

/** What the page shows now. */
function moment(page) {
  return page.evaluate(() => {
    const root = document.querySelector("[data-test=history]");
    const cards = (where) => [...root.querySelectorAll(`${where} [data-card]`)].map(({ dataset }) => dataset.card);
    const dealer = cards("[data-test=dealer]");
    const sentence = root.querySelector("[data-test=moment-story]").textContent;
    return {
      seq: Number(root.dataset.seq),
      stage: root.querySelector("[data-stage]")?.dataset.stage,
      cards: dealer,
      mine: cards("[data-mine=true]"),
      hidden: dealer.filter((card) => card === "2B").length,
      said: sentence,
      sentence,
    };
  });
}

/** Steps from the first moment to the last, by the button, and gives all of them. */
async function walk(page) {
  await hook(page, "first").click();
  const last = Number(await hook(page, "timeline").getAttribute("max"));
  const all = [await moment(page)];
  while (all.at(-1).seq < last) {
    await hook(page, "next").click();
    const moved = (seq) => Number(document.querySelector("[data-test=history]").dataset.seq) > seq;
    await page.waitForFunction(moved, all.at(-1).seq);
    all.push(await moment(page));
  }
  return all;
}
