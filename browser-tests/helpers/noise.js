/** What a page complains of while it is used: a good page is quiet. */
import assert from "node:assert/strict";

/** Requests end like this when their page is left: nobody's mistake. */
const LEFT = "net::ERR_ABORTED";

/** Collects what the pages of one browser context complain of. */
export class Noise {
  #heard = [];
  #allowed = [];

  /** @param {import("playwright-core").BrowserContext} context */
  static async of(context) {
    const noise = new Noise();
    context.on("page", (page) => noise.#listen(page));
    await context.addInitScript(tellViolations);
    return noise;
  }

  /** What is like this is no mistake. */
  allow(complaint) {
    this.#allowed.push(complaint);
  }

  /** What was heard so far and is like this was no mistake; what is heard from here on is one. */
  forgive(complaint) {
    this.#heard = this.#heard.filter((heard) => !complaint.test(heard));
  }

  /** Fails if anything was heard, and says all of it. */
  assertQuiet() {
    const wrong = this.#heard.filter((complaint) => !this.#allowed.some((allowed) => allowed.test(complaint)));
    assert.deepEqual(wrong, [], "a page complained");
  }

  #listen(page) {
    const hear = (what) => this.#heard.push(`${new URL(page.url(), "about:blank").pathname}: ${what}`);
    page.on("console", (message) => {
      if (message.type() === "error") hear(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => hear(`error: ${error.stack}`));
    page.on("crash", () => hear("the page crashed"));
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      if (reason !== LEFT) hear(`request: ${reason} ${request.url()}`);
    });
  }
}

/** Runs in each page: says on the console what the content security policy refused. */
function tellViolations() {
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
    console.error(`content security policy: ${violatedDirective} refused ${blockedURI} at ${sourceFile}:${lineNumber}`);
  });
}
