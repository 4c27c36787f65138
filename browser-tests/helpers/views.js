/** The views that a page was sent over its WebSocket, off the wire: what was said, not what was drawn. */

const WAIT_MS = 20_000;

/** @type {WeakMap<import("playwright-core").Page, Views>} */
const recorded = new WeakMap();

/** Starts to record every page of a context. */
export function record(context) {
  context.on("page", (page) => recorded.set(page, new Views(page)));
}

/** What was recorded of a page. */
export function viewsOf(page) {
  return recorded.get(page);
}

/** The views of one page. A new connection, and a new document, start over. */
class Views {
  /** The newest view, or null before the first. */
  latest = null;
  /** Whose views they are, as the server says. */
  user = "";
  #waiting = new Set();

  constructor(page) {
    const forget = () => (this.latest = null);
    page.on("framenavigated", forget);
    page.on("websocket", (socket) => {
      forget();
      socket.on("framereceived", ({ payload }) => this.#take(JSON.parse(payload)));
    });
  }

  /**
   * The newest view once it is as wanted: at once, or when one comes that is.
   * @param {(view: any, user: string) => boolean} wanted
   * @param {string} what the same in words, for the message when it does not come
   */
  until(wanted, what) {
    if (this.latest && wanted(this.latest, this.user)) return Promise.resolve(this.latest);
    return new Promise((resolve, reject) => {
      const waiter = { wanted, resolve: (view) => (clearTimeout(timer), resolve(view)) };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new Error(`${this.user || "nobody"} waited in vain for ${what}; the last view: ${JSON.stringify(this.latest)}`));
      }, WAIT_MS);
      this.#waiting.add(waiter);
    });
  }

  #take(frame) {
    const isView = frame.type === "load_game" || (frame.type === "update" && frame.data.to_update === "ready");
    if (!isView) return;
    this.latest = frame.data;
    this.user = frame.user ?? this.user;
    for (const waiter of [...this.#waiting]) {
      if (!waiter.wanted(this.latest, this.user)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(this.latest);
    }
  }
}
