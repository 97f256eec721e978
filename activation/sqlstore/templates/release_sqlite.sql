-- A template: triggers by which the host's own table releases seats when a user
-- is deactivated, archived or deleted, in the host's transaction. Put it into a
-- migration of the host's, with its names in the places of users, tenant, id and
-- active. The tenant may be a constant. Ids must not be changed.
--
-- A user who is archived leaves as well. Where the table has a flag for that, the
-- condition of the first trigger is
--     NEW.archived AND OLD.archived IS NOT TRUE
-- instead, and where it has a date,
--     NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL
-- With several of them, there is a trigger for each.
--
-- What ends is logged as retired, by "trigger", like Tenant.Retire does it. The
-- host's transaction begins IMMEDIATE.

CREATE TRIGGER seatwright_user_deactivated AFTER UPDATE ON users
    WHEN OLD.active AND NEW.active IS NOT TRUE AND EXISTS (
        SELECT 1 FROM seatwright_holder h JOIN seatwright_combination c USING (tenant, combination)
        WHERE h.tenant = OLD.tenant AND h.holder = OLD.id AND c.modules <> '[]')
BEGIN
    UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = OLD.tenant;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT t.tenant, t.log_last + 1 + m.key, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER),
            'trigger', h.holder, m.value, 'retired', '', 0
        FROM seatwright_tenant t JOIN seatwright_holder h USING (tenant)
        JOIN seatwright_combination c USING (tenant, combination), json_each(c.modules) m
        WHERE t.tenant = OLD.tenant AND h.holder = OLD.id;
    UPDATE seatwright_tenant SET (log_last, combination_last) = (
        SELECT log_last + json_array_length(c.modules), combination_last + NOT EXISTS (
            SELECT 1 FROM seatwright_combination e
            WHERE e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]')
        FROM seatwright_holder h JOIN seatwright_combination c USING (tenant, combination)
        WHERE h.tenant = OLD.tenant AND h.holder = OLD.id)
        WHERE tenant = OLD.tenant;
    INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
        SELECT t.tenant, t.combination_last, c.kind, c.holder_type, '[]', 0
        FROM seatwright_tenant t JOIN seatwright_holder h USING (tenant) JOIN seatwright_combination c USING (tenant, combination)
        WHERE t.tenant = OLD.tenant AND h.holder = OLD.id AND NOT EXISTS (
            SELECT 1 FROM seatwright_combination e
            WHERE e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]');
    UPDATE seatwright_combination SET holders = holders + CASE modules WHEN '[]' THEN 1 ELSE -1 END
        WHERE tenant = OLD.tenant AND combination IN (
            SELECT e.combination FROM seatwright_holder h JOIN seatwright_combination c USING (tenant, combination)
            JOIN seatwright_combination e ON e.tenant = c.tenant AND (e.combination = c.combination OR
                e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]')
            WHERE h.tenant = OLD.tenant AND h.holder = OLD.id);
    UPDATE seatwright_holder SET
        revision = (SELECT revision FROM seatwright_tenant WHERE tenant = OLD.tenant),
        combination = (SELECT e.combination FROM seatwright_combination c
            JOIN seatwright_combination e ON e.tenant = c.tenant AND e.kind = c.kind AND e.holder_type = c.holder_type AND e.modules = '[]'
            WHERE c.tenant = OLD.tenant AND c.combination = seatwright_holder.combination)
        WHERE tenant = OLD.tenant AND holder = OLD.id;
    DELETE FROM seatwright_combination WHERE tenant = OLD.tenant AND holders = 0;
END;

CREATE TRIGGER seatwright_user_deleted AFTER DELETE ON users
    WHEN EXISTS (SELECT 1 FROM seatwright_holder h WHERE h.tenant = OLD.tenant AND h.holder = OLD.id)
BEGIN
    UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = OLD.tenant;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT t.tenant, t.log_last + 1 + m.key, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER),
            'trigger', h.holder, m.value, 'retired', '', 0
        FROM seatwright_tenant t JOIN seatwright_holder h USING (tenant)
        JOIN seatwright_combination c USING (tenant, combination), json_each(c.modules) m
        WHERE t.tenant = OLD.tenant AND h.holder = OLD.id;
    UPDATE seatwright_tenant SET log_last = log_last + (
        SELECT json_array_length(c.modules) FROM seatwright_holder h JOIN seatwright_combination c USING (tenant, combination)
        WHERE h.tenant = OLD.tenant AND h.holder = OLD.id)
        WHERE tenant = OLD.tenant;
    UPDATE seatwright_combination SET holders = holders - 1 WHERE tenant = OLD.tenant AND combination = (
        SELECT combination FROM seatwright_holder WHERE tenant = OLD.tenant AND holder = OLD.id);
    DELETE FROM seatwright_combination WHERE tenant = OLD.tenant AND holders = 0;
    INSERT INTO seatwright_gone (tenant, holder, revision)
        SELECT tenant, OLD.id, revision FROM seatwright_tenant WHERE tenant = OLD.tenant
        ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision;
    DELETE FROM seatwright_holder WHERE tenant = OLD.tenant AND holder = OLD.id;
END;
