-- How long somebody was at a project's machines, by day of UTC (days since 1970), and since when somebody is.
CREATE TABLE attended (
    project TEXT NOT NULL,
    day BIGINT NOT NULL,
    ms BIGINT NOT NULL,
    PRIMARY KEY (project, day)
);
CREATE TABLE attending (
    build TEXT NOT NULL PRIMARY KEY,
    project TEXT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX attending_by_project ON attending (project);
