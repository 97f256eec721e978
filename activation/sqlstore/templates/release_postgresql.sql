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
-- What ends is logged as retired, by "trigger", like Tenant.Retire does it.

CREATE FUNCTION seatwright_release(of_tenant text, of_holder text, forget boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    now_at  bigint;
    had     seatwright_combination%ROWTYPE;
    ended   bigint;
    without bigint;
BEGIN
    -- The tenant's row is written first: it is the lock of all that follows.
    UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = of_tenant RETURNING revision INTO now_at;
    SELECT c.* INTO had FROM seatwright_holder h
        JOIN seatwright_combination c ON c.tenant = h.tenant AND c.combination = h.combination
        WHERE h.tenant = of_tenant AND h.holder = of_holder;
    IF NOT FOUND OR (had.modules = '[]' AND NOT forget) THEN
        RETURN;
    END IF;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT of_tenant, t.log_last + m.n, now(), 'trigger', of_holder, m.module, 'retired', '', 0
        FROM seatwright_tenant t, json_array_elements_text(had.modules::json) WITH ORDINALITY AS m (module, n)
        WHERE t.tenant = of_tenant;
    GET DIAGNOSTICS ended = ROW_COUNT;
    UPDATE seatwright_tenant SET log_last = log_last + ended WHERE tenant = of_tenant;
    UPDATE seatwright_combination SET holders = holders - 1 WHERE tenant = of_tenant AND combination = had.combination;
    DELETE FROM seatwright_combination WHERE tenant = of_tenant AND combination = had.combination AND holders = 0;
    IF forget THEN
        DELETE FROM seatwright_holder WHERE tenant = of_tenant AND holder = of_holder;
        INSERT INTO seatwright_gone (tenant, holder, revision) VALUES (of_tenant, of_holder, now_at)
            ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision;
        RETURN;
    END IF;
    UPDATE seatwright_combination SET holders = holders + 1
        WHERE tenant = of_tenant AND kind = had.kind AND holder_type = had.holder_type AND modules = '[]'
        RETURNING combination INTO without;
    IF NOT FOUND THEN
        UPDATE seatwright_tenant SET combination_last = combination_last + 1 WHERE tenant = of_tenant
            RETURNING combination_last INTO without;
        INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
            VALUES (of_tenant, without, had.kind, had.holder_type, '[]', 1);
    END IF;
    UPDATE seatwright_holder SET combination = without, revision = now_at WHERE tenant = of_tenant AND holder = of_holder;
END $$;

CREATE FUNCTION seatwright_user_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM seatwright_release(OLD.tenant::text, OLD.id::text, TG_OP = 'DELETE');
    RETURN NULL;
END $$;

CREATE TRIGGER seatwright_user_deactivated AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.active AND NEW.active IS NOT TRUE) EXECUTE FUNCTION seatwright_user_left();
CREATE TRIGGER seatwright_user_deleted AFTER DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION seatwright_user_left();
