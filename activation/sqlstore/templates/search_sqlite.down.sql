-- Takes back what search_sqlite.sql has made.
DROP TRIGGER users_parts_delete;
DROP TRIGGER users_parts_update;
DROP TRIGGER users_parts_insert;
DROP TABLE people_parts;
