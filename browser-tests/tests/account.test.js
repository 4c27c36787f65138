/** One's own page, as people use it: a guest becomes somebody at a table, a password is changed, an account goes. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { accessible } from "../helpers/axe.js";
import { bet, createTable, deal, joinTable, play, seated } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { arrives, hook, noOverflow, says, screenshot } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

const FEW_MINUTES = { timeout: 300_000 };
const PATIENT = ["--turn-time", "10m", "--ending-time", "10m"];
const PASSWORD = "four aces and a joker";
const NEW_PASSWORD = "four kings and a joker";

const browser = await launch();
after(() => browser.close());

test("a guest at a table gets a name in a second tab, and keeps the seat", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [guest, bob] = [await house.guest(), await house.person("bob")];
  await joinTable(bob, await createTable(guest));

  const tab = await guest.context().newPage();
  await tab.goto("/account/");
  await says(tab, "kind", "guest");
  await noOverflow(tab, "account-guest-phone");
  const form = hook(tab, "upgrade-form");
  await form.locator("input[name=username]").fill("bob");
  await form.locator("input[name=password]").fill(PASSWORD);
  house.allow(/status of 409/);
  await hook(tab, "upgrade").click();
  await says(tab, "username-error", "somebody has this name already; choose another");
  await form.locator("input[name=username]").fill("alice");
  await form.locator("input[name=password]").fill(PASSWORD);
  await hook(tab, "upgrade").click();
  await arrives(tab, "/account/");
  await says(tab, "kind", "player");
  await says(tab, "username", "alice");
  assert.equal(await hook(tab, "upgrade-form").count(), 0, "nobody is upgraded twice");

  const named = (view) => view.players.some(({ player }) => player === "alice");
  await Promise.all([guest, bob].map((page) => viewsOf(page).until(named, "the new name")));
  await guest.reload();
  assert.equal((await seated(guest)).players.length, 2, "the seat is the same, by the new log-in");
  assert.equal(await hook(tab, "own-tables").getByRole("link", { name: "Blackjack" }).count(), 1);
  house.assertQuiet();
});

test("a new password signs out elsewhere, and the account page tells what moved", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const here = await house.person("alice");
  const there = await house.stranger();
  await there.goto("/login/?next=/account/");
  await there.fill("input[name=username]", "alice");
  await there.fill("input[name=password]", PASSWORD);
  await hook(there, "login").click();
  await arrives(there, "/account/");
  await createTable(there);
  await bet(there, "10.00");
  await deal(there);
  await play(there, () => "stay");

  await here.goto("/account/");
  assert.equal(await hook(here, "end-login").count(), 1);
  await accessible(here, "an account with another log-in and a table");
  await here.fill("#old-password", PASSWORD);
  await here.fill("#new-password", NEW_PASSWORD);
  await hook(here, "change-password").click();
  await says(here, "done", "Your password is changed, and every other log-in is signed out.");
  assert.equal(await hook(here, "end-login").count(), 0);
  // The other browser was signed out at its table.
  await there.waitForFunction(() => document.querySelector("[data-state=gone]"));
  await there.goto("/account/");
  await arrives(there, "/login/");

  await here.fill("#loss_a_day", "25.00");
  await hook(here, "set-limits").click();
  await says(here, "done", "Your limits are kept. A looser one holds after 24 hours.");
  assert.equal(await here.inputValue("#loss_a_day"), "25.00");
  await screenshot(here, "account");
  await noOverflow(here, "account-phone");
  await hook(here, "chips-link").click();
  await arrives(here, "/account/chips/");
  assert.ok((await hook(here, "movements").locator("tbody tr").count()) >= 3, "the first chips, a stake, and what became of it");
  await accessible(here, "what moved the chips");
  await noOverflow(here, "chips-phone");
  house.assertQuiet();
});

test("who deletes the account is gone from the table, and the name is free", FEW_MINUTES, async (t) => {
  const house = await House.open(t, browser, ...PATIENT);
  const [alice, bob] = [await house.person("alice"), await house.person("bob")];
  const id = await createTable(alice);
  await joinTable(bob, id);
  const tab = await alice.context().newPage();
  await tab.goto("/account/");
  house.allow(/status of 401/);
  await tab.fill("#delete-password", "not her password");
  await hook(tab, "delete-account").click();
  await says(tab, "delete-error", "the name or the password is wrong");
  await tab.fill("#delete-password", PASSWORD);
  await hook(tab, "delete-account").click();
  await arrives(tab, "/");
  assert.equal(await hook(tab, "username").count(), 0, "nobody is signed in");
  await viewsOf(bob).until(({ players }) => players.length === 1, "an empty seat");
  await alice.waitForFunction(() => document.querySelector("[data-state=gone]"));

  const journal = await (await bob.request.get(`/api/sessions/${id}/journal`)).text();
  assert.ok(!journal.includes("alice") && journal.includes("deleted-"), journal);
  await house.person("alice");
  house.assertQuiet();
});
