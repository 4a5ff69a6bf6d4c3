-- Only TEXT and BIGINT: the same statements run on SQLite and PostgreSQL.
-- Times are milliseconds since 1970. Hashes are 64 hexadecimal digits.

CREATE TABLE builds (
    id TEXT NOT NULL PRIMARY KEY,
    ordinal BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX builds_by_ordinal ON builds (ordinal);
CREATE INDEX builds_by_closed ON builds (closed);

CREATE TABLE secrets (
    build TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (build, name)
);

-- `chain` is empty until somebody has redeemed the code.
CREATE TABLE codes (
    hash TEXT NOT NULL PRIMARY KEY,
    build TEXT NOT NULL,
    grant_doc TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    chain TEXT NOT NULL
);
CREATE INDEX codes_by_build ON codes (build);

-- One row for one tab: whoever wants to rotate or revoke contends for this row alone.
CREATE TABLE chains (
    id TEXT NOT NULL PRIMARY KEY,
    build TEXT NOT NULL,
    grant_doc TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    current TEXT NOT NULL,
    previous TEXT NOT NULL
);
CREATE INDEX chains_by_build ON chains (build);

-- Every secret that a chain has ever had, so that a replayed one is known.
CREATE TABLE renewals (
    hash TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL REFERENCES chains (id) ON DELETE CASCADE
);
CREATE INDEX renewals_by_chain ON renewals (chain);

CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    build TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    address TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_build ON audit (build, seq);

-- One row: the end of the audit's chain. Appending locks it, so rows follow one another.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
