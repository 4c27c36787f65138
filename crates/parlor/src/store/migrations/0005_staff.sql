-- Who is of the staff, and who is shut out: since when, until when (nothing: until a member of staff lifts it), and what for.
ALTER TABLE accounts ADD COLUMN staff BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN banned BIGINT;
ALTER TABLE accounts ADD COLUMN banned_until BIGINT;
ALTER TABLE accounts ADD COLUMN banned_for TEXT;
CREATE INDEX accounts_apart ON accounts (name_key) WHERE staff = 1 OR banned IS NOT NULL;

-- What staff did. It is only ever added to. `staff` is nothing where it was done on the command line; `name`, and `about` where
-- it is a player's name, are those of then, and the accounts may be gone.
CREATE TABLE audit (
    n BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    staff TEXT,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    -- An account's or a session's id.
    subject TEXT NOT NULL,
    about TEXT NOT NULL,
    reason TEXT NOT NULL,
    until BIGINT
);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'what was done is not changed');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'what was done is kept');
END;
