/**
 * Every page and state that a picture is taken of. A scene is a name and a way to get there: it comes to a page with what the
 * house has, and calls `shoot` once all is as it should be seen.
 */
import { bet, closes, createTable, deal, joinTable, nextRound, play, say, stage, watchTable } from "../helpers/blackjack.js";
import { handsOf } from "../helpers/money.js";
import { arrives, hook } from "../helpers/page.js";
import { viewsOf } from "../helpers/views.js";

/**
 * @typedef {import("../helpers/house.js").House} House
 * @typedef {import("playwright-core").Page} Page
 * @typedef {(house: House, shoot: (page: Page) => Promise<void>) => Promise<void>} Scene
 */

/** A page as one who is nobody yet sees it. @returns {Scene} */
const forNobody = (path) => async (house, shoot) => {
  const page = await house.stranger();
  await page.goto(path);
  await shoot(page);
};

/** A page as a guest sees it. @returns {Scene} */
const forGuest = (path) => async (house, shoot) => {
  const page = await house.guest();
  await page.goto(path);
  await shoot(page);
};

/** A blackjack table with two players and one who watches, dealt to where the first has something to play. */
async function dealt(house) {
  const [anna, bert, carl] = [await house.guest(), await house.guest(), await house.guest()];
  const id = await createTable(anna);
  await joinTable(bert, id);
  await watchTable(carl, id);
  for (;;) {
    await bet(anna, "25.00");
    await bet(bert, "105.00");
    const view = await deal(anna, bert);
    if (handsOf(view, viewsOf(anna).user).some(({ active }) => active)) return { anna, bert, carl, id };
    await Promise.all([anna, bert].map((page) => play(page, () => "stay")));
    for (const page of [anna, bert]) await hook(page, "ready").click();
    await stage(anna, "betting");
  }
}

/** One of the staff, with a player and another who have each done something that the lists show. */
async function staffed(house) {
  const [staff, ann, bob] = [await house.person("staff"), await house.person("ann"), await house.person("bob")];
  await house.command("user", "promote", "staff");
  await joinTable(bob, await createTable(ann));
  await createTable(await house.guest(), { hidden: true });
  await staff.goto("/admin/");
  return { staff, ann, bob };
}

/** A page of the staff. @returns {Scene} */
const forStaff = (path) => async (house, shoot) => {
  const { staff } = await staffed(house);
  await staff.goto(path);
  await shoot(staff);
};

/** A table that two players have left after a round and a word, and that is closed: one of the two, and its id. */
async function over(house) {
  const [ann, bob] = [await house.person("ann"), await house.person("bob")];
  const id = await createTable(ann);
  await joinTable(bob, id);
  await bet(ann, "25.00");
  await bet(bob, "105.00");
  await deal(ann, bob);
  await say(bob, "here goes");
  await Promise.all([ann, bob].map((page) => play(page, () => "stay")));
  await nextRound(ann, bob);
  for (const page of [ann, bob]) {
    await hook(page, "leave").click();
    await arrives(page, "/games/blackjack/");
  }
  await closes(ann, id);
  await ann.goto(`/history/${id}`);
  await ann.locator("[data-test=history][data-state=ready]").waitFor();
  return { ann, id };
}

/** Goes on to a moment of a history at which cards lie on the table. */
async function midway(page) {
  while (!(await page.locator("[data-stage=dealing]").count())) await hook(page, "next").click();
}

