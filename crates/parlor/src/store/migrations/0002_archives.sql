-- The journals of sessions that are over. `records` and `link` stay for good: how many there were, and the chain's last link,
-- by which anybody who has kept them can show that they are whole. `body` are their bodies, one a line, as a zlib stream; it
-- goes when its time is over.
CREATE TABLE archives (
    session TEXT PRIMARY KEY REFERENCES sessions (id),
    records BIGINT NOT NULL,
    link BYTES NOT NULL,
    body BYTES
);

-- How far a session that is over is on its way: 0, it has its records; 1, they are in the archive, and on their way out of
-- the journal; 2, they are in the archive alone; 3, the archive has let go of them.
ALTER TABLE sessions ADD COLUMN archived BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sessions_to_archive ON sessions (archived, closed) WHERE closed IS NOT NULL AND archived < 3;
