-- A template: a view by which a Directory finds people with their names, and the
-- indexes that its pages are read off. Put it into a migration of the host's,
-- with its names in the places of people, users and their columns. The tenant
-- may be a constant. An id that is no text is cast: CAST(id AS CHAR) AS holder.
--
-- One row for each person that the host has now. last_seen is a DATETIME(6) in
-- UTC, and NULL for who never was; where it is a TIMESTAMP, connections have
-- time_zone = '+00:00'. Names are ordered and searched as their column collates,
-- so that a collation whose name ends in _ci ignores the case of letters. Ids
-- that are looked up one by one are found by the index if their column collates
-- as utf8mb4_bin; those of another collation are found, but slowly.
CREATE VIEW people AS
    SELECT tenant, id AS holder, 'user' AS kind, type, name, last_seen FROM users WHERE active;

CREATE INDEX users_by_id ON users (tenant, id);
CREATE INDEX users_by_name ON users (tenant, name, id);
CREATE INDEX users_by_last_seen ON users (tenant, last_seen, id);
