/**
 * Parlor's browser client: a place at a table, over a WebSocket that comes back by itself. It speaks `parlor.v1`: what
 * was sent and not yet answered when a connection broke is sent again, and is applied once; what was told meanwhile
 * is told again.
 *
 *     import { connect } from "./parlor.js";
 *
 *     const table = connect({ game: "tic-tac-toe", session: id });
 *     table.on("load_game", (view, frame) => draw(view, frame.user));
 *     table.refused(({ message }) => alert(message));
 *     button.onclick = () => table.send("place", { cell: 4 });
 *
 * With the types that a game generates, sending and listening are checked. Import `Action`, `Event` and `View` from
 * them, and say so where the table is made: `@type {Table<Action, Event, View>}`.
 *
 * @module parlor
 */

/** Anything that crosses the wire: a type, and what belongs to it. @typedef {{type: string, data?: any, seq?: number}} Message */

/** Why something was refused or ended, for programs and for people. @typedef {{code: string, message: string}} Reason */

/**
 * How the connection is: first being opened, open, lost and being reopened, or over for good.
 * @typedef {"connecting" | "open" | "reconnecting" | "gone"} Status
 */

/**
 * The next attempt of a lost connection to come back: the how-manieth, and when, as `Date.now()` counts; null while it is made.
 * @typedef {{attempt: number, at: number | null}} Attempt
 */

/**
 * What every game accepts.
 * @typedef {{type: "load_game"} | {type: "chat_msg", data: {msg: string}} | {type: "leave"}} BuiltInAction
 */

/**
 * What every game tells: `load_game` carries the view, and the name of who looks at it.
 * @template View
 * @typedef {{type: "welcome", data: Welcome}
 *   | {type: "load_game", data: View, user: string}
 *   | {type: "chat_msg", data: {user: string, msg: string}}
 *   | {type: "error", data: Reason}} BuiltInEvent
 */

/**
 * The first frame of every connection: who one is, and whether what was missed comes next.
 * @typedef {{user: string, role: "player" | "spectator", session: string, resumed: boolean}} Welcome
 */

/**
 * The message of `Messages` that has the type `Type`; any message where the types are not known.
 * @template {Message} Messages
 * @template {string} Type
 * @typedef {string extends Type ? Message
 *   : [Extract<Messages, {type: Type}>] extends [never] ? Message
 *   : Extract<Messages, {type: Type}>} Named
 */

/**
 * The `data` of a message; `undefined` where the message has none.
 * @template {Message} M
 * @typedef {M extends {data: infer Data} ? Data : Message extends M ? any : undefined} DataOf
 */

/**
 * The arguments of `send` after the type: none where the message has no data.
 * @template {Message} M
 * @typedef {Message extends M ? [data?: any] : M extends {data: infer Data} ? [data: Data] : []} DataArguments
 */

/**
 * Where the table is, and how to come to it.
 * @typedef {object} ConnectOptions
 * @property {string} [url] the socket's address (absolute, or relative to the page), or `game` and `session`
 * @property {string} [game] the game's name
 * @property {string} [session] the session's id
 * @property {boolean} [spectate] watch, without taking a seat
 * @property {string | null} [invite] the code that opens a private session
 * @property {() => string | Promise<string>} [ticket] fetches a ticket; each works once, so it is called for every attempt
 */

/** The protocol in which frames have numbers and messages have ids. */
const PROTOCOL = "parlor.v1";

/** A message that was not answered for this long is not sent again: the game has gone on. */
const STALE_AFTER = 30_000;

/** Close codes after which there is nothing to come back to. */
const ENDINGS = new Map([
  [1000, { code: "left", message: "You left the table." }],
  [4001, { code: "signed_out", message: "You are signed out." }],
  [4009, { code: "replaced", message: "This table is open in a newer window." }],
  [4040, { code: "session_ended", message: "This table has closed." }],
]);

/** Refusals of the handshake that trying again does not mend. */
const FINAL_REFUSALS = [401, 403, 404, 409];

const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;

/** A connection that lasted this long was a good one: delays start anew after it. */
const STEADY_AFTER = 10_000;

/**
 * Comes to a table: connects, and stays connected until it is left, closed or gone.
 * @template {Message} [Action=Message]
 * @template {Message} [Event=Message]
 * @template [View=any]
 * @param {ConnectOptions} options
 * @returns {Table<Action, Event, View>}
 */
export function connect(options) {
  return new Table(addressOf(options), options.ticket);
}

/**
 * One visitor's place at one session. Made by {@link connect}.
 * @template {Message} [Action=Message]
 * @template {Message} [Event=Message]
 * @template [View=any]
 */
