-- A template: a view by which a Directory finds people with their names, and the
-- indexes that its pages are read off. Put it into a migration of the host's,
-- with its names in the places of people, users and their columns. The tenant
-- may be a constant. Where the view has an expression, such as id::text, so have
-- the indexes. They have no condition, as the planner would not know then how
-- many names there are.
--
-- One row for each person that the host has now. last_seen is a timestamptz, and
-- NULL for who never was.

-- Creating indexes keeps writers of users waiting; in production, rather create
-- them CONCURRENTLY, outside of a transaction.
SET LOCAL lock_timeout = '5s';

CREATE VIEW people AS
    SELECT tenant, id AS holder, 'user'::text AS kind, type, name, last_seen FROM users WHERE active;

CREATE INDEX users_by_id ON users (tenant, id);
CREATE INDEX users_by_name ON users (tenant, lower(name), id);
CREATE INDEX users_by_last_seen ON users (tenant, last_seen, id);

-- A search that finds less than a page reads every name of the tenant. The
-- indexes of an extension prevent that:
--
-- CREATE EXTENSION pg_trgm;
-- CREATE INDEX users_name_parts ON users USING gin (lower(name) gin_trgm_ops);
-- CREATE INDEX users_id_parts ON users USING gin (lower(id) gin_trgm_ops);
