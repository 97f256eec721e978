-- A template: what an application's role needs at run time. The owner of the
-- tables runs the migrations. Put the role's name in the place of crm.
SET LOCAL lock_timeout = '5s';
GRANT SELECT, INSERT, UPDATE, DELETE ON
    seatwright_tenant, seatwright_revision, seatwright_owner, seatwright_envelope, seatwright_highest, seatwright_combination,
    seatwright_holder, seatwright_gone, seatwright_history, seatwright_log, seatwright_sample, seatwright_wish TO crm;
GRANT SELECT ON seatwright_schema TO crm;
