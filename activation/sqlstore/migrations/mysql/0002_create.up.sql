-- The first file for MariaDB and MySQL, where all tables are as they are elsewhere
-- after migration 2. Each statement commits by itself, so that all of them may be
-- run again; the last one says that the tables are there.
--
-- Every key leads with the tenant, as in PostgreSQL. Texts are bytes in UTF-8: a
-- collation ignores trailing blanks, and a key has 3,072 bytes at most. Instants
-- are microseconds since 1970 in UTC.

-- At which migration the tables are, and the lowest one that a program must
-- know to work with them.
CREATE TABLE IF NOT EXISTS seatwright_schema (
    id      INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    minimum INTEGER NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A tenant. Every Update writes this row first, so that Updates of a tenant
-- run one after another.
CREATE TABLE IF NOT EXISTS seatwright_tenant (
    tenant           VARBINARY(255) NOT NULL,
    revision         BIGINT NOT NULL,
    changes_since    BIGINT NOT NULL, -- the revision since which seatwright_gone is complete
    log_last         BIGINT NOT NULL, -- the last entry numbers that were given
    history_last     BIGINT NOT NULL,
    combination_last BIGINT NOT NULL,
    newest           BIGINT,
    newest_issued    BIGINT,
    due              BIGINT,
    leased_until     BIGINT,
    sampled          BIGINT,
    leased_by        LONGBLOB NOT NULL DEFAULT (''), -- who has claimed the due checks
    look             BIGINT, -- when to look next at what needs attention
    notes            LONGBLOB NOT NULL DEFAULT (''), -- what the engine has noted of it
    PRIMARY KEY (tenant),
    INDEX seatwright_tenant_due (due)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What is kept of an owner, as a JSON object.
CREATE TABLE IF NOT EXISTS seatwright_owner (
    tenant VARBINARY(255) NOT NULL,
    owner  VARBINARY(1000) NOT NULL,
    record LONGBLOB NOT NULL,
    PRIMARY KEY (tenant, owner)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The signed envelopes of active licenses and pending offers.
CREATE TABLE IF NOT EXISTS seatwright_envelope (
    tenant   VARBINARY(255) NOT NULL,
    digest   VARBINARY(32) NOT NULL,
    envelope LONGBLOB NOT NULL,
    PRIMARY KEY (tenant, digest)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The highest number that was activated for an owner and serial, for ever.
CREATE TABLE IF NOT EXISTS seatwright_highest (
    tenant VARBINARY(255) NOT NULL,
    owner  VARBINARY(1000) NOT NULL,
    serial VARBINARY(1000) NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (tenant, owner, serial)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The census: how many holders are of a kind and type and have a set of
-- modules, which is an ordered JSON array of names without repetition. There
-- is no row with no holders.
CREATE TABLE IF NOT EXISTS seatwright_combination (
    tenant      VARBINARY(255) NOT NULL,
    combination BIGINT NOT NULL,
    kind        LONGBLOB NOT NULL,
    holder_type LONGBLOB NOT NULL,
    modules     LONGBLOB NOT NULL,
    holders     BIGINT NOT NULL,
    PRIMARY KEY (tenant, combination)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The holders: which combination they belong to, and the revision that changed
-- them last.
CREATE TABLE IF NOT EXISTS seatwright_holder (
    tenant      VARBINARY(255) NOT NULL,
    holder      VARBINARY(255) NOT NULL,
    combination BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    PRIMARY KEY (tenant, holder),
    INDEX seatwright_holder_revision (tenant, revision),
    INDEX seatwright_holder_combination (tenant, combination, holder)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The holders who went, for snapshots that still have them.
CREATE TABLE IF NOT EXISTS seatwright_gone (
    tenant   VARBINARY(255) NOT NULL,
    holder   VARBINARY(255) NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant, holder),
    INDEX seatwright_gone_revision (tenant, revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Activations, removals and the like; record is a JSON object.
CREATE TABLE IF NOT EXISTS seatwright_history (
    tenant VARBINARY(255) NOT NULL,
    entry  BIGINT NOT NULL,
    at     BIGINT,
    actor  LONGBLOB NOT NULL,
    record LONGBLOB NOT NULL,
    PRIMARY KEY (tenant, entry)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Assignments that began, ended or moved.
CREATE TABLE IF NOT EXISTS seatwright_log (
    tenant   VARBINARY(255) NOT NULL,
    entry    BIGINT NOT NULL,
    at       BIGINT,
    actor    LONGBLOB NOT NULL,
    holder   LONGBLOB NOT NULL,
    module   LONGBLOB NOT NULL,
    cause    LONGBLOB NOT NULL,
    moved_to LONGBLOB NOT NULL,
    history  BIGINT NOT NULL,
    PRIMARY KEY (tenant, entry)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Seats of a module, day by day; a capacity of 0 may be an unrestricted one.
CREATE TABLE IF NOT EXISTS seatwright_sample (
    tenant       VARBINARY(255) NOT NULL,
    module       VARBINARY(1000) NOT NULL,
    day          BIGINT NOT NULL,
    in_use       BIGINT NOT NULL,
    capacity     BIGINT NOT NULL,
    overdraft    BIGINT NOT NULL DEFAULT 0, -- how much of it is beyond what was bought
    wished       BIGINT NOT NULL DEFAULT 0, -- holders who should have a seat and have none
    unrestricted BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, module, day)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What holders should have and could not be given, in the host's order; kept is the
-- bundle that the holder has until then, and waits is 1 for what is met by itself.
CREATE TABLE IF NOT EXISTS seatwright_wish (
    tenant VARBINARY(255) NOT NULL,
    holder VARBINARY(255) NOT NULL,
    module VARBINARY(1000) NOT NULL,
    place  BIGINT NOT NULL,
    rule   VARBINARY(255) NOT NULL,
    kept   LONGBLOB NOT NULL,
    waits  BIGINT NOT NULL,
    since  BIGINT,
    PRIMARY KEY (tenant, holder, module),
    INDEX seatwright_wish_place (tenant, place, holder, module)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A random token for each of the latest revisions of a tenant, by which a
-- revision that was issued again, after a failover that lost it, is known for
-- another one. It is made last: where it is, all tables are.
CREATE TABLE IF NOT EXISTS seatwright_revision (
    tenant   VARBINARY(255) NOT NULL,
    revision BIGINT NOT NULL,
    token    VARBINARY(255) NOT NULL,
    PRIMARY KEY (tenant, revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

INSERT INTO seatwright_schema (id, version, minimum) VALUES (1, 2, 1) ON DUPLICATE KEY UPDATE version = 2;