export class Table {
  #address;
  #ticket;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Status} */
  #status = "connecting";
  /** @type {Reason | null} */
  #reason = null;
  #failures = 0;
  /** @type {Attempt | null} */
  #next = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** The number of the last frame, to come back to. */
  #seq = -1;
  /** What was sent and not answered, by id, in the order it was sent. @type {Map<string, {message: Message, text: string, at: number}>} */
  #unanswered = new Map();
  #ids = idsOfThisPage();
  /** The id of a `leave` on its way: whoever leaves does not come back, and so take a seat, to hear that it worked. */
  #leaving = "";

  /** @type {Map<string, Set<(data: any, frame: any) => void>>} */
  #listeners = new Map();
  /** @type {Set<(frame: any) => void>} */
  #frameListeners = new Set();
  /** @type {Set<(reason: Reason, refused: Message | null) => void>} */
  #refusalListeners = new Set();
  /** @type {Set<(status: Status, reason: Reason | null, next: Attempt | null) => void>} */
  #statusListeners = new Set();
  /** @type {Set<(count: number) => void>} */
  #underWayListeners = new Set();

  /**
   * @param {URL} address
   * @param {(() => string | Promise<string>) | undefined} ticket
   */
  constructor(address, ticket) {
    this.#address = address;
    this.#ticket = ticket;
    addEventListener("online", this.#hurry);
    this.#open();
  }

  /**
   * Sends a message. While the table is not open nothing is sent or kept for later: the refusal
   * listeners hear `not_connected`, and the answer is false. What was sent is kept until it is answered, and is sent
   * again on the next connection, to be applied once.
   * @template {(Action | BuiltInAction)["type"]} Type
   * @param {Type} type
   * @param {DataArguments<Named<Action | BuiltInAction, Type>>} data
   * @returns {boolean} whether it was sent
   */
  send(type, ...data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      const message = "Not connected to the table: nothing was sent.";
      tell(this.#refusalListeners, { code: "not_connected", message }, { type, data: data[0] });
      return false;
    }
    const id = this.#ids();
    const message = { type, data: data[0] };
    const text = JSON.stringify({ ...message, id });
    this.#unanswered.set(id, { message, text, at: performance.now() });
    tell(this.#underWayListeners, this.#unanswered.size);
    if (type === "leave") this.#leaving = id;
    this.#socket.send(text);
    return true;
  }

  /**
   * Listens for one type of frame.
   * @template {(Event | BuiltInEvent<View>)["type"]} Type
   * @param {Type} type
   * @param {(data: DataOf<Named<Event | BuiltInEvent<View>, Type>>, frame: Named<Event | BuiltInEvent<View>, Type>) => void} listener
   * @returns {() => void} stops listening
   */
  on(type, listener) {
    let listeners = this.#listeners.get(type);
    if (!listeners) this.#listeners.set(type, (listeners = new Set()));
    return subscribe(listeners, listener);
  }

  /**
   * Listens for every frame, before the listeners of its type.
   * @param {(frame: Message) => void} listener
   * @returns {() => void} stops listening
   */
  frames(listener) {
    return subscribe(this.#frameListeners, listener);
  }

  /**
   * Listens for refusals, and is told what was refused: null where that is not known, or was another page's.
   * @param {(reason: Reason, refused: Message | null) => void} listener
   * @returns {() => void} stops listening
   */
  refused(listener) {
    return subscribe(this.#refusalListeners, listener);
  }

  /**
   * Listens for how the connection is, told at once and at every change. There is a reason when it is `gone`, and while
   * it is `reconnecting` each attempt is told of.
   * @param {(status: Status, reason: Reason | null, next: Attempt | null) => void} listener
   * @returns {() => void} stops listening
   */
  status(listener) {
    listener(this.#status, this.#reason, this.#next);
    return subscribe(this.#statusListeners, listener);
  }

  /**
   * Listens for how many messages were sent and are not answered yet.
   * @param {(count: number) => void} listener
   * @returns {() => void} stops listening
   */
  underWay(listener) {
    return subscribe(this.#underWayListeners, listener);
  }

  /** Makes the next attempt to come back now, instead of when its time comes. */
  hurry() {
    this.#hurry();
  }

  /** Closes the connection for good. The seat is kept for its grace time; send `leave` to give it up. */
  close() {
    this.#end({ code: "closed", message: "The connection was closed." });
  }

  async #open() {
    const address = new URL(this.#address);
    if (this.#ticket) {
      try {
        address.searchParams.set("ticket", await this.#ticket());
      } catch {
        return this.#retry();
      }
      if (this.#status === "gone") return;
    }
    if (this.#seq >= 0) address.searchParams.set("after", String(this.#seq));
    const socket = new WebSocket(address, PROTOCOL);
    let openedAt = 0;
    socket.onopen = () => {
      openedAt = performance.now();
      this.#become("open");
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (this.#status === "gone") return;
      if (!openedAt) return this.#askWhy(address);
      const ending = ENDINGS.get(this.#leaving ? 1000 : code);
      if (ending) return this.#end(ending);
      if (performance.now() - openedAt > STEADY_AFTER) this.#failures = 0;
      this.#retry();
    };
    this.#socket = socket;
  }

  /**
   * Browsers hide why a socket was refused; a plain GET of the same address tells.
   * @param {URL} address
   */
  async #askWhy(address) {
    let answer;
    try {
      answer = await fetch(withScheme(address, "http"), { cache: "no-store" });
    } catch {
      return this.#retry();
    }
    if (!FINAL_REFUSALS.includes(answer.status)) {
      return this.#retry(Number(answer.headers.get("retry-after")) * 1000 || 0);
    }
    const problem = await answer.json().catch(() => ({}));
    this.#end({
      code: problem.code ?? `http_${answer.status}`,
      message: problem.detail ?? problem.title ?? "The table cannot be reached.",
    });
  }

  /**
   * Tries again after a random time below a bound that doubles, so that many clients do not come back at once.
   * @param {number} [atLeast] milliseconds that the server asked for
   */
  #retry(atLeast = 0) {
    if (this.#status === "gone") return;
    const bound = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    this.#failures += 1;
    const wait = atLeast + Math.random() * bound;
    this.#timer = setTimeout(this.#hurry, wait);
    this.#become("reconnecting", null, { attempt: this.#failures, at: Date.now() + wait });
  }

  /** Ends the wait for the next attempt, if there is one. */
  #hurry = () => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#become("reconnecting", null, { attempt: this.#failures, at: null });
    this.#open();
  };

  /** @param {Message} frame */
  #receive(frame) {
    if (frame.seq !== undefined) this.#seq = frame.seq;
    if (frame.type === "welcome") this.#sendAgain();
    const answered = frame.type === "ack" || frame.type === "error" ? this.#answered(frame.data.id) : null;
    if (frame.type === "error" && frame.data.id === this.#leaving) this.#leaving = "";
    tell(this.#frameListeners, frame);
    if (frame.type === "error") tell(this.#refusalListeners, frame.data, answered);
    tell(this.#listeners.get(frame.type) ?? [], frame.data, frame);
  }

  /**
   * Takes note of an answer, and gives the message that it answers.
   * @param {string | undefined} id
   * @returns {Message | null}
   */
  #answered(id) {
    const sent = this.#unanswered.get(id ?? "");
    if (!sent) return null;
    this.#unanswered.delete(id ?? "");
    tell(this.#underWayListeners, this.#unanswered.size);
    return sent.message;
  }

  /** Sends again what was not answered on the last connection, but for moves that nobody remembers having made. */
  #sendAgain() {
    for (const [id, { text, at }] of this.#unanswered) {
      if (performance.now() - at > STALE_AFTER) this.#answered(id);
      else this.#socket?.send(text);
    }
  }

  /** @param {Reason} reason */
  #end(reason) {
    if (this.#status === "gone") return;
    removeEventListener("online", this.#hurry);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#become("gone", reason);
    this.#socket?.close();
  }

  /**
   * @param {Status} status
   * @param {Reason | null} [reason]
   * @param {Attempt | null} [next]
   */
  #become(status, reason = null, next = null) {
    if (this.#status === status && this.#next === next) return;
    this.#status = status;
    this.#reason = reason;
    this.#next = next;
    tell(this.#statusListeners, status, reason, next);
  }
}

/**
 * The socket's address with its query.
 * @param {ConnectOptions} options
 */
function addressOf({ url, game, session, spectate, invite }) {
  const path = url ?? `/ws/${game}/${session}/`;
  const address = withScheme(new URL(path, location.href), "ws");
  if (spectate) address.searchParams.set("spectate", "true");
  if (invite) address.searchParams.set("invite", invite);
  return address;
}

/**
 * The address in the family of `http` or of `ws`, as secure as it was.
 * @param {URL} address
 * @param {"http" | "ws"} family
 */
function withScheme(address, family) {
  const changed = new URL(address);
  changed.protocol = /^(https|wss):$/.test(address.protocol) ? `${family}s:` : `${family}:`;
  return changed;
}

/**
 * Ids for the messages of this page, which no other page of the same player makes.
 * @returns {() => string}
 */
function idsOfThisPage() {
  const page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (word) => word.toString(36)).join("");
  let sent = 0;
  return () => `${page}-${(sent += 1)}`;
}

/**
 * @template Listener
 * @param {Set<Listener>} listeners
 * @param {Listener} listener
 */
function subscribe(listeners, listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Tells every listener; one that throws is reported and does not keep it from the others.
 * @template {unknown[]} Arguments
 * @param {Iterable<(...told: Arguments) => void>} listeners
 * @param {Arguments} told
 */
function tell(listeners, ...told) {
  for (const listener of [...listeners]) {
    try {
      listener(...told);
    } catch (error) {
      reportError(error);
    }
  }
}
