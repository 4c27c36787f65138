// Generated from the Rust types; do not edit.

export type Action =
  | { "type": "place", "data": { cell: number } };

export type Event = never;

export type View = {
  cells: (0 | 1 | null)[],
  turn: 0 | 1,
  winner: 0 | 1 | null,
  players: (string | null)[],
};
