-- Where an account has said something: what it has said is deleted with it. An index of `chat` by player would be a page to write
-- for nearly every line that is said; this is one for whoever speaks at a table for the first time.
CREATE TABLE speakers (
    player TEXT NOT NULL,
    session TEXT NOT NULL REFERENCES sessions (id),
    PRIMARY KEY (player, session)
);
CREATE INDEX speakers_by_session ON speakers (session);
INSERT INTO speakers (player, session) SELECT DISTINCT player, session FROM chat;
DROP INDEX chat_by_player;
