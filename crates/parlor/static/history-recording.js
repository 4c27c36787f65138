/** A session's history, read a page at a time as it is looked at. */

/**
 * What the viewer knew of one record.
 * @typedef {object} Moment
 * @property {number} seq the record's number
 * @property {number} at when it was, in milliseconds since 1970
 * @property {string} kind what happened, as the journal calls it
 * @property {string | null} who
 * @property {{type: string, data?: unknown}} [action]
 * @property {string} [said]
 * @property {{type: string, data?: unknown}[]} [events]
 * @property {string} stage
 * @property {string | null} user the viewer's name at the table then; null while the viewer had no seat
 * @property {any} view
 */

/** A page as the site answers it: a moment without a view shows what the one before shows.
 * @typedef {{finished: boolean, from: number, next: number | null, last: number, rounds: number[], moments: Moment[]}} Answer
 */

/** How many records a page is about. */
const RECORDS = 200;

/** How many pages are kept. */
const PAGES = 24;

/** How often the site may say that it is busy, or that a page is too far away for one answer, before that is a failure. */
const TRIES = 30;

/** How long to wait where a busy site does not say. */
const SECONDS = 2;

/** The site does not show the history, and says why. */
export class Refused extends Error {}

/** The moments of one session. */
export class Recording {
  #address;
  /** @type {Map<number, Promise<Moment[]>>} by the number of the page, those used last at the end */
  #pages = new Map();
  /** @type {Map<number, Moment[]>} those that are there */
  #here = new Map();
  /** The number of the last record. */
  last = 1;
  /** Whether nothing can come after it. */
  finished = false;
  /** @type {number[]} the numbers of the records with which rounds begin */
  rounds = [];

  /**
   * @param {string} address of the history in the API
   * @param {string} share the token of the link that was followed; empty for one who looks with the own eyes
   */
  constructor(address, share) {
    this.#address = new URL(address, location.href);
    if (share) this.#address.searchParams.set("share", share);
  }

  /**
   * The last moment up to that record; the first of all where there is none.
   * @param {number} seq
   */
  async at(seq) {
    // Only the first page tells how many there are.
    const begin = await this.after(0);
    for (let page = pageOf(Math.min(seq, this.last)); page >= 0; page -= 1) {
      const found = (await this.#load(page)).filter((moment) => moment.seq <= seq).at(-1);
      if (found) return found;
    }
    return begin;
  }

  /**
   * The first moment after that record, if there is one.
   * @param {number} seq
   */
  async after(seq) {
    for (let page = pageOf(seq + 1); page <= pageOf(this.last); page += 1) {
      const found = (await this.#load(page)).find((moment) => moment.seq > seq);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * The last moment before that record, if there is one.
   * @param {number} seq
   */
  async before(seq) {
    const found = seq > 1 ? await this.at(seq - 1) : undefined;
    return found && found.seq < seq ? found : undefined;
  }

  /** Looks whether anything has happened since. */
  async refresh() {
    if (this.finished) return;
    const newest = pageOf(this.last);
    this.#pages.delete(newest);
    this.#here.delete(newest);
    await this.#load(newest);
  }

  /**
   * The moments around that record that are there already, in their order.
   * @param {number} seq
   */
  around(seq) {
    const page = pageOf(seq);
    return [page - 1, page, page + 1].flatMap((near) => this.#here.get(near) ?? []);
  }

  /**
   * @param {number} page
   * @returns {Promise<Moment[]>}
   */
  #load(page) {
    const loading = this.#pages.get(page) ?? this.#fetch(page);
    this.#pages.delete(page);
    this.#pages.set(page, loading);
    // What could not be read is asked for again.
    loading.catch(() => this.#pages.delete(page));
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= PAGES) break;
      this.#pages.delete(old);
      this.#here.delete(old);
    }
    return loading;
  }

  /** @param {number} page */
  async #fetch(page) {
    const end = (page + 1) * RECORDS;
    /** @type {Moment[]} */
    const moments = [];
    for (let from = end - RECORDS + 1, tries = 0; from <= end; tries += 1) {
      if (tries === TRIES) throw new Refused("this moment is too far away to be shown; begin at an earlier one");
      const answer = await this.#ask(from, end - from + 1);
      // One that is too far away for one answer is nearer to the next.
      if (answer.from < from && answer.next !== null) continue;
      moments.push(...filled(answer.moments));
      from = answer.next ?? end + 1;
    }
    this.#here.set(page, moments);
    return moments;
  }

  /**
   * @param {number} from
   * @param {number} limit
   * @returns {Promise<Answer>}
   */
  async #ask(from, limit) {
    const address = new URL(this.#address);
    address.searchParams.set("from", String(from));
    address.searchParams.set("limit", String(limit));
    if (this.rounds.length === 0) address.searchParams.set("rounds", "true");
    for (let tries = 0; ; tries += 1) {
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      if (answer.ok) {
        /** @type {Answer} */
        const page = await answer.json();
        this.#learn(page);
        return page;
      }
      if (answer.status !== 503 || tries === TRIES) {
        const problem = await answer.json().catch(() => ({}));
        throw new Refused(problem.detail ?? "the history can't be read now");
      }
      const seconds = Number(answer.headers.get("retry-after")) || SECONDS;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }

  /** @param {Answer} page */
  #learn({ last, finished, rounds }) {
    this.last = Math.max(last, this.last);
    this.finished = finished;
    if ((rounds.at(-1) ?? 0) > (this.rounds.at(-1) ?? 0)) this.rounds = rounds;
  }
}

/**
 * Moments that all show what was seen.
 * @param {Moment[]} moments
 */
function filled(moments) {
  let { user, view } = /** @type {{user: string | null, view: any}} */ ({ user: null, view: null });
  return moments.map((moment) => {
    if ("view" in moment) ({ user, view } = moment);
    return { ...moment, user, view };
  });
}

/** @param {number} seq */
function pageOf(seq) {
  return Math.floor((seq - 1) / RECORDS);
}
