-- Columns are TEXT, BIGINT or BYTES, which every engine reads alike; flags are 0 or 1; times are milliseconds since 1970.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in lower case: names are unique without regard to case.
    name_key TEXT NOT NULL UNIQUE,
    -- A PHC string; a guest has none.
    password TEXT,
    created BIGINT NOT NULL
);

-- What a browser's cookie or a program's bearer token is checked against: SHA-256, so that a dump can't sign in.
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL
);
CREATE INDEX tokens_by_account ON tokens (account);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    game TEXT NOT NULL,
    rules BIGINT NOT NULL,
    host TEXT,
    private BIGINT NOT NULL,
    invite TEXT,
    created BIGINT NOT NULL,
    closed BIGINT,
    -- What lists show of it, as JSON: known without replaying it.
    summary TEXT NOT NULL
);
CREATE INDEX open_sessions ON sessions (game, closed);

-- The journal. `hash` is SHA-256 of the record before, then this body: a chain that starts with the session's id.
CREATE TABLE records (
    session TEXT NOT NULL REFERENCES sessions (id),
    seq BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (session, seq)
);

-- The state after a record: a shorter way to where a session stands. The journal stays the truth: `hash` is SHA-256 of the
-- link and the body, and a snapshot that does not fit is passed over. `link` is the chain's after the record.
CREATE TABLE snapshots (
    session TEXT NOT NULL REFERENCES sessions (id),
    seq BIGINT NOT NULL,
    rules BIGINT NOT NULL,
    body TEXT NOT NULL,
    link BYTES NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (session, seq)
);

-- Chat lies beside the journal, so that it can be cleaned; its record holds the hash of the text.
CREATE TABLE chat (
    session TEXT NOT NULL REFERENCES sessions (id),
    seq BIGINT NOT NULL,
    player TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (session, seq)
);

-- The ledger. An account is player:ID, escrow:SESSION:ID, house or mint. House and mint have no balance row, which would be
-- everybody's lock: theirs is the sum of their transfers.
CREATE TABLE balances (
    account TEXT PRIMARY KEY,
    amount BIGINT NOT NULL CHECK (amount >= 0)
);
CREATE TABLE transfers (
    source TEXT NOT NULL,
    seq BIGINT NOT NULL,
    n BIGINT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    at BIGINT NOT NULL,
    PRIMARY KEY (source, seq, n)
);
CREATE INDEX transfers_by_debit ON transfers (debit);
CREATE INDEX transfers_by_credit ON transfers (credit);
