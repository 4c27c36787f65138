-- Links that show a finished session as one who had a seat in it saw it. `hash` is SHA-256 of the link's token, so that a dump
-- opens nothing. A player has one link a session at the most.
CREATE TABLE shares (
    session TEXT NOT NULL REFERENCES sessions (id),
    account TEXT NOT NULL REFERENCES accounts (id),
    hash TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    PRIMARY KEY (session, account)
);
CREATE INDEX shares_by_account ON shares (account);
