-- A template: what takes away what grants_mysql.sql has given.
REVOKE ALL PRIVILEGES ON seatwright_tenant FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_revision FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_owner FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_envelope FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_highest FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_combination FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_holder FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_gone FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_history FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_log FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_sample FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_wish FROM crm;
REVOKE ALL PRIVILEGES ON seatwright_schema FROM crm;
