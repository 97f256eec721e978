-- For 100,000 people and more: with this index of the parts of names, a search finds
-- few of them at once. Run it by hand while the host is stopped, in its file; from
-- the next start on, the host uses it.
CREATE VIRTUAL TABLE IF NOT EXISTS crm_parts USING fts5 (tenant UNINDEXED, holder UNINDEXED, text, tokenize = 'trigram', detail = 'none');
CREATE TRIGGER IF NOT EXISTS crm_parts_insert AFTER INSERT ON crm_user WHEN new.active BEGIN
    INSERT INTO crm_parts (rowid, tenant, holder, text) VALUES (new.rowid, new.tenant, new.id, new.name || char(10) || new.id);
END;
CREATE TRIGGER IF NOT EXISTS crm_parts_update AFTER UPDATE OF tenant, id, name, active ON crm_user BEGIN
    DELETE FROM crm_parts WHERE rowid = old.rowid;
    INSERT INTO crm_parts (rowid, tenant, holder, text) SELECT new.rowid, new.tenant, new.id, new.name || char(10) || new.id WHERE new.active;
END;
CREATE TRIGGER IF NOT EXISTS crm_parts_delete AFTER DELETE ON crm_user BEGIN
    DELETE FROM crm_parts WHERE rowid = old.rowid;
END;
INSERT INTO crm_parts (rowid, tenant, holder, text)
    SELECT rowid, tenant, id, name || char(10) || id FROM crm_user WHERE active AND NOT EXISTS (SELECT 1 FROM crm_parts);
