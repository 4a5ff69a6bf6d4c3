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
ALTER TABLE builds ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX builds_by_project ON builds (project, ordinal);
CREATE INDEX builds_by_start ON builds (started_at, ordinal);
CREATE INDEX builds_by_progress ON builds (progress, ordinal);
CREATE INDEX builds_open ON builds (closed, ordinal);
CREATE INDEX builds_unsearchable ON builds (id) WHERE search = '';

-- Who may administer until when. `code` begins it; from then on `current`, empty before, renews it.
CREATE TABLE admins (
    id TEXT NOT NULL PRIMARY KEY,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    code TEXT NOT NULL,
    code_until BIGINT NOT NULL,
    current TEXT NOT NULL,
    previous TEXT NOT NULL
);
CREATE INDEX admins_by_sub ON admins (sub);
CREATE INDEX admins_by_code ON admins (code);
CREATE INDEX admins_by_current ON admins (current);
CREATE INDEX admins_by_previous ON admins (previous);

-- Every secret that an administrator's page has ever had, so that a replayed one is known.
CREATE TABLE admin_renewals (
    hash TEXT NOT NULL PRIMARY KEY,
    admin TEXT NOT NULL REFERENCES admins (id) ON DELETE CASCADE
);
CREATE INDEX admin_renewals_by_admin ON admin_renewals (admin);
