-- A template: the tables on Citus 12 or later, distributed by tenant. Run it on the
-- coordinator after the migrations, and again after each later migration: what is
-- distributed stays as it is. Put the prefix of the tables in the place of
-- seatwright_ if it is another one. What takes it away again is in citus.down.sql.
--
-- A host's users are co-located if their tenant column is of the same type and
-- collation, text COLLATE "C", so that a transaction that writes a user and a seat
-- stays on one worker:
--     ALTER TABLE users ALTER tenant TYPE text COLLATE "C";
--     SELECT create_distributed_table('users', 'tenant', colocate_with => 'seatwright_tenant');
--
-- The table seatwright_migration is the lock of those who migrate, and stays on the
-- coordinator; so do migrations.

-- Each process reads it once, on whatever node.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'seatwright_schema'::regclass) THEN
        PERFORM create_reference_table('seatwright_schema');
    END IF;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'seatwright_tenant', -- the first: the others are co-located with it
        'seatwright_owner',
        'seatwright_envelope',
        'seatwright_highest',
        'seatwright_combination',
        'seatwright_holder',
        'seatwright_gone',
        'seatwright_history',
        'seatwright_log',
        'seatwright_sample',
        'seatwright_revision',
        'seatwright_wish'
    ] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = name::regclass);
        PERFORM create_distributed_table(name::regclass, 'tenant',
            colocate_with => CASE WHEN name = 'seatwright_tenant' THEN 'none' ELSE 'seatwright_tenant' END);
    END LOOP;
END $$;
