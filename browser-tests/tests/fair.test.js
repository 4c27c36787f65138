/** The page of proofs: a shoe is dealt to its end, and the page deals it again, and finds what was changed. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { bet, createTable, deal } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook, says } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

/** The table's clocks do not play along, and nobody is too fast. */
const FLAGS = ["--turn-time", "10m", "--ending-time", "10m", "--limit", "messages_per_second=1000", "--limit", "messages_burst=1000"];
const FEW_MINUTES = { timeout: 300_000 };
const TEXT = "four-leaf <b>clover</b>";

const browser = await launch();
after(() => browser.close());

test("a spent shoe is dealt again in the browser, and one that was changed is refused", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...FLAGS);
  const alice = await house.person("alice");
  const id = await openTable(alice);
  const fair = `/fair/${id}`;

  await alice.goto(fair);
  await verdict(alice, "", /No shoe of this table is spent yet/);
  assert.equal(await hook(alice, "verify-all").isDisabled(), true);
  const promised = await hook(alice, "shoe-hash").textContent();

  const frames = await spendShoe(alice, id);
  const spent = frames.find(({ type }) => type === "shoe_spent").data;
  const first = frames.find(({ type, data }) => type === "load_game" && data.hands.length > 0);
  const before = frames.slice(0, frames.indexOf(first)).filter(({ data }) => data?.shoe);
  await t.test("the hash was told before the first card, and is the one that was used", () => {
    assert.ok(before.length > 0 && before.every(({ data }) => data.shoe.number === null));
    const told = [...before.map(({ data }) => data.shoe.next.hash), first.data.shoe.hash, spent.hash, promised];
    assert.deepEqual(new Set(told), new Set([promised]));
    assert.deepEqual(spent.entropy, [{ player: "alice", text: TEXT }]);
  });

  await alice.goto(fair);
  await verdict(alice, "", /1 shoe is spent/);
  await hook(alice, "verify-all").click();
  await verdict(alice, "good", /1 shoe is valid/);
  const shoe = alice.locator('[data-test=shoe][data-key="1"]');
  assert.equal(await shoe.locator("[data-test=shoe-verdict]").textContent(), "valid");
  assert.match(await shoe.locator("[data-test=shoe-entropy]").textContent(), /alice: four-leaf <b>clover<\/b>/);
  await shoe.locator("summary").click();
  await shoe.locator("[data-test=dealt] li").first().waitFor();
  assert.equal(await shoe.locator("[data-test=dealt] li").count(), spent.dealt.length);
  await accessible(alice, "the page of proofs");

  await t.test("what stands in no frame and on no page is the seed of a shoe that is not spent", async () => {
    const open = await alice.request.get(`/api/sessions/${id}/fair`);
    const text = JSON.stringify(frames) + (await open.text()) + (await (await alice.request.get(`/api/sessions/${id}/journal`)).text());
    // Hashes, a table's name, and the one seed that was shown.
    const known = new Set(text.match(/"(hash|seed)":"[0-9a-f]{64}"/g));
    const seeds = [...known].filter((field) => field.startsWith('"seed"'));
    assert.deepEqual(seeds, [`"seed":"${spent.seed}"`]);
    assert.equal((text.match(/[0-9a-f]{64}/g) ?? []).every((hex) => [...known].some((field) => field.includes(hex))), true);
  });

  for (const [what, complaint, change] of FRAUDS) {
    await t.test(what, async () => {
      await alice.route("**/fair", async (route) => {
        const answer = await (await route.fetch()).json();
        change(answer.proofs.find(({ proof }) => proof.type === "shoe_spent").proof.data, answer.proofs);
        await route.fulfill({ json: answer });
      });
      await alice.goto(fair);
      await shoe.locator("[data-test=verify]").click();
      await shoe.locator("[data-test=shoe-verdict][data-state=invalid]").waitFor();
      assert.match(await shoe.locator("[data-test=shoe-fault]").textContent(), complaint);
      await hook(alice, "verify-all").click();
      await verdict(alice, "danger", /not what the hash promised/);
      await accessible(alice, `the page of proofs with ${what}`);
      await alice.unrouteAll();
    });
  }
  house.assertQuiet();
});

