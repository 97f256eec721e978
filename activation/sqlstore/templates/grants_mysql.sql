-- A template: what an application's account needs at run time. The owner of the
-- tables runs the migrations. Put the account's name in the place of crm. The
-- database is that of the connection.
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_tenant TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_revision TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_owner TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_envelope TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_highest TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_combination TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_holder TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_gone TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_history TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_log TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_sample TO crm;
GRANT SELECT, INSERT, UPDATE, DELETE ON seatwright_wish TO crm;
GRANT SELECT ON seatwright_schema TO crm;
