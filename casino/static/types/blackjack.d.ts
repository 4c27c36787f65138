// Generated from the Rust types of blackjack by `cargo run -- types`; do not edit.
export type AddedEntropy = { 
/**
 * The player's name.
 */
player: string, 
/**
 * The text.
 */
text: string, };
export type Card = string;
export type Chips = string;
export type Dealer = { 
/**
 * The cards; `2B` lies face down.
 */
hand: Array<string>, 
/**
 * What the open ones count.
 */
value: number, };
export type Hand = { 
/**
 * Whose it is.
 */
player: string, 
/**
 * Its cards.
 */
hand: Array<Card>, 
/**
 * What they count.
 */
value: number, 
/**
 * What is staked on it.
 */
bet: Chips, 
/**
 * What is staked besides on a blackjack of the dealer's, through the ending.
 */
insurance: Chips | null, 
/**
 * What its player has chosen under an ace, until the dealer has looked: it is played then.
 */
chosen: Move | null, 
/**
 * How it came out, once it is settled.
 */
outcome: Outcome | null, 
/**
 * Whether it takes no more cards, and nothing is asked about it.
 */
ready: boolean, 
/**
 * Whether it is the one its player plays now.
 */
active: boolean, };
export type Move = "hit" | "stay" | "double" | "split" | "insurance" | "surrender";
export type NextShoe = { 
/**
 * Its number.
 */
number: number, 
/**
 * The hash of its seed.
 */
hash: string, 
/**
 * What players have added to it so far.
 */
entropy: Array<AddedEntropy>, };
export type Outcome = "Blackjack" | "Win" | "Push" | "Loss" | "Player Bust" | "Dealer Bust" | "Surrender";
export type Player = { 
/**
 * The player's name.
 */
player: string, 
/**
 * The round's first bet, through its ending.
 */
bet: Chips, 
/**
 * Whether the table need not wait for this player.
 */
ready: boolean, 
/**
 * Until when the table waits for this player's next move: milliseconds since 1970; left out while it does not.
 */
deadline?: number, };
export type Shoe = { 
/**
 * The number of the shoe that is dealt from; none before the first deal.
 */
number: number | null, 
/**
 * The hash of its seed, which was public before its first card.
 */
hash: string | null, 
/**
 * How many cards are left in it.
 */
cards_left: number, 
/**
 * The shoe after it.
 */
next: NextShoe | null, };
export type SpentShoe = { 
/**
 * Its number at its table: 1, 2, 3 …
 */
number: number, 
/**
 * The name of its table: 16 bytes in hexadecimal.
 */
table: string, 
/**
 * What was public of the seed from the first: 32 bytes in hexadecimal.
 */
hash: string, 
/**
 * The seed: 32 bytes in hexadecimal.
 */
seed: string, 
/**
 * What players mixed in, in the order in which it counts.
 */
entropy: Array<AddedEntropy>, 
/**
 * How many decks it was made of.
 */
decks: number, 
/**
 * The cards that were not in it, since they lay on the table.
 */
without: Array<Card>, 
/**
 * The cards that were dealt, in this order.
 */
dealt: Array<Card>, };
export type Stage = "betting" | "dealing" | "ending";
export type Update = { "to_update": "ready" } & View | { "to_update": "balance", 
/**
 * The amount.
 */
balance: Chips, };
export type Action = { "type": "place_bet", "data": { bet: Chips, } } | { "type": "ready_up", "data": { ready: "0" | "1" | boolean, } } | { "type": "action", "data": { move: Move, } } | { "type": "add_entropy", "data": { text: string, } } | { "type": "request_user_balance" };
export type Event = { "type": "update", "data": Update } | { "type": "shoe_spent", "data": SpentShoe };
export type View = { 
/**
 * Where the round stands.
 */
stage: Stage, 
/**
 * Those who play, in the order of their seats.
 */
players: Array<Player>, 
/**
 * The names of those who watch.
 */
spectating: Array<string>, 
/**
 * The names of those who wait for the next round.
 */
waiting: Array<string>, 
/**
 * The hands, in the order of the seats; none before the deal.
 */
hands: Array<Hand>, 
/**
 * The dealer's cards; left out before the deal.
 */
dealer?: Dealer, 
/**
 * Where cards come from, and what is public of it.
 */
shoe: Shoe, 
/**
 * What this viewer may do: types of messages, and in the dealing the moves of `action`.
 */
legal: Array<string>, 
/**
 * The move that basic strategy advises this viewer for the active hand; nothing where the viewer has none.
 */
hint: Move | null, 
/**
 * Until when this viewer, or else the table, may take its time: milliseconds since 1970.
 */
deadline: number | null, };
