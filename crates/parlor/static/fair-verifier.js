/**
 * Deals a shoe again from its seed, as docs/fairness.md tells it, and compares. It asks nobody and needs nothing: it runs in
 * any page and in node, also where a browser offers no `crypto.subtle` since the page came over plain http.
 *
 * It was written by that document, and shares no code with the table that deals.
 */

/** @import {Shoe, SpentShoe} from "./fair-proofs.js" */

const utf8 = new TextEncoder();

/** What SHA-256 starts with and adds in each round: the fractions of the roots of the first primes, as 32 bits. */
const [START, ROUND] = rootsOfPrimes();

function rootsOfPrimes() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  /** @type {(root: number) => number} */
  const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) >>> 0;
  return [primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime))), primes.map((prime) => fraction(Math.cbrt(prime)))];
}

/**
 * SHA-256, as FIPS 180-4 has it.
 * @param {Uint8Array} message
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function sha256(message) {
  const padded = new DataView(new ArrayBuffer(Math.ceil((message.length + 9) / 64) * 64));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setBigUint64(padded.byteLength - 8, BigInt(message.length) * 8n);
  const state = Uint32Array.from(START);
  for (let block = 0; block < padded.byteLength; block += 64) compress(state, padded, block);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => digest.setUint32(place * 4, word));
  return new Uint8Array(digest.buffer);
}

/**
 * @param {Uint32Array} state
 * @param {DataView} bytes
 * @param {number} offset
 */
function compress(state, bytes, offset) {
  /** @type {(word: number, bits: number) => number} */
  const right = (word, bits) => (word >>> bits) | (word << (32 - bits));
  const schedule = new Uint32Array(64);
  for (let round = 0; round < 64; round += 1) {
    if (round < 16) {
      schedule[round] = bytes.getUint32(offset + round * 4);
      continue;
    }
    const [early, late] = [schedule[round - 15], schedule[round - 2]];
    const low = right(early, 7) ^ right(early, 18) ^ (early >>> 3);
    const high = right(late, 17) ^ right(late, 19) ^ (late >>> 10);
    schedule[round] = schedule[round - 16] + low + schedule[round - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let round = 0; round < 64; round += 1) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + choice + ROUND[round] + schedule[round]) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => (state[place] += word));
}

/**
 * HMAC with SHA-256, as RFC 2104 has it.
 * @param {Uint8Array} key at most 64 bytes
 * @param {Uint8Array} message
 */
export function hmacSha256(key, message) {
  /** @type {(pad: number) => Uint8Array} */
  const padded = (pad) => Uint8Array.from({ length: 64 }, (_, place) => (key[place] ?? 0) ^ pad);
  return sha256(joined(padded(0x5c), sha256(joined(padded(0x36), message))));
}

/**
 * The words of ChaCha20's key stream, as RFC 8439 has it with a nonce of zeros and a counter from zero.
 * @param {Uint8Array} key 32 bytes
 */
export function* chacha20(key) {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const start = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  for (let word = 0; word < 8; word += 1) start[4 + word] = view.getUint32(word * 4, true);
  for (; ; start[12] += 1) {
    const block = start.slice();
    for (let twice = 0; twice < 10; twice += 1) {
      for (let column = 0; column < 4; column += 1) quarter(block, column, column + 4, column + 8, column + 12);
      for (let shift = 0; shift < 4; shift += 1) {
        quarter(block, shift, 4 + ((shift + 1) % 4), 8 + ((shift + 2) % 4), 12 + ((shift + 3) % 4));
      }
    }
    for (let word = 0; word < 16; word += 1) yield (block[word] + start[word]) >>> 0;
  }
}

/**
 * @param {Uint32Array} block
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 */
function quarter(block, a, b, c, d) {
  /** @type {(into: number, of: number, turned: number, bits: number) => void} */
  const step = (into, of, turned, bits) => {
    block[into] += block[of];
    const word = block[turned] ^ block[into];
    block[turned] = (word << bits) | (word >>> (32 - bits));
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}

/**
 * What must have been public of a seed before anything was drawn from it.
 * @param {{table: string, number: number, seed: string}} sealed
 */
export function sealOf({ table, number, seed }) {
  return toHex(sha256(joined(utf8.encode("parlor/seal/1"), fromHex(table), uint32(number), fromHex(seed))));
}

/**
 * All cards of a shoe, in the order in which they are dealt.
 * @param {SpentShoe} shoe
 */
export function redeal({ table, number, seed, entropy, decks, without }) {
  const texts = entropy.map(({ text }) => utf8.encode(text)).flatMap((text) => [uint32(text.length), text]);
  const message = joined(utf8.encode("parlor/key/1"), fromHex(table), uint32(number), ...texts);
  const stream = chacha20(hmacSha256(fromHex(seed), message));
  const cards = deck(decks);
  for (const card of without) {
    const place = cards.indexOf(card);
    if (place >= 0) cards.splice(place, 1);
  }
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = below(stream, last + 1);
    [cards[last], cards[other]] = [cards[other], cards[last]];
  }
  return cards.reverse();
}