/** @type {Record<string, Scene>} */
export const SCENES = {
  landing: forNobody("/"),
  "landing-guest": forGuest("/"),
  login: forNobody("/login/?next=/sessions/"),
  signup: forNobody("/signup/"),
  "account-guest": forGuest("/account/"),
  "admin-overview": forStaff("/admin/"),
  "admin-tables": forStaff("/admin/sessions/"),
  "admin-players": forStaff("/admin/players/"),
  api: forNobody("/api/"),
  "lobby-empty": forNobody("/games/tic-tac-toe/"),
  "rules-blackjack": forNobody("/tutorials/blackjack/"),
  "rules-tic-tac-toe": forNobody("/tutorials/tic-tac-toe/"),
  "error-404": forNobody("/nowhere/"),

  "login-refused": async (house, shoot) => {
    const page = await house.stranger();
    await page.goto("/login/");
    await page.fill("input[name=username]", "nobody-of-this-name");
    await page.fill("input[name=password]", "not the right one");
    await hook(page, "login").click();
    await hook(page, "form-error").waitFor();
    await shoot(page);
  },
  "error-403": async (house, shoot) => {
    const [host, other] = [await house.guest(), await house.guest()];
    const id = await createTable(host, { hidden: true });
    await other.goto(`/games/blackjack/session/${id}`);
    await shoot(other);
  },
  account: async (house, shoot) => {
    const page = await house.person("ann");
    const elsewhere = await house.stranger();
    await elsewhere.goto("/login/?next=/account/");
    await elsewhere.fill("input[name=username]", "ann");
    await elsewhere.fill("input[name=password]", "four aces and a joker");
    await hook(elsewhere, "login").click();
    await arrives(elsewhere, "/account/");
    await createTable(elsewhere);
    await page.goto("/account/");
    await page.fill("#loss_a_day", "25.00");
    await hook(page, "set-limits").click();
    await hook(page, "done").waitFor();
    await shoot(page);
  },
  chips: async (house, shoot) => {
    const page = await house.person("ann");
    await createTable(page);
    for (let round = 0; round < 3; round += 1) {
      await bet(page, "15.00");
      await deal(page);
      await play(page, () => "stay");
      await nextRound(page);
    }
    await page.goto("/account/chips/");
    await shoot(page);
  },
  "admin-acts": async (house, shoot) => {
    const { staff } = await staffed(house);
    await staff.goto("/admin/players/?name=ann");
    await hook(staff, "act").first().locator("summary").click();
    await shoot(staff);
  },
  "admin-audit": async (house, shoot) => {
    const { staff } = await staffed(house);
    await staff.goto("/admin/players/?name=ann");
    await hook(staff, "act").first().locator("summary").click();
    await hook(staff, "reason").first().fill("abuse in the chat");
    await hook(staff, "ban").click();
    await hook(staff, "ban-reason").waitFor();
    await staff.goto("/admin/audit/");
    await shoot(staff);
  },
  "api-operation": async (house, shoot) => {
    const page = await house.person("ann");
    await page.goto("/api/#get-api-me");
    const me = page.locator("#get-api-me[open]");
    await hook(me, "try").getByRole("button").click();
    await hook(me, "answered").filter({ hasText: "200" }).waitFor();
    await shoot(page);
  },
  history: async (house, shoot) => {
    const { ann } = await over(house);
    await midway(ann);
    await shoot(ann);
  },
  "history-shared": async (house, shoot) => {
    const { ann } = await over(house);
    await hook(ann, "make-link").click();
    await hook(ann, "shared-link").waitFor();
    const page = await house.stranger();
    await page.goto(await hook(ann, "shared-link").inputValue());
    await page.locator("[data-test=history][data-state=ready]").waitFor();
    await midway(page);
    await shoot(page);
  },
  fair: async (house, shoot) => {
    const page = await house.person("ann");
    const id = await createTable(page);
    await bet(page, "5.00");
    await deal(page);
    await page.goto(`/fair/${id}`);
    await hook(page, "shoe").first().waitFor();
    await shoot(page);
  },
  "fair-spent": async (house, shoot) => {
    const { ann, id } = await over(house);
    await ann.goto(`/fair/${id}`);
    await hook(ann, "verify-all").click();
    await ann.locator("[data-test=verdict].good").waitFor();
    const shoe = ann.locator('[data-test=shoe][data-key="1"]');
    await shoe.locator("summary").click();
    await hook(shoe, "dealt").locator("li").first().waitFor();
    await shoot(ann);
  },
  "practice-dealing": async (house, shoot) => {
    const page = await house.stranger();
    await page.goto("/tutorials/blackjack/");
    while (!(await hook(page, "practice-hit").isVisible())) await hook(page, "practice-deal").nth(1).click();
    await shoot(page);
  },
  lobby: async (house, shoot) => {
    const [anna, bert] = [await house.guest(), await house.guest()];
    await joinTable(bert, await createTable(anna));
    await createTable(await house.guest());
    const page = await house.guest();
    await createTable(page, { hidden: true });
    await page.goto("/games/blackjack/");
    await shoot(page);
  },
  sessions: async (house, shoot) => {
    await createTable(await house.guest());
    const page = await house.guest();
    await page.goto("/sessions/");
    await shoot(page);
  },
  "table-betting": async (house, shoot) => {
    const [anna, bert] = [await house.guest(), await house.guest()];
    await joinTable(bert, await createTable(anna));
    await bet(bert, "75.00");
    await shoot(anna);
  },
  "table-bots": async (house, shoot) => {
    const page = await house.guest();
    await createTable(page);
    for (let bots = 1; bots <= 6; bots += 1) {
      await hook(page, "add-bot").click();
      await hook(page, "bot-list").locator("li").nth(bots - 1).waitFor();
    }
    await bet(page, "25.00");
    await deal(page);
    await shoot(page);
  },
  "table-insurance": async (house, shoot) => {
    const page = await house.guest();
    await createTable(page);
    for (;;) {
      await bet(page, "2.00");
      const view = await deal(page);
      if (view.stage === "dealing" && view.legal.includes("insurance")) break;
      await play(page, () => "stay");
      await nextRound(page);
    }
    await shoot(page);
  },
  "table-dealing": async (house, shoot) => {
    const { anna } = await dealt(house);
    await shoot(anna);
  },
  "table-spectating": async (house, shoot) => {
    const { carl } = await dealt(house);
    await shoot(carl);
  },
  "table-waiting": async (house, shoot) => {
    const { id } = await dealt(house);
    const page = await house.guest();
    await page.goto(`/games/blackjack/session/${id}`);
    await viewsOf(page).until((view, user) => view.waiting.includes(user), "waiting for the next round");
    await shoot(page);
  },
  "table-ending": async (house, shoot) => {
    const { anna, bert } = await dealt(house);
    await Promise.all([anna, bert].map((page) => play(page, () => "stay")));
    await shoot(anna);
  },
  "table-gone": async (house, shoot) => {
    const { anna } = await dealt(house);
    await anna.request.post("/logout/", { headers: { origin: new URL(anna.url()).origin } });
    await anna.locator('[data-test="status"][data-state="gone"]').waitFor();
    await shoot(anna);
  },
  "table-reconnecting": async (house, shoot) => {
    const { anna } = await dealt(house);
    await house.kill(
      async () => {},
      async () => {
        await anna.locator('[data-test="status"][data-state="reconnecting"]').waitFor();
        await shoot(anna);
      },
    );
  },
  "tic-tac-toe": async (house, shoot) => {
    const [first, second] = [await house.guest(), await house.guest()];
    await first.goto("/games/tic-tac-toe/");
    await hook(first, "create-table").click();
    await viewsOf(first).until((view, user) => view.players.includes(user), "the first seat");
    await second.goto(first.url());
    await viewsOf(second).until((view, user) => view.players.includes(user), "the second seat");
    for (const [move, cell] of [4, 0, 2].entries()) {
      const page = move % 2 === 0 ? first : second;
      await hook(page, "cell").nth(cell).click();
      await viewsOf(first).until(({ cells }) => cells[cell] !== null, "the mark");
    }
    await viewsOf(second).until(({ cells }) => cells[2] !== null, "the mark");
    await shoot(second);
  },
};
