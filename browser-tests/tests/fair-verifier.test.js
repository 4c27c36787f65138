/** The verifier of the page of proofs, by itself: its parts against published vectors, and what it must refuse. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { shoesOf } from "../../crates/parlor/static/fair-proofs.js";
import { chacha20, faultsOf, hmacSha256, redeal, sealOf, sha256, toHex } from "../../crates/parlor/static/fair-verifier.js";

const VECTORS = JSON.parse(await readFile(new URL("../../docs/fairness-vectors.json", import.meta.url), "utf8"));
const utf8 = new TextEncoder();

test("SHA-256 and HMAC are those of node, whatever the length", () => {
  assert.equal(toHex(sha256(utf8.encode("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (let length = 0; length <= 200; length += 1) {
    const message = Uint8Array.from({ length }, (_, place) => (place * 7 + length) % 256);
    assert.equal(toHex(sha256(message)), createHash("sha256").update(message).digest("hex"), `${length} bytes`);
    const key = sha256(message);
    assert.equal(toHex(hmacSha256(key, message)), createHmac("sha256", key).update(message).digest("hex"), `${length} bytes`);
  }
});

test("ChaCha20 is that of RFC 8439, also in the second block", () => {
  // Appendix A.1: test vectors 1 and 2, of a key, a nonce and a counter of zeros, and the next block.
  const stream = chacha20(new Uint8Array(32));
  const words = Array.from({ length: 32 }, () => /** @type {number} */ (stream.next().value));
  assert.deepEqual(words.slice(0, 4), [0xade0b876, 0x903df1a0, 0xe56a5d40, 0x28bd8653]);
  assert.deepEqual(words.slice(16, 20), [0xbee7079f, 0x7a385155, 0x7c97ba98, 0x0d082d73]);
});

test("the published shoes are dealt as they are published", () => {
  assert.equal(VECTORS.length, 3);
  for (const shoe of VECTORS) {
    assert.equal(sealOf(shoe), shoe.hash);
    assert.deepEqual(redeal(shoe), shoe.dealt);
  }
});

test("what is not as it was promised is refused, and named", () => {
  const honest = table();
  assert.deepEqual(faultsOf(shoesOf(honest)), [null, null, null, null]);
  /** @type {[string, RegExp, (spent: any, proofs: any[]) => void][]} */
  const frauds = [
    ["a card", /^Card 7 was 2B, and the seed gives /, (spent) => (spent.dealt[6] = "2B")],
    ["two cards that changed places", /^Card 1 was /, (spent) => spent.dealt.reverse()],
    ["a card more than there is", /^Card 53 was 2C, and the seed gives none/, (spent) => spent.dealt.push("2C")],
    ["the seed", /^The hash of the seed is /, (spent) => (spent.seed = spent.seed.replace(/^f/, "e"))],
    ["the hash, with the seed", /^The hash shown with the seed/, (spent) => {
      spent.seed = "00".repeat(32);
      spent.hash = sealOf(spent);
    }],
    ["a table's name", /^The hash shown with the seed/, (spent) => (spent.table = "00".repeat(16))],
    ["a text", /shuffled with “ann: bad luck”/, (spent) => (spent.entropy[0].text = "bad luck")],
    ["a text that is left out", /shuffled with nothing/, (spent) => spent.entropy.pop()],
    ["a text that nobody added", /“eve: x”, which no player added/, (spent) => spent.entropy.push({ player: "eve", text: "x" })],
    ["the order of texts", /^A player added /, (spent) => spent.entropy.reverse()],
    ["a text, also where it is said to be added", /^Card 1 was /, (spent, proofs) => {
      for (const list of [spent.entropy, proofs[4].proof.data.entropy]) list[0].text = "bad luck";
    }],
    ["the decks", /^The shoe has 2 decks, and others of the table have 1/, (spent) => (spent.decks = 2)],
    ["cards that are left out", /^The cards that were left out/, (spent) => (spent.without = ["10H"])],
    ["a hash that was told too late", /with the first card, and not before it/, (_, proofs) => (proofs[3].seq = 9)],
    ["a text after the first card", /when nothing could be added/, (_, proofs) => (proofs[4].seq = 10)],
    ["a hash that was never told", /^No hash of shoe 2/, (_, proofs) => proofs.splice(3, 1)],
    ["another hash, told later", /^The hash of the seed is /, (spent, proofs) => {
      spent.seed = "00".repeat(32);
      proofs.push({ seq: 8, at: 0, proof: { type: "shoe_sealed", data: { number: 2, table: spent.table, hash: sealOf(spent) } } });
      proofs[3].proof.data.hash = spent.hash;
    }],
    ["cards from a shoe that was never begun", /^Cards were dealt from a shoe/, (_, proofs) => proofs.splice(5, 1)],
  ];
  for (const [what, complaint, commit] of frauds) {
    const proofs = table();
    commit(proofs.find(({ proof }) => proof.type === "shoe_spent" && proof.data.number === 2).proof.data, proofs);
    assert.match(faultsOf(shoesOf(proofs))[1] ?? "nothing is wrong", complaint, what);
  }
});

test("a shoe that is not there is missed, and what is not shown yet is not judged", () => {
  const without = table().filter(({ proof }) => proof.data.number !== 2);
  assert.match(faultsOf(shoesOf(without))[1] ?? "", /^Shoe 2 is missing/);
  const early = table().filter(({ proof }) => proof.type !== "shoe_spent");
  assert.deepEqual(faultsOf(shoesOf(early)), [null, null, null, null]);
  assert.deepEqual(shoesOf([{ seq: 1, at: 0, proof: { type: "constructor", data: {} } }]), []);
});

/** What a table with the published shoes would have made public: of two, one in mid-round, and one that was never dealt from. */
function table() {
  const [first, second] = structuredClone(VECTORS);
  const entropy = structuredClone(second.entropy);
  const without = second.dealt.slice(-3);
  const third = { ...structuredClone(first), number: 3, seed: "03".repeat(32), without, dealt: [] };
  third.hash = sealOf(third);
  third.dealt = redeal(third);
  const fourth = { ...third, number: 4, decks: 0, without: [], dealt: [] };
  fourth.hash = sealOf(fourth);
  const sealed = ({ number, table, hash }) => ({ type: "shoe_sealed", data: { number, table, hash } });
  const taken = ({ number }) => ({ type: "shoe_taken", data: { number } });
  const spent = (data) => ({ type: "shoe_spent", data });
  return [
    [1, sealed(first)],
    [5, taken(first)],
    [9, spent(first)],
    [5, sealed(second)],
    [7, { type: "entropy_added", data: { number: 2, entropy } }],
    [9, taken(second)],
    [9, sealed(third)],
    [11, taken(third)],
    [11, sealed(fourth)],
    [12, spent(second)],
    [20, spent(third)],
    [20, spent(fourth)],
  ].map(([seq, proof]) => ({ seq, at: 1_767_268_800_000, proof }));
}
