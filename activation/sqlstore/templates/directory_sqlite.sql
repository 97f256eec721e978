-- A template: a view by which a Directory finds people with their names, and the
-- indexes that its pages are read off. Put it into a migration of the host's,
-- with its names in the places of people, users and their columns. The tenant
-- may be a constant. Where the view has an expression, such as CAST(id AS TEXT),
-- so have the indexes; where it has a condition, they have it too.
--
-- One row for each person that the host has now. last_seen is an integer,
-- microseconds since 1970, and NULL for who never was.
CREATE VIEW people AS
    SELECT tenant, id AS holder, 'user' AS kind, type, name, last_seen FROM users WHERE active;

-- With lower(name), so that a search reads the indexes alone.
CREATE INDEX users_by_id ON users (tenant, id, lower(name)) WHERE active;
CREATE INDEX users_by_name ON users (tenant, lower(name), id) WHERE active;
CREATE INDEX users_by_last_seen ON users (tenant, last_seen, id, lower(name)) WHERE active;
