/**
 * Every page and state that a picture is taken of. A scene is a name and a way to get there: it comes to a page with what the
 * house has, and calls `shoot` once all is as it should be seen.
 */
import { bet, createTable, deal, joinTable, play, stage, watchTable } from "../helpers/blackjack.js";
import { handsOf } from "../helpers/money.js";
import { hook } from "../helpers/page.js";
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

/** @type {Record<string, Scene>} */
export const SCENES = {
  landing: forNobody("/"),
  "landing-guest": forGuest("/"),
  login: forNobody("/login/?next=/sessions/"),
  signup: forNobody("/signup/"),
  account: forGuest("/account/"),
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
