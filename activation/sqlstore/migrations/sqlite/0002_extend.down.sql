ALTER TABLE seatwright_sample DROP COLUMN wished;
ALTER TABLE seatwright_sample DROP COLUMN overdraft;
DROP TABLE seatwright_wish;
DROP TABLE seatwright_revision;
ALTER TABLE seatwright_tenant DROP COLUMN leased_by;
ALTER TABLE seatwright_tenant DROP COLUMN notes;
ALTER TABLE seatwright_tenant DROP COLUMN look;
UPDATE seatwright_schema SET version = 1;
