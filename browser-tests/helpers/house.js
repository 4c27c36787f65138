/** A casino and the people in it: what every browser test starts from. */
import assert from "node:assert/strict";

import { arrives, hook } from "./page.js";
import { Noise } from "./noise.js";
import { Site } from "./site.js";
import { record } from "./views.js";

const PASSWORD = "four aces and a joker";
const DESK = { width: 1280, height: 900 };
const WAIT_MS = 15_000;

/** One casino, and a browser context for each person, so that nobody shares another's log-in. */
export class House {
  #browser;
  #site;
  #people = [];

  /**
   * Opens a casino for one test, and closes it with the test.
   * @param {import("node:test").TestContext} test
   * @param {import("playwright-core").Browser} browser
   * @param {...string} flags further flags of the casino
   */
  static async open(test, browser, ...flags) {
    const house = new House(browser, await Site.start(...flags));
    test.after(() => house.#close());
    return house;
  }

  constructor(browser, site) {
    this.#browser = browser;
    this.#site = site;
  }

  /** The page of somebody who is not known yet. */
  async stranger() {
    const context = await this.#browser.newContext({ baseURL: this.#site.url, viewport: DESK });
    context.setDefaultTimeout(WAIT_MS);
    record(context);
    const noise = await Noise.of(context);
    this.#people.push({ context, noise });
    return context.newPage();
  }

  /** The page of somebody who has signed up under this name, through the form. */
  async person(name) {
    const page = await this.stranger();
    await page.goto("/signup/?next=/");
    await page.fill("input[name=username]", name);
    await page.fill("input[name=password]", PASSWORD);
    await hook(page, "signup").click();
    await arrives(page, "/");
    assert.equal(await hook(page, "username").textContent(), name);
    return page;
  }

  /** The page of somebody who plays as a guest. */
  async guest() {
    const page = await this.stranger();
    await page.goto("/login/?next=/sessions/");
    await hook(page, "guest").click();
    await arrives(page, "/sessions/");
    return page;
  }

  /**
   * Ends the casino in the middle of what it does, and starts it again; pages may complain that it is not there.
   * @param {() => Promise<void>} hanging what people do while it does not answer any more
   * @param {() => Promise<void>} gone what they do while it is not there
   */
  async kill(hanging, gone) {
    // A page asks why its socket was refused; 426 says that it was not, and would not be.
    this.#people.forEach(({ noise }) => noise.allow(/net::ERR_CONNECTION_REFUSED|status of 426/));
    await this.#site.kill(hanging, gone);
    // What was asked of it before, and never answered.
    this.#people.forEach(({ noise }) => noise.forgive(/net::ERR_(CONNECTION_RESET|EMPTY_RESPONSE)/));
  }

  /** Runs a command of the casino's program beside it, on its database, and gives what it says. */
  command(...words) {
    return this.#site.command(...words);
  }

  /** What a page says of this is no mistake. */
  allow(complaint) {
    this.#people.forEach(({ noise }) => noise.allow(complaint));
  }

  /** Fails if any page of anybody complained of anything. */
  assertQuiet() {
    this.#people.forEach(({ noise }) => noise.assertQuiet());
  }

  async #close() {
    await Promise.all(this.#people.map(({ context }) => context.close()));
    await this.#site.stop();
  }
}
