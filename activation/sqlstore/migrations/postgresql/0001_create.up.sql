-- Every key leads with the tenant, so that the tables can be distributed or
-- partitioned by it. Texts are compared bytewise, whatever the database's
-- collation is.

-- At which migration the tables are, and the lowest one that a program must
-- know to work with them.
CREATE TABLE seatwright_schema (
    id      integer NOT NULL PRIMARY KEY,
    version integer NOT NULL,
    minimum integer NOT NULL
);
INSERT INTO seatwright_schema (id, version, minimum) VALUES (1, 1, 1);

-- A tenant. Every Update writes this row first, so that Updates of a tenant
-- run one after another. Rows are updated in place as long as due stays.
CREATE TABLE seatwright_tenant (
    tenant           text COLLATE "C" NOT NULL,
    revision         bigint NOT NULL,
    changes_since    bigint NOT NULL, -- the revision since which seatwright_gone is complete
    log_last         bigint NOT NULL, -- the last entry numbers that were given
    history_last     bigint NOT NULL,
    combination_last bigint NOT NULL,
    newest           timestamptz,
    newest_issued    timestamptz,
    due              timestamptz,
    leased_until     timestamptz,
    sampled          timestamptz,
    PRIMARY KEY (tenant)
) WITH (fillfactor = 50);
CREATE INDEX seatwright_tenant_due ON seatwright_tenant (due);

-- What is kept of an owner, as a JSON object.
CREATE TABLE seatwright_owner (
    tenant text COLLATE "C" NOT NULL,
    owner  text COLLATE "C" NOT NULL,
    record text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, owner)
);

-- The signed envelopes of active licenses and pending offers.
CREATE TABLE seatwright_envelope (
    tenant   text COLLATE "C" NOT NULL,
    digest   bytea NOT NULL,
    envelope bytea NOT NULL,
    PRIMARY KEY (tenant, digest)
);

-- The highest number that was activated for an owner and serial, for ever.
CREATE TABLE seatwright_highest (
    tenant text COLLATE "C" NOT NULL,
    owner  text COLLATE "C" NOT NULL,
    serial text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (tenant, owner, serial)
);

-- The census: how many holders are of a kind and type and have a set of
-- modules, which is an ordered JSON array of names without repetition. There
-- is no row with no holders.
CREATE TABLE seatwright_combination (
    tenant      text COLLATE "C" NOT NULL,
    combination bigint NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    holder_type text COLLATE "C" NOT NULL,
    modules     text COLLATE "C" NOT NULL,
    holders     bigint NOT NULL,
    PRIMARY KEY (tenant, combination)
) WITH (fillfactor = 50);

-- The holders: which combination they belong to, and the revision that changed
-- them last.
CREATE TABLE seatwright_holder (
    tenant      text COLLATE "C" NOT NULL,
    holder      text COLLATE "C" NOT NULL,
    combination bigint NOT NULL,
    revision    bigint NOT NULL,
    PRIMARY KEY (tenant, holder)
);
CREATE INDEX seatwright_holder_combination ON seatwright_holder (tenant, combination, holder);
CREATE INDEX seatwright_holder_revision ON seatwright_holder (tenant, revision);

-- The holders who went, for snapshots that still have them.
CREATE TABLE seatwright_gone (
    tenant   text COLLATE "C" NOT NULL,
    holder   text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant, holder)
);
CREATE INDEX seatwright_gone_revision ON seatwright_gone (tenant, revision);

-- Activations, removals and the like; record is a JSON object.
CREATE TABLE seatwright_history (
    tenant text COLLATE "C" NOT NULL,
    entry  bigint NOT NULL,
    at     timestamptz,
    actor  text COLLATE "C" NOT NULL,
    record text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, entry)
);

-- Assignments that began, ended or moved.
CREATE TABLE seatwright_log (
    tenant   text COLLATE "C" NOT NULL,
    entry    bigint NOT NULL,
    at       timestamptz,
    actor    text COLLATE "C" NOT NULL,
    holder   text COLLATE "C" NOT NULL,
    module   text COLLATE "C" NOT NULL,
    cause    text COLLATE "C" NOT NULL,
    moved_to text COLLATE "C" NOT NULL,
    history  bigint NOT NULL,
    PRIMARY KEY (tenant, entry)
);

-- Seats of a module, day by day; a capacity of 0 may be an unrestricted one.
CREATE TABLE seatwright_sample (
    tenant       text COLLATE "C" NOT NULL,
    module       text COLLATE "C" NOT NULL,
    day          timestamptz NOT NULL,
    in_use       bigint NOT NULL,
    capacity     bigint NOT NULL,
    unrestricted boolean NOT NULL,
    PRIMARY KEY (tenant, module, day)
);
