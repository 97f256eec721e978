-- A template: triggers by which the host's own table releases seats when a user
-- is deactivated, archived or deleted, in the host's transaction. Put it into a
-- migration of the host's, with its names in the places of users, tenant, id and
-- active. The tenant may be a constant. Ids must not be changed. What takes it
-- away again is in release_mysql.down.sql.
--
-- A user who is archived leaves as well. Where the table has a flag for that, the
-- condition of the first trigger is
--     NEW.archived AND OLD.archived IS NOT TRUE
-- instead, and where it has a date,
--     NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL
--
-- No trigger is deferred: seats are released at once. Whoever wants to know what
-- was held calls Tenant.Retire before the row is changed; afterwards it finds
-- nothing. From then on the tenant's row is locked until the transaction ends, so
-- that two transactions that write the same users in another order may deadlock
-- (error 1213), and one of them has to be repeated.
--
-- Rows that a foreign key deletes call no trigger, and neither does TRUNCATE.
-- REPLACE deletes the row first, and so the user is forgotten; INSERT … ON
-- DUPLICATE KEY UPDATE updates it.
--
-- What ends is logged as retired, by "trigger", like Tenant.Retire does it. A
-- semicolon within the procedure or a trigger ends no statement: a client is told
-- by DELIMITER, and tools for migrations by marks of their own. Where a binary log
-- is written, triggers are made by an account with SUPER, or under
-- log_bin_trust_function_creators. Accounts that write users need no more rights.

CREATE PROCEDURE seatwright_release(of_tenant LONGTEXT CHARACTER SET utf8mb4, of_holder LONGTEXT CHARACTER SET utf8mb4, deleted BOOLEAN)
released: BEGIN
    DECLARE whose, who VARBINARY(255);
    DECLARE at_revision, logged, combined, had, emptied BIGINT;
    DECLARE its_kind, its_type, its_modules LONGBLOB;
    -- The tenant's row is the lock of all that follows. What is read FOR UPDATE is
    -- what is there now, whatever the transaction has read before.
    SELECT tenant, revision + 1, log_last, combination_last INTO whose, at_revision, logged, combined
        FROM seatwright_tenant WHERE tenant = CAST(of_tenant AS BINARY) FOR UPDATE;
    SELECT holder, combination INTO who, had
        FROM seatwright_holder WHERE tenant = whose AND holder = CAST(of_holder AS BINARY) FOR UPDATE;
    SELECT kind, holder_type, modules INTO its_kind, its_type, its_modules
        FROM seatwright_combination WHERE tenant = whose AND combination = had FOR UPDATE;
    DELETE FROM seatwright_wish WHERE tenant = whose AND holder = CAST(of_holder AS BINARY);
    IF who IS NULL OR (its_modules = '[]' AND NOT deleted) THEN
        LEAVE released;
    END IF;
    INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
        SELECT whose, logged + m.n, TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', UTC_TIMESTAMP(6)),
            'trigger', who, m.module, 'retired', '', 0
        FROM JSON_TABLE(CONVERT(its_modules USING utf8mb4), '$[*]'
            COLUMNS (n FOR ORDINALITY, module LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS m;
    UPDATE seatwright_tenant SET revision = at_revision, log_last = logged + JSON_LENGTH(CONVERT(its_modules USING utf8mb4)) WHERE tenant = whose;
    INSERT INTO seatwright_revision (tenant, revision, token) VALUES (whose, at_revision, SHA2(CONCAT(UUID(), RAND()), 256));
    IF deleted THEN
        DELETE FROM seatwright_holder WHERE tenant = whose AND holder = who;
        INSERT INTO seatwright_gone (tenant, holder, revision) VALUES (whose, who, at_revision)
            ON DUPLICATE KEY UPDATE revision = at_revision;
    ELSE
        -- Who stays a holder gets the combination of the same kind and type without
        -- modules, a new one if there is none.
        SELECT combination INTO emptied FROM seatwright_combination
            WHERE tenant = whose AND kind = its_kind AND holder_type = its_type AND modules = '[]' FOR UPDATE;
        IF emptied IS NULL THEN
            SET emptied = combined + 1;
            INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
                VALUES (whose, emptied, its_kind, its_type, '[]', 0);
            UPDATE seatwright_tenant SET combination_last = emptied WHERE tenant = whose;
        END IF;
        UPDATE seatwright_holder SET combination = emptied, revision = at_revision WHERE tenant = whose AND holder = who;
        UPDATE seatwright_combination SET holders = holders + 1 WHERE tenant = whose AND combination = emptied;
    END IF;
    UPDATE seatwright_combination SET holders = holders - 1 WHERE tenant = whose AND combination = had;
    DELETE FROM seatwright_combination WHERE tenant = whose AND combination = had AND holders = 0;
END;

CREATE TRIGGER seatwright_user_deactivated AFTER UPDATE ON users FOR EACH ROW
    IF OLD.active AND NEW.active IS NOT TRUE THEN
        CALL seatwright_release(OLD.tenant, OLD.id, FALSE);
    END IF;

CREATE TRIGGER seatwright_user_deleted AFTER DELETE ON users FOR EACH ROW
    CALL seatwright_release(OLD.tenant, OLD.id, TRUE);
