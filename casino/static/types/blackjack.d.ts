// Generated from the Rust types; do not edit.

export type Move = "hit" | "stay" | "double" | "split" | "insurance" | "surrender";

export type Action =
  | { "type": "place_bet", "data": { bet: string | number } }
  | { "type": "ready_up", "data": { ready: "0" | "1" | boolean } }
  | { "type": "action", "data": { move: Move } }
  | { "type": "request_user_balance" };

export type Event =
  | { "type": "update", "data": Update };

export type Update =
  | { to_update: "balance", balance: string }
  | View & { to_update: "ready" };

export type Stage = "betting" | "dealing" | "ending";

export type Outcome = "Blackjack" | "Win" | "Push" | "Loss" | "Player Bust" | "Dealer Bust" | "Surrender";

export type Player = { player: string, bet: string, ready: boolean };

export type Hand = {
  player: string,
  hand: string[],
  value: number,
  bet: string,
  insurance: string | null,
  outcome: Outcome | null,
  ready: boolean,
  active: boolean,
};

export type Dealer = { hand: string[], value: number };

export type View = {
  stage: Stage,
  players: Player[],
  spectating: string[],
  waiting: string[],
  hands?: Hand[],
  dealer?: Dealer,
  legal: string[],
  deadline: number | null,
};
