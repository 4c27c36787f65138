/** A casino of one's own for a test: the real program, on a free port, with a database that is gone afterwards. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BUILT = fileURLToPath(new URL("../../target/release/casino", import.meta.url));
const PROGRAM = process.env.CASINO_BIN ?? BUILT;
const READY = /^listening on (http:\/\/\S+)$/m;
const START_MS = 30_000;
const STOP_MS = 20_000;

const run = promisify(execFile);

/** The casinos that run now: none outlives the tests, however those end. */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** A running casino. */
export class Site {
  /** What the program wrote to its standard error, for messages of failed tests. */
  log = "";
  #child;
  #folder;
  #flags;
  #ended;

  /**
   * Starts the program that `CASINO_BIN` names, and waits until it accepts connections.
   * @param {...string} flags further flags of the program
   */
  static async start(...flags) {
    const folder = await mkdtemp(join(tmpdir(), "parlor-"));
    const site = new Site(folder, flags);
    try {
      site.url = await site.#ready();
      return site;
    } catch (error) {
      await site.#remove();
      throw error;
    }
  }

  constructor(folder, flags) {
    this.#folder = folder;
    this.#flags = flags;
    this.#spawn("127.0.0.1:0");
  }

  /**
   * Ends the program in the middle of what it does, and starts it again at the same address, on what it has kept.
   * @param {() => Promise<void>} hanging what people do while it does not answer any more, and is about to end
   * @param {() => Promise<void>} gone what they do while it is not there
   */
  async kill(hanging, gone) {
    this.#child.kill("SIGSTOP");
    await hanging();
    this.#child.kill("SIGKILL");
    await this.#ended;
    await gone();
    this.#spawn(new URL(this.url).host);
    await this.#ready();
  }

  /** Runs a command of the program on the same database, and gives what it says; one that fails throws. */
  async command(...words) {
    const { stdout } = await run(PROGRAM, [...words, ...this.#database], { env: environment() });
    return stdout;
  }

  get #database() {
    return ["--database-url", `sqlite://${this.#folder}/parlor.db`];
  }

  #spawn(address) {
    const child = spawn(PROGRAM, ["--bind", address, ...this.#database, ...this.#flags], { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text) => (this.log += text));
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(`did not start: ${error.message}`));
      child.once("close", (status, signal) => resolve(status === 0 ? "" : `ended with ${signal ?? status}`));
    });
    running.add(child);
    this.#ended.then(() => running.delete(child));
    this.#child = child;
  }

  /** Stops the program as a server is stopped, and insists that it ends well. */
  async stop() {
    this.#child.kill("SIGTERM");
    const complaint = await within(STOP_MS, this.#ended, "does not stop").catch((error) => error.message);
    await this.#remove();
    if (complaint) throw new Error(`the casino ${complaint}\n${this.log}`);
  }

  /** The address that the program says it listens on. */
  #ready() {
    const said = new Promise((resolve) => {
      let text = "";
      this.#child.stdout.setEncoding("utf8").on("data", (more) => {
        text += more;
        const address = READY.exec(text)?.[1];
        if (address) resolve(address);
      });
    });
    const over = this.#ended.then((how) => {
      throw new Error(`the casino ${how || "ended"} before it listened\n${this.log}`);
    });
    return within(START_MS, Promise.race([said, over]), "does not listen");
  }

  /** Ends the program, if it still runs, and takes its files away. */
  async #remove() {
    this.#child.kill("SIGKILL");
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** This process's environment without settings of a casino that a developer may have there. */
function environment() {
  const setting = (name) => name.startsWith("PARLOR_") || name === "DATABASE_URL" || name === "REDIS_URL";
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !setting(name)));
}

/**
 * What a promise gives, unless it takes too long.
 * @param {number} ms
 * @param {Promise<any>} promise
 * @param {string} complaint what to say of the casino then
 */
function within(ms, promise, complaint) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
