/**
 * What a table made public of its shoes, put together shoe by shoe.
 *
 * @typedef {{player: string, text: string}} Entropy
 * @typedef {{number: number, table: string, hash: string, seed: string, entropy: Entropy[], decks: number,
 *   without: string[], dealt: string[]}} SpentShoe
 * @typedef {{seq: number, at: number}} Moment in the journal: the record's number, and its time in milliseconds since 1970
 * @typedef {{
 *   number: number,
 *   sealed: (Moment & {table: string, hash: string}) | null,
 *   added: (Moment & {entropy: Entropy[]})[],
 *   taken: Moment | null,
 *   spent: SpentShoe | null,
 * }} Shoe
 * @typedef {Moment & {proof: {type: string, data: any}}} Proof
 */

/**
 * The shoes of a table, in the order of their numbers; proofs of other kinds are passed over.
 * @param {readonly Proof[]} proofs
 * @returns {Shoe[]}
 */
export function shoesOf(proofs) {
  /** @type {Map<number, Shoe>} */
  const shoes = new Map();
  for (const { seq, at, proof: { type, data } } of proofs) {
    if (!Object.hasOwn(KINDS, type)) continue;
    const { number } = data;
    const shoe = shoes.get(number) ?? { number, sealed: null, added: [], taken: null, spent: null };
    shoes.set(number, shoe);
    KINDS[type](shoe, data, { seq, at });
  }
  return [...shoes.values()].sort((one, other) => one.number - other.number);
}

/** @type {Record<string, (shoe: Shoe, data: any, moment: Moment) => void>} */
const KINDS = {
  // The first hash counts: one that is told later is none that was public from the first.
  shoe_sealed: (shoe, { table, hash }, moment) => (shoe.sealed ??= { ...moment, table, hash }),
  entropy_added: (shoe, { entropy }, moment) => shoe.added.push({ ...moment, entropy }),
  shoe_taken: (shoe, _, moment) => (shoe.taken ??= moment),
  shoe_spent: (shoe, spent) => (shoe.spent ??= spent),
};
