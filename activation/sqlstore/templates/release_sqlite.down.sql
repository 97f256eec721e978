-- A template: what takes the triggers of release_sqlite.sql away.
DROP TRIGGER seatwright_user_deactivated;
DROP TRIGGER seatwright_user_replaced;
DROP TRIGGER seatwright_user_deleted;
DROP TABLE seatwright_leaving;
DROP INDEX seatwright_leaving_combination;