test("at the table a player sees the next hash, and mixes a text into it that all see", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...FLAGS);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  const id = await createTable(alice);
  await bob.goto(`/games/blackjack/session/${id}?spectate=true`);
  const next = await viewsOf(alice).until(({ shoe }) => shoe.next, "the next shoe");
  for (const page of [alice, bob]) await page.locator(".shoe-panel summary").click();
  await says(alice, "shoe-next", next.shoe.next.hash);
  assert.equal(await hook(bob, "entropy").count(), 0, "who watches adds nothing");

  await hook(alice, "entropy").fill(" \u00a0 ");
  await hook(alice, "add-entropy").click();
  await says(alice, "entropy-refusal", "Write 1 to 64 characters");
  await hook(alice, "entropy").fill(TEXT);
  await hook(alice, "add-entropy").click();
  for (const page of [alice, bob]) await says(page, "shoe-entropy", `alice: ${TEXT}`);
  await accessible(alice, "the table, where one adds to the shoe");

  await bet(alice, "1.00");
  const dealt = await deal(alice);
  assert.deepEqual([dealt.shoe.hash, dealt.shoe.next.entropy], [next.shoe.next.hash, []]);
  await says(alice, "shoe-now", `Shoe 1: ${dealt.shoe.cards_left} cards are left.`);
  assert.equal(await hook(alice, "add-entropy").isDisabled(), dealt.stage === "dealing");
  assert.equal(await hook(alice, "fairness").getAttribute("href"), `/fair/${id}`);
  house.assertQuiet();
});

test("a game that proves nothing says so, and a table one may not know is not there", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...FLAGS);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await alice.goto(`/fair/${await openTable(alice, "tic-tac-toe")}`);
  await verdict(alice, "", /makes nothing public that could be checked/);
  const hidden = await openTable(alice, "blackjack", { private: true });
  await bob.goto(`/fair/${hidden}`).then((answer) => assert.equal(answer.status(), 404));
  house.allow(/status of 404/);
  house.assertQuiet();
});

/** What a house that cheats could show instead, and what is said of it. */
const FRAUDS = [
  ["a changed card", /^Card 5 was /, (spent) => (spent.dealt[4] = spent.dealt[4] === "AS" ? "KS" : "AS")],
  ["a changed seed", /^The hash of the seed is /, (spent) => (spent.seed = spent.seed.split("").reverse().join(""))],
  ["a changed text", /^A player added /, (spent) => (spent.entropy[0].text = "two-leaf clover")],
  ["a changed text, where it was added too", /^Card 1 was |^Card \d was /, (spent, proofs) => {
    const { proof } = proofs.find(({ proof }) => proof.type === "entropy_added");
    for (const entropy of [spent.entropy, proof.data.entropy]) entropy[0].text = "two-leaf clover";
  }],
];

/** The page says this of the table. */
async function verdict(page, state, sentence) {
  await page.locator(`[data-test=verdict][data-state="${state}"]`).waitFor();
  assert.match(await hook(page, "verdict").textContent(), sentence);
}

/** Opens a table, as a program does, and gives its id. */
function openTable(page, game = "blackjack", more = {}) {
  const body = { ...more, ...(game === "blackjack" ? { options: { decks: 2 } } : {}) };
  return page.evaluate(async ([game, body]) => {
    const answer = await fetch(`/api/games/${game}/sessions`, { method: "POST", body: JSON.stringify(body) });
    return (await answer.json()).id;
  }, [game, body]);
}

/** Adds a text, plays until a shoe is spent, and gives all frames that came. */
function spendShoe(page, id) {
  return page.evaluate(([id, text]) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`/ws/blackjack/${id}/`);
    const frames = [];
    const send = (type, data) => socket.send(JSON.stringify({ type, data }));
    socket.onclose = () => reject(new Error(`closed: ${JSON.stringify(frames.at(-1))}`));
    let stage = "";
    socket.onmessage = ({ data: frame }) => {
      const { type, data } = JSON.parse(frame);
      frames.push({ type, data });
      if (type === "error") return reject(new Error(frame));
      if (type !== "load_game") return;
      if (frames.some(({ type }) => type === "shoe_spent")) {
        socket.onclose = null;
        socket.close();
        return resolve(frames);
      }
      const before = stage;
      stage = data.stage;
      if (frames.length === 1) send("add_entropy", { text });
      if (stage === "dealing" && data.legal.includes("stay")) send("action", { move: "stay" });
      if (stage === before) return;
      if (stage === "betting") send("place_bet", { bet: "1" });
      if (stage !== "dealing") send("ready_up", { ready: true });
    };
  }), [id, TEXT]);
}
