// Generated from the Rust types of tic-tac-toe by `cargo run -- types`; do not edit.
export type Seat = number;
export type Action = { "type": "place", "data": { cell: number, } };
export type Event = never;
export type View = { cells: [Seat | null, Seat | null, Seat | null, Seat | null, Seat | null, Seat | null, Seat | null, Seat | null, Seat | null], turn: Seat, winner: Seat | null, players: [string | null, string | null], };
