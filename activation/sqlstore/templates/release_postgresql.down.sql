-- A template: what takes the triggers of release_postgresql.sql away.
SET LOCAL lock_timeout = '5s';
DROP TRIGGER seatwright_users_changed ON users;
DROP TRIGGER seatwright_users_deleted ON users;
DROP TABLE seatwright_leaving;
DROP FUNCTION seatwright_leave();
DROP FUNCTION seatwright_release(text, text[], boolean[]);
DROP FUNCTION seatwright_users_changed();
DROP FUNCTION seatwright_users_deleted();
