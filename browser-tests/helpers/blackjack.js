/** Playing blackjack through its page, as a person does: by pressing what can be pressed. */
import assert from "node:assert/strict";
import { setInterval } from "node:timers/promises";

import { handsOf } from "./money.js";
import { arrives, hook } from "./page.js";
import { viewsOf } from "./views.js";

const SESSION = /^\/games\/blackjack\/session\/([0-9a-f-]+)$/;
const MOVES = ["hit", "stay", "double", "split", "insurance", "surrender"];

/** Opens a table from the lobby, and gives its id. */
export async function createTable(page, { hidden = false } = {}) {
  await page.goto("/games/blackjack/");
  if (hidden) await hook(page, "create-private").check();
  await hook(page, "create-table").click();
  await page.waitForURL(({ pathname }) => SESSION.test(pathname));
  await seated(page);
  return SESSION.exec(new URL(page.url()).pathname)[1];
}

/** Takes a seat at a table, through the lobby. */
export async function joinTable(page, id) {
  await chooseTable(page, id, "join");
  await seated(page);
}

/** Watches a table, through the lobby. */
export async function watchTable(page, id) {
  await chooseTable(page, id, "watch");
  await viewsOf(page).until((view, user) => view.spectating.includes(user), "being seen to watch");
}

/** Waits until a table that all have left is no more: no page is told of that, so the API is asked. */
export async function closes(page, id) {
  const asked = Date.now();
  for await (const _ of setInterval(100)) {
    if ((await page.request.get(`/api/games/blackjack/sessions/${id}`)).status() === 404) return;
    assert(Date.now() - asked < 30_000, `the table ${id} does not close`);
  }
}

/** Waits until the page's player has a seat. */
export function seated(page) {
  return viewsOf(page).until((view, user) => view.players.some(({ player }) => player === user), "a seat");
}

/** Waits for a stage of the game. */
export function stage(page, name) {
  return viewsOf(page).until((view) => view.stage === name, `the stage ${name}`);
}

/** Places a bet. */
export async function bet(page, amount) {
  await hook(page, "bet-input").fill(amount);
  await hook(page, "place-bet").click();
  await viewsOf(page).until((view, user) => playerOf(view, user)?.bet === amount, `the bet ${amount}`);
}

/** Says ready; the last one to do so moves the table on. */
export async function ready(page) {
  const { stage } = viewsOf(page).latest;
  await hook(page, "ready").click();
  const moved = (view, user) => view.stage !== stage || playerOf(view, user).ready;
  await viewsOf(page).until(moved, "being ready");
}

/** Everybody says ready and gets cards: what the first one sees. The round may end with the deal. */
export async function deal(...pages) {
  for (const page of pages) await ready(page);
  const views = pages.map((page) => viewsOf(page).until(({ stage }) => stage !== "betting", "the deal"));
  return (await Promise.all(views))[0];
}

/** Everybody says ready for the next round. */
export async function nextRound(...pages) {
  for (const page of pages) await ready(page);
  for (const page of pages) await stage(page, "betting");
}

/**
 * Plays all hands of one player to the end of the round, and gives the view of that end.
 * @param {import("playwright-core").Page} page
 * @param {(legal: string[], hand: any) => string} choose a move among the legal ones
 */
export async function play(page, choose) {
  const views = viewsOf(page);
  for (;;) {
    const view = await views.until((view) => view.stage === "ending" || legal(view).length > 0, "a move or the end");
    if (view.stage === "ending") return view;
    const hand = handsOf(view, views.user).find(({ active }) => active);
    const move = choose(await enabledMoves(page, legal(view)), hand);
    const before = situation(view, views.user);
    await hook(page, move).click();
    await views.until((view, user) => situation(view, user) !== before, `the answer to ${move}`);
  }
}

/** The moves whose buttons can be pressed, once they are those that the view calls legal. */
async function enabledMoves(page, legal) {
  const state = (move) => (legal.includes(move) ? "enabled" : "disabled");
  const button = (move) => page.locator(`[data-test="${move}"]:${state(move)}`);
  await Promise.all(MOVES.map((move) => button(move).waitFor({ state: "attached" })));
  return legal;
}

/** The chat log shows this line of this person. */
export async function hears(page, name, line) {
  const shown = hook(page, "chat-log").locator("li", { hasText: line });
  await shown.waitFor();
  assert.ok((await shown.textContent()).includes(name), `${line} is not shown as said by ${name}`);
}

/** Says something in the chat. */
export async function say(page, line) {
  await hook(page, "chat-input").fill(line);
  await hook(page, "chat-send").click();
}

async function chooseTable(page, id, way) {
  await page.goto("/games/blackjack/");
  await hook(page.locator(`[data-test="table-row"][data-key="${id}"]`), way).click();
  await arrives(page, `/games/blackjack/session/${id}`);
}

function playerOf(view, user) {
  return view.players.find(({ player }) => player === user);
}

function legal(view) {
  return view.stage === "dealing" ? view.legal.filter((move) => MOVES.includes(move)) : [];
}

/** All that an own move can change, as one text. */
function situation(view, user) {
  return JSON.stringify([view.stage, handsOf(view, user), view.legal]);
}
