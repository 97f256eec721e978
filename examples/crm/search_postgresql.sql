-- For 100,000 people and more: with these indexes a search finds few of them at
-- once. Run it by hand, in the database of the host.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS crm_user_name_parts ON crm_user USING gin (lower(name) gin_trgm_ops);
CREATE INDEX IF NOT EXISTS crm_user_id_parts ON crm_user USING gin (lower(id) gin_trgm_ops);
