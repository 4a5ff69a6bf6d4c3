-- Guests whom somebody has removed: nothing that was given to them opens anything any more. `by_name` is who did it.
CREATE TABLE removals (
    build TEXT NOT NULL,
    sub TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (build, sub)
);
CREATE INDEX removals_by_at ON removals (at);
