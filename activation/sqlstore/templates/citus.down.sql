-- A template: what takes away what citus.sql has done. The data comes to the
-- coordinator, table by table, while nothing is written.
SET LOCAL lock_timeout = '5s';
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'seatwright_schema',
        'seatwright_wish',
        'seatwright_revision',
        'seatwright_sample',
        'seatwright_log',
        'seatwright_history',
        'seatwright_gone',
        'seatwright_holder',
        'seatwright_combination',
        'seatwright_highest',
        'seatwright_envelope',
        'seatwright_owner',
        'seatwright_tenant'
    ] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = name::regclass);
        PERFORM undistribute_table(name::regclass);
    END LOOP;
END $$;
