-- A template: what takes away what grants_postgresql.sql has given.
SET LOCAL lock_timeout = '5s';
REVOKE ALL ON
    seatwright_tenant, seatwright_revision, seatwright_owner, seatwright_envelope, seatwright_highest, seatwright_combination,
    seatwright_holder, seatwright_gone, seatwright_history, seatwright_log, seatwright_sample, seatwright_wish, seatwright_schema FROM crm;
