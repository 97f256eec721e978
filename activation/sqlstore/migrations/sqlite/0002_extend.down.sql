DROP TABLE seatwright_revision;
ALTER TABLE seatwright_tenant DROP COLUMN leased_by;
UPDATE seatwright_schema SET version = 1;
