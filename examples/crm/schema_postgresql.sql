-- The host's own tables. Those of seatwright come by its own migrations.

-- Users and other holders of seats.
CREATE TABLE IF NOT EXISTS crm_user (
    tenant    text COLLATE "C" NOT NULL,
    id        text COLLATE "C" NOT NULL,
    name      text NOT NULL,
    kind      text NOT NULL DEFAULT 'user',
    type      text NOT NULL,
    role      text NOT NULL DEFAULT 'user', -- or administrator
    password  text,                         -- by bcrypt; NULL: can't sign in
    active    boolean NOT NULL DEFAULT true,
    last_seen timestamptz,
    PRIMARY KEY (tenant, id)
);
-- Without a condition, so that the planner keeps figures of the expression.
CREATE INDEX IF NOT EXISTS crm_user_name ON crm_user (tenant, lower(name), id);
CREATE INDEX IF NOT EXISTS crm_user_seen ON crm_user (tenant, last_seen, id);
CREATE INDEX IF NOT EXISTS crm_user_type ON crm_user (tenant, type) WHERE active;

-- What the library's directory reads names from.
CREATE OR REPLACE VIEW crm_people AS
    SELECT tenant, id AS holder, kind, type, name, last_seen FROM crm_user WHERE active;

-- Sessions, by the digest of their token.
CREATE TABLE IF NOT EXISTS crm_session (
    session bytea NOT NULL PRIMARY KEY,
    tenant  text NOT NULL,
    person  text NOT NULL,
    expires bigint NOT NULL -- seconds since 1970
);

-- Before, what administrators have chosen for an offer was the host's to keep.
DROP TABLE IF EXISTS crm_choice;
DROP TABLE IF EXISTS crm_tick;

-- Modules that are being assigned to many, or released.
CREATE TABLE IF NOT EXISTS crm_order (
    tenant   text NOT NULL,
    id       text NOT NULL,
    job      text NOT NULL, -- as JSON
    finished boolean NOT NULL,
    updated  bigint NOT NULL, -- seconds since 1970
    PRIMARY KEY (tenant, id)
);
-- Before, a column each.
DROP TABLE IF EXISTS crm_job;

-- Only the demo's: what its vendors have published, their keys, and switches.
CREATE TABLE IF NOT EXISTS crm_demo (
    tenant text NOT NULL,
    name   text NOT NULL,
    value  bytea NOT NULL,
    PRIMARY KEY (tenant, name)
);
