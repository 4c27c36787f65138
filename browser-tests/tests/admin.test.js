/** Staff at work: a table is closed, and a player who sits at another is shut out; and the page of the API. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import { accessible } from "../helpers/axe.js";
import { createTable, joinTable } from "../helpers/blackjack.js";
import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { arrives, hook, says, screenshot } from "../helpers/page.js";

const browser = await launch();
after(() => browser.close());

test("staff closes a table, and shuts a player out", { timeout: 120_000 }, async (t) => {
  const house = await House.open(t, browser);
  const [staff, player, other] = [await house.person("staff"), await house.person("ann"), await house.person("bob")];
  await staff.goto("/admin/");
  await says(staff, "error-status", "403");
  assert.equal(await house.command("user", "promote", "Staff"), "staff is of the staff now\n");
  await staff.goto("/admin/");
  await says(staff, "open-tables", "0");

  // The overview goes on by itself.
  const id = await createTable(player);
  await says(staff, "open-tables", "1");
  assert.equal(await hook(staff, "plot").count(), 4);
  const plots = await hook(staff, "plot").locator("svg").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  assert.match(plots[0], /^Sockets: .+ now, .+ at the most; Players: /);
  await hook(staff, "plot").first().locator("summary").click();
  assert.ok((await hook(staff, "plot").first().locator("tbody tr").count()) >= 1, "the numbers are in a table too");
  await accessible(staff, "the overview of staff");
  await screenshot(staff, "admin");

  // What is typed stays while the list goes on.
  await staff.goto("/admin/sessions/");
  const shown = staff.locator(`[data-test=session][data-key="${id}"]`);
  await hook(shown, "close-details").locator("summary").click();
  await hook(shown, "close-reason").fill("a bug in the game");
  await joinTable(other, id);
  await shown.locator("[data-test=people]", { hasText: /^2 of/ }).waitFor();
  assert.equal(await hook(shown, "close-reason").inputValue(), "a bug in the game");
  await accessible(staff, "the tables of staff");
  await hook(shown, "close-table").click();
  await arrives(staff, "/admin/sessions/");
  await says(staff, "total", "0 open tables");
  for (const page of [player, other]) {
    await page.waitForFunction(() => document.querySelector("[data-test=status]")?.getAttribute("data-state") === "gone");
  }

  // One who sits at a table is shut out; the other sees the seat go.
  const next = await createTable(other);
  await joinTable(player, next);
  await staff.goto("/admin/players/");
  await hook(staff, "search").fill("an");
  await hook(staff, "search-go").click();
  await staff.waitForURL(/name=an/);
  const row = staff.locator("[data-test=player][data-key=ann]");
  await hook(row, "act").locator("summary").click();
  await hook(row, "reason").fill("abuse in the chat");
  await accessible(staff, "the players of staff");
  await hook(row, "ban").click();
  await hook(staff, "ban-reason").waitFor();
  assert.match(await hook(staff, "ban-reason").textContent(), /UTC: abuse in the chat$/);
  await player.waitForFunction(() => document.querySelector("[data-test=status]")?.getAttribute("data-state") === "gone");

  await player.goto("/login/");
  await player.fill("input[name=username]", "ann");
  await player.fill("input[name=password]", "four aces and a joker");
  await hook(player, "login").click();
  assert.match(await hook(player, "form-error").textContent(), /^this account is shut out until .+: abuse in the chat$/);

  await staff.goto("/admin/audit/");
  const acts = await hook(staff, "act").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-action")));
  assert.deepEqual(acts, ["ban", "close", "promote"]);
  await accessible(staff, "the audit log");

  // Not of the staff any more, at once.
  await house.command("user", "demote", "staff");
  await staff.goto("/admin/");
  await says(staff, "error-status", "403");
  house.allow(/status of 40[13]/);
  house.assertQuiet();
});

test("the page of the API shows every route, and asks", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.person("ann");
  await page.goto("/api/");
  const document = await page.evaluate(() => fetch("/api/openapi.json").then((answer) => answer.json()));
  // By the specification of OpenAPI itself.
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors, null, 2));
  const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
  assert.equal(await hook(page, "operation").count(), operations.length);
  assert.equal(await hook(page, "shape").count(), Object.keys(document.components.schemas).length);
  const links = await page.locator("a[href^='#shape-']").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  for (const link of new Set(links)) assert.equal(await page.locator(`[id="${link.slice(1)}"]`).count(), 1, link);

  const me = page.locator("#get-api-me");
  await me.locator("summary").click();
  await hook(me, "try").getByRole("button").click();
  await hook(me, "answered").filter({ hasText: "200 application/json" }).waitFor();
  assert.equal(JSON.parse(await hook(me, "answer").textContent()).username, "ann");
  // One with a place in its address.
  const rows = page.locator("[id='get-api-games--game--sessions']");
  await rows.locator("summary").click();
  await rows.locator("input[name=game]").fill("blackjack");
  await hook(rows, "try").getByRole("button").click();
  await hook(rows, "answered").filter({ hasText: "200" }).waitFor();
  assert.equal(await hook(rows, "answer").textContent(), "[]");
  await accessible(page, "the page of the API");
  await screenshot(page, "api");
  // An address names one, and opens it.
  await page.goto("/api/#post-api-login");
  await page.locator("#post-api-login[open]").waitFor();
  house.assertQuiet();
});