/** @param {number} decks */
function deck(decks) {
  const ranks = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A"];
  const one = [..."CDHS"].flatMap((suit) => ranks.map((rank) => rank + suit));
  return Array.from({ length: decks }, () => one).flat();
}

/**
 * A number below `n`, each as likely: words beyond the last whole multiple of `n` are thrown away.
 * @param {Generator<number, void>} stream
 * @param {number} n
 */
function below(stream, n) {
  const whole = 0x100000000 - (0x100000000 % n);
  for (;;) {
    const word = /** @type {number} */ (stream.next().value);
    if (word < whole) return word % n;
  }
}

/**
 * What is wrong with each shoe of a table, as a sentence; null where all of it is as it must be, or not shown yet.
 * @param {readonly Shoe[]} shoes all of a table, in their order
 * @returns {(string | null)[]}
 */
export function faultsOf(shoes) {
  /** @type {string[]} */
  const dealt = [];
  const decks = shoes.find(({ taken, spent }) => taken && spent)?.spent?.decks;
  return shoes.map((shoe, place) => {
    const { spent, taken } = shoe;
    if (shoe.number !== place + 1) return `Shoe ${place + 1} is missing.`;
    if (!spent) return null;
    const before = dealt.slice(dealt.length - spent.without.length);
    dealt.push(...spent.dealt);
    const fault = faultOfSeal(shoe) ?? faultOfEntropy(shoe) ?? (taken ? null : faultOfUnused(spent));
    if (fault || !taken) return fault;
    if (spent.decks !== decks) return `The shoe has ${spent.decks} decks, and others of the table have ${decks}.`;
    if (!sameCards(spent.without, before)) return "The cards that were left out are not those dealt right before.";
    return faultOfCards(spent);
  });
}

/**
 * The hash was public before anything was dealt, and it is the seed's.
 * @param {Shoe} shoe
 */
function faultOfSeal({ number, sealed, taken, spent }) {
  if (!spent) return null;
  if (!sealed) return `No hash of shoe ${number} was public before its seed.`;
  if (spent.hash !== sealed.hash || spent.table !== sealed.table) {
    return `The hash shown with the seed is not the one that was public, ${sealed.hash}.`;
  }
  const hash = sealOf(spent);
  if (hash !== sealed.hash) return `The hash of the seed is ${hash}, and not the one that was public, ${sealed.hash}.`;
  return taken && taken.seq <= sealed.seq ? "The hash became public with the first card, and not before it." : null;
}

/**
 * What players added, while they could, is what was mixed in.
 * @param {Shoe} shoe
 */
function faultOfEntropy({ sealed, added, taken, spent }) {
  if (!spent || !sealed) return null;
  if (added.some(({ seq }) => seq < sealed.seq || (taken && seq >= taken.seq))) {
    return "A text was added when nothing could be added.";
  }
  /** @type {(entropy: readonly {player: string, text: string}[]) => string[]} */
  const lines = (entropy) => entropy.map(({ player, text }) => `${player}: ${text}`);
  const [texts, used] = [lines(added.at(-1)?.entropy ?? []), lines(spent.entropy)];
  const other = texts.findIndex((text, place) => text !== used[place]);
  if (other >= 0) return `A player added “${texts[other]}”, and the shoe was shuffled with ${quoted(used[other])}.`;
  return used.length > texts.length ? `The shoe was shuffled with ${quoted(used[texts.length])}, which no player added.` : null;
}

/** @param {SpentShoe} spent */
function faultOfUnused({ dealt }) {
  return dealt.length > 0 ? "Cards were dealt from a shoe that was never begun." : null;
}

/**
 * Every card that was dealt is the one that the seed gives.
 * @param {SpentShoe} spent
 */
function faultOfCards(spent) {
  const cards = redeal(spent);
  const place = spent.dealt.findIndex((card, place) => card !== cards[place]);
  return place < 0 ? null : `Card ${place + 1} was ${spent.dealt[place]}, and the seed gives ${cards[place] ?? "none"}.`;
}

/**
 * The same cards, in any order.
 * @param {readonly string[]} some
 * @param {readonly string[]} others
 */
function sameCards(some, others) {
  return [...some].sort().join() === [...others].sort().join();
}

/** @param {string | undefined} text */
function quoted(text) {
  return text === undefined ? "nothing" : `“${text}”`;
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @param {number} value */
function uint32(value) {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** @param {string} text */
function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
