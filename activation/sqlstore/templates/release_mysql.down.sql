-- A template: what takes the triggers of release_mysql.sql away.
DROP TRIGGER seatwright_user_deactivated;
DROP TRIGGER seatwright_user_deleted;
DROP PROCEDURE seatwright_release;
