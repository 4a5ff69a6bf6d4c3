-- Where events are sent. `origin` is `config` or `api`; secrets of the former stay in the configuration.
-- `events` is empty for all kinds, else `,access.ready,session.opened,`. Times are 0 where there is none.
CREATE TABLE hooks (
    id TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL
);

-- One row for each event and each hook that it goes to. `ordinal` counts those of one build to one hook;
-- `tries` since it was queued last, `attempts` in all. Whoever sends it holds `lease` meanwhile.
CREATE TABLE deliveries (
    event TEXT NOT NULL,
    hook TEXT NOT NULL,
    build TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    lease TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    last_status BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    PRIMARY KEY (event, hook)
);
CREATE UNIQUE INDEX deliveries_in_order ON deliveries (hook, build, ordinal);
CREATE INDEX deliveries_pending ON deliveries (hook, build, ordinal) WHERE state = 'pending';
CREATE INDEX deliveries_by_build ON deliveries (build, made_at);
CREATE INDEX deliveries_by_age ON deliveries (made_at);
