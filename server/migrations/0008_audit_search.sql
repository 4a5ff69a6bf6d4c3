-- What the audit is searched by. REPLACE: without its Z a time sorts as text, with a fraction or without.
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_action ON audit (action, seq);
CREATE INDEX audit_by_outcome ON audit (outcome, seq);
CREATE INDEX audit_by_address ON audit (address, seq);
CREATE INDEX audit_by_time ON audit (REPLACE(at, 'Z', ''), seq);

-- What builds are searched by: `search` has id, number, title, project, branch and who started it, in lower
-- case, one a line. It is empty in rows of an older server until this one has filled them in.
ALTER TABLE builds ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE builds ADD COLUMN progress TEXT NOT NULL DEFAULT '';
ALTER TABLE builds ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX builds_by_project ON builds (project, ordinal);
CREATE INDEX builds_by_progress ON builds (progress, ordinal);
CREATE INDEX builds_open ON builds (closed, ordinal);
CREATE INDEX builds_unsearchable ON builds (id) WHERE search = '';

-- Who may administer until when. Codes and chains of renewals lead here; `build` is empty in theirs.
CREATE TABLE admins (
    id TEXT NOT NULL PRIMARY KEY,
    sub TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX admins_by_sub ON admins (sub);
