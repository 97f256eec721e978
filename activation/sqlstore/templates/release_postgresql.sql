-- A template: triggers by which the host's own table releases seats when a user
-- is deactivated, archived or deleted, in the host's transaction. Put it into a
-- migration of the host's, with its names in the places of users, tenant, id and
-- active. Ids must not be changed. What takes it away again is in
-- release_postgresql.down.sql.
--
-- Where the table has no tenant, it gets one first:
--     ALTER TABLE users ADD COLUMN tenant text NOT NULL DEFAULT 'tenant-42';
--
-- A user who is archived leaves as well. Where the table has a flag for that, the
-- two conditions that say who has left are
--     n.archived AND o.archived IS NOT TRUE
--     u.archived
-- instead, and where it has a date,
--     n.archived_at IS NOT NULL AND o.archived_at IS NULL
--     u.archived_at IS NOT NULL
--
-- Seats are released when the transaction commits, by what the table says then.
-- So Tenant.Retire in the same transaction, before or after the change, still
-- finds what was held and returns it, and who is active again in the end keeps
-- the seats. The tenant's row is locked at the end, when no row of the host's is
-- waited for any more. SET CONSTRAINTS ALL IMMEDIATE has it done at once. TRUNCATE
-- calls none of the triggers.
--
-- What ends is logged as retired, by "trigger", like Tenant.Retire does it. It
-- takes 100,000 users a few seconds. A role that writes users needs what
-- grants_postgresql.sql says, and SELECT, INSERT and DELETE on seatwright_leaving.

-- It waits for a lock on users, and whoever comes later waits behind it.
SET LOCAL lock_timeout = '5s';

-- Who has left in a transaction that is still to commit. Afterwards it is empty.
CREATE TABLE seatwright_leaving AS
    SELECT 0::bigint AS entry, tenant, array_agg(id) AS ids FROM users GROUP BY tenant WITH NO DATA;
ALTER TABLE seatwright_leaving ALTER entry SET NOT NULL;
ALTER TABLE seatwright_leaving ALTER entry ADD GENERATED ALWAYS AS IDENTITY, ADD PRIMARY KEY (entry);

CREATE FUNCTION seatwright_users_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seatwright_leaving (tenant, ids)
        SELECT o.tenant, array_agg(o.id)
        FROM old_users o JOIN new_users n ON n.tenant = o.tenant AND n.id = o.id
        WHERE o.active AND n.active IS NOT TRUE GROUP BY o.tenant;
    RETURN NULL;
END $$;

CREATE FUNCTION seatwright_users_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seatwright_leaving (tenant, ids)
        SELECT o.tenant, array_agg(o.id) FROM old_users o GROUP BY o.tenant;
    RETURN NULL;
END $$;

