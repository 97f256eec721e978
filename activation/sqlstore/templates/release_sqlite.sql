-- A template: triggers by which the host's own table releases seats when a user
-- is deactivated, archived or deleted, in the host's transaction. Put it into a
-- migration of the host's, with its names in the places of users, tenant, id and
-- active. Ids must not be changed. What takes it away again is in
-- release_sqlite.down.sql.
--
-- Where the table has no tenant, it gets one first:
--     ALTER TABLE users ADD COLUMN tenant text NOT NULL DEFAULT 'tenant-42';
--
-- A user who is archived leaves as well. Where the table has a flag for that, the
-- conditions of the first two triggers begin with
--     NEW.archived AND OLD.archived IS NOT TRUE
--     NEW.archived
-- instead, and where it has a date,
--     NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL
--     NEW.archived_at IS NOT NULL
--
-- SQLite defers no triggers: seats are released at once. Whoever wants to know
-- what was held calls Tenant.Retire before the row is changed; afterwards it finds
-- nothing. And SQLite calls no trigger for a row that INSERT OR REPLACE deletes.
-- The second trigger sees the row that comes in its place, if it has the same id;
-- a user whose row gives way to another id, by another unique column, keeps the
-- seats. INSERT … ON CONFLICT (id) DO UPDATE has no such gap.
--
-- What ends is logged as retired, by "trigger", like Tenant.Retire does it. The
-- host's transaction begins IMMEDIATE.

CREATE TRIGGER seatwright_user_deactivated AFTER UPDATE ON users
    WHEN OLD.active AND NEW.active IS NOT TRUE
BEGIN
    INSERT INTO seatwright_leaving (tenant, holder, combination, deleted)
        SELECT tenant, holder, combination, 0 FROM seatwright_holder WHERE tenant = OLD.tenant AND holder = OLD.id;
    DELETE FROM seatwright_wish WHERE tenant = OLD.tenant AND holder = OLD.id;
END;

CREATE TRIGGER seatwright_user_replaced AFTER INSERT ON users
    WHEN NEW.active IS NOT TRUE
BEGIN
    INSERT INTO seatwright_leaving (tenant, holder, combination, deleted)
        SELECT tenant, holder, combination, 0 FROM seatwright_holder WHERE tenant = NEW.tenant AND holder = NEW.id;
    DELETE FROM seatwright_wish WHERE tenant = NEW.tenant AND holder = NEW.id;
END;

CREATE TRIGGER seatwright_user_deleted AFTER DELETE ON users
BEGIN
    INSERT INTO seatwright_leaving (tenant, holder, combination, deleted)
        SELECT tenant, holder, combination, 1 FROM seatwright_holder WHERE tenant = OLD.tenant AND holder = OLD.id;
    DELETE FROM seatwright_wish WHERE tenant = OLD.tenant AND holder = OLD.id;
END;

-- Who leaves now, with the combination that is left. It is always empty: its
-- triggers do what is to be done.
CREATE TABLE seatwright_leaving (tenant TEXT NOT NULL, holder TEXT NOT NULL, combination INTEGER NOT NULL, deleted INTEGER NOT NULL);

-- Combinations by what they are, which is looked up for each user who leaves.
CREATE INDEX seatwright_leaving_combination ON seatwright_combination (tenant, kind, holder_type, modules);

CREATE TRIGGER seatwright_leave AFTER INSERT ON seatwright_leaving
    WHEN NEW.deleted OR EXISTS (SELECT 1 FROM seatwright_combination c
        WHERE c.tenant = NEW.tenant AND c.combination = NEW.combination AND c.modules <> '[]')
BEGIN
    UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = NEW.tenant;
    INSERT INTO seatwright_revision (tenant, revision, token)
        SELECT tenant, revision, hex(randomblob(16)) FROM seatwright_tenant WHERE tenant = NEW.tenant;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT t.tenant, t.log_last + 1 + m.key, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER),
            'trigger', NEW.holder, m.value, 'retired', '', 0
        FROM seatwright_tenant t JOIN seatwright_combination c USING (tenant), json_each(c.modules) m
        WHERE t.tenant = NEW.tenant AND c.combination = NEW.combination;
    -- Who stays a holder gets the combination of the same kind and type without
    -- modules, a new one if there is none.
    UPDATE seatwright_tenant SET (log_last, combination_last) = (
        SELECT log_last + json_array_length(c.modules), combination_last + (NOT NEW.deleted AND NOT EXISTS (
            SELECT 1 FROM seatwright_combination e
            WHERE e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]'))
        FROM seatwright_combination c WHERE c.tenant = NEW.tenant AND c.combination = NEW.combination)
        WHERE tenant = NEW.tenant;
    INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
        SELECT t.tenant, t.combination_last, c.kind, c.holder_type, '[]', 0
        FROM seatwright_tenant t JOIN seatwright_combination c USING (tenant)
        WHERE t.tenant = NEW.tenant AND c.combination = NEW.combination AND NOT NEW.deleted AND NOT EXISTS (
            SELECT 1 FROM seatwright_combination e
            WHERE e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]');
    UPDATE seatwright_holder SET
        revision = (SELECT revision FROM seatwright_tenant WHERE tenant = NEW.tenant),
        combination = (SELECT e.combination FROM seatwright_combination c
            JOIN seatwright_combination e ON e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]'
            WHERE c.tenant = NEW.tenant AND c.combination = NEW.combination)
        WHERE tenant = NEW.tenant AND holder = NEW.holder AND NOT NEW.deleted;
    UPDATE seatwright_combination SET holders = holders + 1 WHERE NOT NEW.deleted AND tenant = NEW.tenant AND combination = (
        SELECT combination FROM seatwright_holder WHERE tenant = NEW.tenant AND holder = NEW.holder);
    UPDATE seatwright_combination SET holders = holders - 1 WHERE tenant = NEW.tenant AND combination = NEW.combination;
    DELETE FROM seatwright_combination WHERE tenant = NEW.tenant AND combination = NEW.combination AND holders = 0;
    INSERT INTO seatwright_gone (tenant, holder, revision)
        SELECT tenant, NEW.holder, revision FROM seatwright_tenant WHERE tenant = NEW.tenant AND NEW.deleted
        ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision;
    DELETE FROM seatwright_holder WHERE tenant = NEW.tenant AND holder = NEW.holder AND NEW.deleted;
END;

CREATE TRIGGER seatwright_left AFTER INSERT ON seatwright_leaving
BEGIN
    DELETE FROM seatwright_leaving;
END;
