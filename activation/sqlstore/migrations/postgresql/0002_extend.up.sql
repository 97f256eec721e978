-- Who has claimed the due checks of a tenant, so that a worker who comes late
-- does not give back the lease of another.
ALTER TABLE seatwright_tenant ADD COLUMN leased_by text COLLATE "C" NOT NULL DEFAULT '';

-- A random token for each of the latest revisions of a tenant, by which a
-- revision that was issued again, after a failover that lost it, is known for
-- another one.
CREATE TABLE seatwright_revision (
    tenant   text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    token    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, revision)
);

-- When to look next at what needs attention, and what the engine has noted of it.
ALTER TABLE seatwright_tenant ADD COLUMN look timestamptz;
ALTER TABLE seatwright_tenant ADD COLUMN notes text COLLATE "C" NOT NULL DEFAULT '';

-- How much of the capacity of a sample is beyond what was bought. Samples of
-- before do not say.
ALTER TABLE seatwright_sample ADD COLUMN overdraft bigint NOT NULL DEFAULT 0;

-- How many holders should have had a seat and had none.
ALTER TABLE seatwright_sample ADD COLUMN wished bigint NOT NULL DEFAULT 0;
-- What holders should have and could not be given, in the host's order; kept is the
-- bundle that the holder has until then, and waits is 1 for what is met by itself.
CREATE TABLE seatwright_wish (
    tenant text COLLATE "C" NOT NULL,
    holder text COLLATE "C" NOT NULL,
    module text COLLATE "C" NOT NULL,
    place  bigint NOT NULL,
    rule   text COLLATE "C" NOT NULL,
    kept   text COLLATE "C" NOT NULL,
    waits  bigint NOT NULL,
    since  timestamptz,
    PRIMARY KEY (tenant, holder, module)
);
CREATE INDEX seatwright_wish_place ON seatwright_wish (tenant, place, holder, module);

UPDATE seatwright_schema SET version = 2;
