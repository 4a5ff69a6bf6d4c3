-- Share links. `offer` never changes; whatever does has a column of its own. `maker_may` is what the CI said
-- last of the maker, at `maker_said_at`. `passcode` is a slow hash, or empty.
-- `revoked` is 1 where somebody has revoked it, 2 where its time is over.
CREATE TABLE shares (
    id TEXT NOT NULL PRIMARY KEY,
    build TEXT NOT NULL,
    hash TEXT NOT NULL,
    passcode TEXT NOT NULL,
    maker TEXT NOT NULL,
    maker_name TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    offer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    maker_may TEXT NOT NULL,
    maker_said_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    misses BIGINT NOT NULL,
    braked_until BIGINT NOT NULL
);
CREATE INDEX shares_by_build ON shares (build, made_at);
CREATE INDEX shares_by_expires_at ON shares (expires_at);

-- Guests who ask to be let in. `renewal` is the hash of the secret with which they come back for the answer.
CREATE TABLE share_requests (
    share TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    renewal TEXT NOT NULL UNIQUE,
    guest TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (share, number)
);
