/** Blackjack as people play it: several of them, each in a browser of their own, at one table. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { bet, createTable, deal, hears, joinTable, nextRound, play, say, seated, stage, watchTable } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { cents, chips, handsOf, outcome, payouts, stakes } from "../helpers/money.js";
import { arrives, hook, noOverflow, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

/** The clocks of the table must not play along. */
const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const FEW_MINUTES = { timeout: 300_000 };
const RARE_MOVES = ["double", "split"];
const FEWEST_ROUNDS = 10;
const MOST_ROUNDS = 60;

const browser = await launch();
after(() => browser.close());

test("two play, one watches, all chat, and every chip is accounted for", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob, carol] = [await house.person("alice"), await house.person("bob"), await house.guest()];
  const id = await createTable(alice);
  await joinTable(bob, id);
  await watchTable(carol, id);
  await t.test("chat goes both ways, and to and from who watches", () => allChat(alice, bob, carol));

  const players = [
    { page: alice, stake: "7.50", choose: daring, purse: await balance(alice) },
    { page: bob, stake: "4.50", choose: careful, purse: await balance(bob) },
  ];
  const played = new Set();
  let rounds = 0;
  for (; rounds < FEWEST_ROUNDS || (rounds < MOST_ROUNDS && played.size < RARE_MOVES.length); rounds += 1) {
    for (const move of await playRound(players, carol)) played.add(move);
    await nextRound(alice, bob);
  }
  assert.deepEqual([...played].sort(), RARE_MOVES, `the rare moves made in ${rounds} rounds`);
  house.assertQuiet();
});

test("a reload in mid-hand keeps seat and hand, and a second tab shares them", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));
  const dealt = await dealToPlay(alice, bob);
  const unchanged = (view) => assert.deepEqual([view.players, view.hands], [dealt.players, dealt.hands]);

  await alice.reload();
  unchanged(await stage(alice, "dealing"));
  const second = await alice.context().newPage();
  await second.goto(alice.url());
  unchanged(await stage(second, "dealing"));

  const [told, end] = await Promise.all([stage(alice, "ending"), play(second, patient), play(bob, patient)]);
  assert.deepEqual(told.hands, end.hands, "both tabs see the same end");
  const { balance } = await (await alice.request.get("/api/me")).json();
  await Promise.all([says(alice, "balance", balance), says(second, "balance", balance)]);
  house.assertQuiet();
});

test("a private table opens with its invitation only", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  const id = await createTable(alice, { hidden: true });
  const invitation = await hook(alice, "share-link").inputValue();

  await bob.goto("/games/blackjack/");
  assert.equal(await hook(bob, "table-row").count(), 0, "a private table is not in the lobby");
  const refused = await bob.request.get(`/ws/blackjack/${id}/`);
  assert.deepEqual([refused.status(), (await refused.json()).code], [403, "invite_required"]);

  await bob.goto(invitation);
  assert.equal((await seated(bob)).players.length, 2);
  house.assertQuiet();
});

test("who leaves is back in the lobby, and the others see it", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  await joinTable(bob, await createTable(alice));

  await hook(bob, "leave").click();
  await arrives(bob, "/games/blackjack/");
  const left = await viewsOf(alice).until(({ players }) => players.length === 1, "the other to leave");
  assert.equal(left.players[0].player, "alice");
  await says(bob, "table-players", `1 of ${await seatsOf(bob)} seats taken`);
  house.assertQuiet();
});

test("every page fits a phone", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [nobody, alice, bob] = [await house.stranger(), await house.person("alice"), await house.guest()];
  const id = await createTable(alice);
  for (const path of ["/", "/login/", "/signup/", "/sessions/", "/games/blackjack/", "/tutorials/blackjack/"]) {
    await nobody.goto(path);
    await fits(nobody, `nobody${path}`);
  }
  for (const path of ["/", "/account/", "/sessions/", "/games/blackjack/"]) {
    await bob.goto(path);
    await fits(bob, `guest${path}`);
  }

  await joinTable(bob, id);
  await bet(alice, "500.00");
  await fits(alice, "table betting");
  await dealToPlay(alice, bob);
  await fits(alice, "table dealing");
  await Promise.all([play(alice, daring), play(bob, daring)]);
  await fits(alice, "table ending");
  house.assertQuiet();
});

/** Splits and doubles whenever it can. */
function daring(legal, hand) {
  return ["insurance", "split", "double"].find((move) => legal.includes(move)) ?? careful(legal, hand);
}

/** Splits, and otherwise plays as the dealer does. */
function careful(legal, { value }) {
  if (legal.includes("split")) return "split";
  return value < 17 ? "hit" : "stay";
}

/** Takes what it is dealt. */
function patient() {
  return "stay";
}

/** Everybody says something, and everybody hears everything. */
async function allChat(...people) {
  for (const page of people) {
    const name = await hook(page, "username").textContent();
    const line = `good evening from ${name}`;
    await say(page, line);
    await Promise.all(people.map((other) => hears(other, name, line)));
  }
}

/** Plays one round to its end, checks each hand and each balance to the cent, and tells which rare moves were made. */
async function playRound(players, watcher) {
  for (const { page, stake, purse } of players) {
    await bet(page, stake);
    await says(page, "balance", chips(purse - cents(stake)));
  }
  const dealt = await deal(...players.map(({ page }) => page));
  if (dealt.stage === "dealing") assert.ok(dealt.dealer.hand.includes("2B"), "the dealer hides a card");
  const ends = await Promise.all(players.map(({ page, choose }) => play(page, choose)));

  const seen = await stage(watcher, "ending");
  const moves = [];
  for (const [index, player] of players.entries()) {
    const [view, name] = [ends[index], viewsOf(player.page).user];
    const hands = handsOf(view, name);
    assert.deepEqual(seen.hands, view.hands, "who watches sees the same end");
    for (const hand of hands) assert.equal(hand.outcome, outcome(hand, view), JSON.stringify(view));
    player.purse += payouts(view, name) - stakes(view, name);
    await says(player.page, "balance", chips(player.purse));
    if (hands.length > 1) moves.push("split");
    if (hands.some((hand) => cents(hand.bet) === 2 * cents(player.stake))) moves.push("double");
  }
  return moves;
}

/** What a page shows as its player's balance, in hundredths. */
async function balance(page) {
  return cents(await hook(page, "balance").textContent());
}

/** Deals until the round does not end with the deal, and gives the view of the first player. */
async function dealToPlay(...pages) {
  for (let deals = 0; deals < 20; deals += 1) {
    for (const page of pages) await bet(page, "10.00");
    const view = await deal(...pages);
    if (view.stage === "dealing" && handsOf(view, viewsOf(pages[0]).user).some(({ active }) => active)) return view;
    await Promise.all(pages.map((page) => play(page, patient)));
    await nextRound(...pages);
  }
  throw new Error("in twenty deals there was nothing to play");
}

/** How many seats the one table in the lobby has. */
async function seatsOf(page) {
  return /of (\d+) seats/.exec(await hook(page, "table-players").textContent())[1];
}

/** A page fits a phone; pictures of it are kept, from a phone and from a desk. */
async function fits(page, name) {
  const picture = name.replaceAll(/[ /]+/g, "-").replace(/-$/, "");
  await noOverflow(page, `${picture}.phone`);
  await screenshot(page, picture);
}