-- Releases the seats of all who have left in the transaction. It runs for each
-- statement by which users left, and does everything the first time.
CREATE FUNCTION seatwright_leave() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    leaving record;
BEGIN
    IF NOT EXISTS (SELECT FROM seatwright_leaving WHERE entry = NEW.entry) THEN
        RETURN NULL;
    END IF;
    FOR leaving IN
        WITH taken AS (DELETE FROM seatwright_leaving RETURNING tenant, ids),
            each_once AS (SELECT DISTINCT taken.tenant, t.id FROM taken, unnest(taken.ids) AS t (id))
        SELECT e.tenant::text AS tenant, array_agg(e.id::text) AS holders, array_agg(u.id IS NULL) AS deleted
        FROM each_once e LEFT JOIN users u ON u.tenant = e.tenant AND u.id = e.id
        WHERE u.id IS NULL OR u.active IS NOT TRUE GROUP BY e.tenant ORDER BY e.tenant
    LOOP
        PERFORM seatwright_release(leaving.tenant, leaving.holders, leaving.deleted);
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION seatwright_release(of_tenant text, of_holders text[], are_deleted boolean[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at_revision bigint;
    logged      bigint;
    combined    bigint;
    holding     text[];
    had         bigint[];
    forget      boolean[];
    made        bigint;
    ended       bigint;
BEGIN
    -- The tenant's row is written first: it is the lock of all that follows.
    UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = of_tenant
        RETURNING revision, log_last, combination_last INTO at_revision, logged, combined;
    DELETE FROM seatwright_wish WHERE tenant = of_tenant AND holder = ANY(of_holders);
    SELECT array_agg(h.holder ORDER BY h.holder), array_agg(h.combination ORDER BY h.holder), array_agg(l.deleted ORDER BY h.holder)
        INTO holding, had, forget
        FROM unnest(of_holders, are_deleted) AS l (holder, deleted)
        JOIN seatwright_holder h ON h.tenant = of_tenant AND h.holder = l.holder
        JOIN seatwright_combination c ON c.tenant = of_tenant AND c.combination = h.combination
        WHERE l.deleted OR c.modules <> '[]';
    INSERT INTO seatwright_revision (tenant, revision, token)
        SELECT of_tenant, at_revision, gen_random_uuid()::text WHERE at_revision IS NOT NULL;
    IF holding IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT of_tenant, logged + row_number() OVER (ORDER BY l.n, m.n), now(), 'trigger', l.holder, m.module, 'retired', '', 0
        FROM unnest(holding, had) WITH ORDINALITY AS l (holder, combination, n)
        JOIN seatwright_combination c ON c.tenant = of_tenant AND c.combination = l.combination,
        json_array_elements_text(c.modules::json) WITH ORDINALITY AS m (module, n);
    GET DIAGNOSTICS ended = ROW_COUNT;
    -- Combinations without modules for the kinds and types that have none yet.
    INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
        SELECT of_tenant, combined + row_number() OVER (ORDER BY n.kind, n.holder_type), n.kind, n.holder_type, '[]', 0
        FROM (SELECT DISTINCT c.kind, c.holder_type FROM unnest(had, forget) AS l (combination, forget)
            JOIN seatwright_combination c ON c.tenant = of_tenant AND c.combination = l.combination WHERE NOT l.forget) AS n
        WHERE NOT EXISTS (SELECT FROM seatwright_combination e
            WHERE e.tenant = of_tenant AND e.kind = n.kind AND e.holder_type = n.holder_type AND e.modules = '[]');
    GET DIAGNOSTICS made = ROW_COUNT;
    UPDATE seatwright_combination c SET holders = c.holders + d.more FROM (
        SELECT m.combination, sum(m.more) AS more FROM (
            SELECT l.combination, -count(*) AS more FROM unnest(had) AS l (combination) GROUP BY l.combination
            UNION ALL
            SELECT e.combination, count(*) FROM unnest(had, forget) AS l (combination, forget)
                JOIN seatwright_combination c ON c.tenant = of_tenant AND c.combination = l.combination
                JOIN seatwright_combination e ON e.tenant = of_tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]'
                WHERE NOT l.forget GROUP BY e.combination) AS m
        GROUP BY m.combination) AS d
        WHERE c.tenant = of_tenant AND c.combination = d.combination;
    UPDATE seatwright_holder h SET combination = e.combination, revision = at_revision
        FROM unnest(holding, had, forget) AS l (holder, combination, forget)
        JOIN seatwright_combination c ON c.tenant = of_tenant AND c.combination = l.combination
        JOIN seatwright_combination e ON e.tenant = of_tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]'
        WHERE h.tenant = of_tenant AND h.holder = l.holder AND NOT l.forget;
    WITH went AS (DELETE FROM seatwright_holder h USING unnest(holding, forget) AS l (holder, forget)
        WHERE h.tenant = of_tenant AND h.holder = l.holder AND l.forget RETURNING h.holder)
        INSERT INTO seatwright_gone (tenant, holder, revision) SELECT of_tenant, went.holder, at_revision FROM went
        ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision;
    DELETE FROM seatwright_combination WHERE tenant = of_tenant AND holders = 0;
    UPDATE seatwright_tenant SET log_last = logged + ended, combination_last = combined + made WHERE tenant = of_tenant;
END $$;

CREATE TRIGGER seatwright_users_changed AFTER UPDATE ON users
    REFERENCING OLD TABLE AS old_users NEW TABLE AS new_users FOR EACH STATEMENT EXECUTE FUNCTION seatwright_users_changed();
CREATE TRIGGER seatwright_users_deleted AFTER DELETE ON users
    REFERENCING OLD TABLE AS old_users FOR EACH STATEMENT EXECUTE FUNCTION seatwright_users_deleted();
CREATE CONSTRAINT TRIGGER seatwright_leave AFTER INSERT ON seatwright_leaving DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION seatwright_leave();
