-- The host's own tables. Those of seatwright come by its own migrations.

-- Users and other holders of seats.
CREATE TABLE IF NOT EXISTS crm_user (
    number    INTEGER PRIMARY KEY, -- which a VACUUM keeps, as the index of names needs
    tenant    text NOT NULL,
    id        text NOT NULL,
    name      text NOT NULL,
    kind      text NOT NULL DEFAULT 'user',
    type      text NOT NULL,
    role      text NOT NULL DEFAULT 'user', -- or administrator
    password  text,                         -- by bcrypt; NULL: can't sign in
    active    INTEGER NOT NULL DEFAULT 1,
    last_seen INTEGER,
    UNIQUE (tenant, id)
);
CREATE INDEX IF NOT EXISTS crm_user_by_id ON crm_user (tenant, id, lower(name), kind) WHERE active;
CREATE INDEX IF NOT EXISTS crm_user_by_name ON crm_user (tenant, lower(name), id, kind) WHERE active;
CREATE INDEX IF NOT EXISTS crm_user_by_seen ON crm_user (tenant, last_seen, id, lower(name), kind) WHERE active;
CREATE INDEX IF NOT EXISTS crm_user_type ON crm_user (tenant, type) WHERE active;

-- What the library's directory reads names from.
CREATE VIEW IF NOT EXISTS crm_people AS
    SELECT tenant, id AS holder, kind, type, name, last_seen FROM crm_user WHERE active;

-- The parts of names, by which a search finds few of a million people at once.
CREATE VIRTUAL TABLE IF NOT EXISTS crm_parts USING fts5 (tenant UNINDEXED, holder UNINDEXED, text, tokenize = 'trigram', detail = 'none');
CREATE TRIGGER IF NOT EXISTS crm_parts_insert AFTER INSERT ON crm_user WHEN new.active BEGIN
    INSERT INTO crm_parts (rowid, tenant, holder, text) VALUES (new.rowid, new.tenant, new.id, new.name || char(10) || new.id);
END;
CREATE TRIGGER IF NOT EXISTS crm_parts_update AFTER UPDATE OF tenant, id, name, active ON crm_user BEGIN
    DELETE FROM crm_parts WHERE rowid = old.rowid;
    INSERT INTO crm_parts (rowid, tenant, holder, text) SELECT new.rowid, new.tenant, new.id, new.name || char(10) || new.id WHERE new.active;
END;
CREATE TRIGGER IF NOT EXISTS crm_parts_delete AFTER DELETE ON crm_user BEGIN
    DELETE FROM crm_parts WHERE rowid = old.rowid;
END;
INSERT INTO crm_parts (rowid, tenant, holder, text)
    SELECT rowid, tenant, id, name || char(10) || id FROM crm_user WHERE active AND NOT EXISTS (SELECT 1 FROM crm_parts);

-- Sessions, by the digest of their token.
CREATE TABLE IF NOT EXISTS crm_session (
    session BLOB NOT NULL PRIMARY KEY,
    tenant  text NOT NULL,
    person  text NOT NULL,
    expires INTEGER NOT NULL -- seconds since 1970
);

-- Before, what administrators have chosen for an offer was the host's to keep.
DROP TABLE IF EXISTS crm_choice;
DROP TABLE IF EXISTS crm_tick;

-- Modules that are being assigned to many, or released.
CREATE TABLE IF NOT EXISTS crm_order (
    tenant   text NOT NULL,
    id       text NOT NULL,
    job      text NOT NULL, -- as JSON
    finished INTEGER NOT NULL,
    updated  INTEGER NOT NULL, -- seconds since 1970
    PRIMARY KEY (tenant, id)
);
-- Before, a column each.
DROP TABLE IF EXISTS crm_job;

-- Only the demo's: what its vendors have published, their keys, and switches.
CREATE TABLE IF NOT EXISTS crm_demo (
    tenant text NOT NULL,
    name   text NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (tenant, name)
);
