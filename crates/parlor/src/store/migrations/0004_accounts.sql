-- When an account was deleted: its row stays under another name, since records and the ledger know it by its id. And how often
-- its password was changed, so that no log-in with the one before is made afterwards.
ALTER TABLE accounts ADD COLUMN deleted BIGINT;
ALTER TABLE accounts ADD COLUMN passwords BIGINT NOT NULL DEFAULT 0;

-- What opened the log-in, in a word or two: Firefox on Linux.
ALTER TABLE tokens ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- What somebody has said is deleted with the account.
CREATE INDEX chat_by_player ON chat (player);

-- Deleted accounts that may still have something at stake, by session: what comes of it goes to the mint.
CREATE TABLE departures (
    account TEXT NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (account, session)
);

-- Limits that players have set themselves. A value that is missing is no limit; `…_next` holds from `…_from` on, where that
-- is given.
CREATE TABLE self_limits (
    account TEXT PRIMARY KEY,
    loss BIGINT,
    loss_next BIGINT,
    loss_from BIGINT,
    minutes BIGINT,
    minutes_next BIGINT,
    minutes_from BIGINT
);

-- How long those have played who have a limit of time, on a day of UTC, counted from 1970.
CREATE TABLE play_times (
    account TEXT PRIMARY KEY,
    day BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL
);
