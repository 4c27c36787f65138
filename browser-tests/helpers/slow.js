/** A line between browser and site that can be as slow as a phone's at the edge of the network: for WebSockets too. */
import { createServer, connect } from "node:net";
import { once } from "node:events";

/** What "slow 3G" is in browsers' tools: there and back, and what goes through. */
const ROUND_TRIP_MS = 400;
const BITS_PER_MS = 400;

/** Passes bytes on to a site, at once or slowly, and counts those that come back. */
export class Line {
  /** Whether it is slow now. */
  slow = false;
  /** How many bytes the site has sent through it. */
  received = 0;
  #server;
  #site;
  #open = new Set();
  /** When each direction has room again: all connections share one line. */
  #free = { up: 0, down: 0 };

  /** Opens a line, whose address is known before that of the site at its other end. */
  static async open() {
    const line = new Line();
    line.#server = createServer((near) => line.#join(near)).listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    line.url = `http://127.0.0.1:${line.#server.address().port}`;
    return line;
  }

  /** Leads to this site from now on. */
  to(url) {
    this.#site = new URL(url);
  }

  /** Cuts all connections: nobody has one open already who comes next. */
  cut() {
    this.#open.forEach((socket) => socket.destroy());
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #join(near) {
    // A connection takes a round trip to be made, before anything goes through it.
    const from = performance.now() + (this.slow ? ROUND_TRIP_MS : 0);
    const far = connect({ host: this.#site.hostname, port: Number(this.#site.port), noDelay: true });
    near.setNoDelay(true);
    near.on("data", (bytes) => this.#pass(far, bytes, "up", from));
    far.on("data", (bytes) => {
      this.received += bytes.length;
      this.#pass(near, bytes, "down", from);
    });
    for (const [one, other] of [[near, far], [far, near]]) {
      this.#open.add(one);
      one.on("error", () => other.destroy());
      one.on("end", () => this.#later(() => other.end(), from));
      one.on("close", () => this.#open.delete(one));
    }
  }

  #pass(socket, bytes, way, from) {
    if (!this.slow) return socket.write(bytes);
    const start = Math.max(performance.now(), this.#free[way], from);
    this.#free[way] = start + (bytes.length * 8) / BITS_PER_MS;
    setTimeout(() => socket.destroyed || socket.write(bytes), this.#free[way] + ROUND_TRIP_MS / 2 - performance.now());
  }

  #later(act, from) {
    if (this.slow) setTimeout(act, Math.max(this.#free.down, this.#free.up, from) + ROUND_TRIP_MS / 2 - performance.now());
    else act();
  }
}
