-- Tickets with which a browser fetches a file of a machine, once. `path` is percent-encoded.
CREATE TABLE tickets (
    hash TEXT NOT NULL PRIMARY KEY,
    build TEXT NOT NULL,
    grant_doc TEXT NOT NULL,
    path TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tickets_by_build ON tickets (build);
