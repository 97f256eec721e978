-- Every key leads with the tenant, as in PostgreSQL.
-- Instants are microseconds since 1970 in UTC.

-- At which migration the tables are, and the lowest one that a program must
-- know to work with them.
CREATE TABLE seatwright_schema (
    id      integer NOT NULL PRIMARY KEY,
    version integer NOT NULL,
    minimum integer NOT NULL
) STRICT;
INSERT INTO seatwright_schema (id, version, minimum) VALUES (1, 1, 1);

-- A tenant. Every Update writes this row first, so that Updates of a tenant
-- run one after another.
CREATE TABLE seatwright_tenant (
    tenant           TEXT NOT NULL,
    revision         INTEGER NOT NULL,
    changes_since    INTEGER NOT NULL, -- the revision since which seatwright_gone is complete
    log_last         INTEGER NOT NULL, -- the last entry numbers that were given
    history_last     INTEGER NOT NULL,
    combination_last INTEGER NOT NULL,
    newest           INTEGER,
    newest_issued    INTEGER,
    due              INTEGER,
    leased_until     INTEGER,
    sampled          INTEGER,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;
CREATE INDEX seatwright_tenant_due ON seatwright_tenant (due);

-- What is kept of an owner, as a JSON object.
CREATE TABLE seatwright_owner (
    tenant TEXT NOT NULL,
    owner  TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, owner)
) STRICT, WITHOUT ROWID;

-- The signed envelopes of active licenses and pending offers.
CREATE TABLE seatwright_envelope (
    tenant   TEXT NOT NULL,
    digest   BLOB NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (tenant, digest)
) STRICT, WITHOUT ROWID;

-- The highest number that was activated for an owner and serial, for ever.
CREATE TABLE seatwright_highest (
    tenant TEXT NOT NULL,
    owner  TEXT NOT NULL,
    serial TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (tenant, owner, serial)
) STRICT, WITHOUT ROWID;

-- The census: how many holders are of a kind and type and have a set of
-- modules, which is an ordered JSON array of names without repetition. There
-- is no row with no holders.
CREATE TABLE seatwright_combination (
    tenant      TEXT NOT NULL,
    combination INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    holder_type TEXT NOT NULL,
    modules     TEXT NOT NULL,
    holders     INTEGER NOT NULL,
    PRIMARY KEY (tenant, combination)
) STRICT, WITHOUT ROWID;

-- The holders: which combination they belong to, and the revision that changed
-- them last.
CREATE TABLE seatwright_holder (
    tenant      TEXT NOT NULL,
    holder      TEXT NOT NULL,
    combination INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    PRIMARY KEY (tenant, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX seatwright_holder_combination ON seatwright_holder (tenant, combination, holder);
CREATE INDEX seatwright_holder_revision ON seatwright_holder (tenant, revision);

-- The holders who went, for snapshots that still have them.
CREATE TABLE seatwright_gone (
    tenant   TEXT NOT NULL,
    holder   TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (tenant, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX seatwright_gone_revision ON seatwright_gone (tenant, revision);

-- Activations, removals and the like; record is a JSON object.
CREATE TABLE seatwright_history (
    tenant TEXT NOT NULL,
    entry  INTEGER NOT NULL,
    at     INTEGER,
    actor  TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, entry)
) STRICT, WITHOUT ROWID;

-- Assignments that began, ended or moved.
CREATE TABLE seatwright_log (
    tenant   TEXT NOT NULL,
    entry    INTEGER NOT NULL,
    at       INTEGER,
    actor    TEXT NOT NULL,
    holder   TEXT NOT NULL,
    module   TEXT NOT NULL,
    cause    TEXT NOT NULL,
    moved_to TEXT NOT NULL,
    history  INTEGER NOT NULL,
    PRIMARY KEY (tenant, entry)
) STRICT, WITHOUT ROWID;

-- Seats of a module, day by day; a capacity of 0 may be an unrestricted one.
CREATE TABLE seatwright_sample (
    tenant       TEXT NOT NULL,
    module       TEXT NOT NULL,
    day          INTEGER NOT NULL,
    in_use       INTEGER NOT NULL,
    capacity     INTEGER NOT NULL,
    unrestricted INTEGER NOT NULL,
    PRIMARY KEY (tenant, module, day)
) STRICT, WITHOUT ROWID;
