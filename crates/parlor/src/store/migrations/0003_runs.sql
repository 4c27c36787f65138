-- What is committed goes into the log first, a row a commit: all records of that commit, in the form that log.rs tells. Now and
-- then it is folded: its records become runs in `records`, and its rows go. The last one stays, emptied, so that `n` never
-- begins anew: who writes a row that does not follow the last one is not the only one who writes. This is the row before the
-- first commit, of no records.
CREATE TABLE log (
    n BIGINT PRIMARY KEY,
    body BYTES NOT NULL
);
INSERT INTO log (n, body) VALUES (0, x'0138240e91');

-- The journal: runs of records that follow each other. `bodies` are theirs, with a line break between two. `hash` is the last
-- one's: SHA-256 of the hash before, then the body, from record to record, in a chain that starts with the session's id.
ALTER TABLE records RENAME TO single_records;
CREATE TABLE records (
    session TEXT NOT NULL REFERENCES sessions (id),
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    version BIGINT NOT NULL,
    hash BYTES NOT NULL,
    bodies TEXT NOT NULL,
    PRIMARY KEY (session, first)
);
INSERT INTO records (session, first, last, version, hash, bodies)
SELECT session, seq, seq, version, hash, body FROM single_records ORDER BY session, seq;
DROP TABLE single_records;
