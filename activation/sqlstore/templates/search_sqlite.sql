-- A template: an index by which a Directory finds parts of names and ids among very
-- many people, and triggers that keep it as they are. Put it into a migration of
-- the host's, with its names in the places of people_parts, users and their columns.
-- WithSearchIndex has the name of the index. SQLite needs FTS5, which the driver
-- mattn/go-sqlite3 has by the build tag sqlite_fts5.
--
-- The table of users has an INTEGER PRIMARY KEY, or is never vacuumed: a VACUUM
-- numbers the rows of other tables anew.
CREATE VIRTUAL TABLE people_parts USING fts5 (tenant UNINDEXED, holder UNINDEXED, text, tokenize = 'trigram', detail = 'none');

CREATE TRIGGER users_parts_insert AFTER INSERT ON users WHEN new.active BEGIN
    INSERT INTO people_parts (rowid, tenant, holder, text)
        VALUES (new.rowid, new.tenant, new.id, coalesce(new.name, '') || char(10) || new.id);
END;
CREATE TRIGGER users_parts_update AFTER UPDATE OF tenant, id, name, active ON users BEGIN
    DELETE FROM people_parts WHERE rowid = old.rowid;
    INSERT INTO people_parts (rowid, tenant, holder, text)
        SELECT new.rowid, new.tenant, new.id, coalesce(new.name, '') || char(10) || new.id WHERE new.active;
END;
CREATE TRIGGER users_parts_delete AFTER DELETE ON users BEGIN
    DELETE FROM people_parts WHERE rowid = old.rowid;
END;

INSERT INTO people_parts (rowid, tenant, holder, text)
    SELECT rowid, tenant, id, coalesce(name, '') || char(10) || id FROM users WHERE active;
