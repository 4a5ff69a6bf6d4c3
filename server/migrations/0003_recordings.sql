-- What was recorded, so that it is found when its session is gone, and deleted when its time is over.
-- `ended_at` is 0 while it is being written, or where the server went down meanwhile.

CREATE TABLE recordings (
    session TEXT NOT NULL PRIMARY KEY,
    build TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
CREATE INDEX recordings_by_build ON recordings (build, began_at);
CREATE INDEX recordings_by_began_at ON recordings (began_at);
