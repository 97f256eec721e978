// Package sqlstore keeps licenses, holders and seats in the host's own
// database: PostgreSQL 14 or later, MariaDB 10.6 or later, MySQL 8, or SQLite.
// It implements the port of package activation. Any number of processes may
// assign seats, and none is given twice. See docs/spec/storage.md, The SQL
// stores.
//
//	pool, err := pgxpool.New(ctx, dsn)
//	store, err := sqlstore.NewPostgres(pool)
//	err = store.Migrate(ctx) // or run the files of Migrations with a tool of your own
//	engine, err := activation.New(store, trust)
//
// [NewPostgres] takes a pgx pool. Use it for PostgreSQL if you can: it needs
// the fewest round trips, and processes can learn of each other's changes at
// once. [NewDB] takes a [database/sql.DB] for PostgreSQL, MariaDB, MySQL or
// SQLite, with a driver of your choice. docs/stores.md lists the databases,
// drivers and poolers that this package is tested with. It also says what to
// pass to Bind with sqlx, GORM, bun, ent, sqlc, pop and River.
//
// # In the host's transactions
//
// Create a user and give it a seat in one commit:
//
//	tx, err := pool.Begin(ctx)
//	_, err = tx.Exec(ctx, "INSERT INTO users …")
//	crm := engine.Tenant("tenant-42")
//	user := seat.Holder{ID: "u7", Kind: license.User, Assigned: []string{"superoffice.web"}}
//	_, err = crm.As("eva").In(store.Bind(tx)).Admit(ctx, user)
//	err = tx.Commit(ctx)
//	crm.Committed() // so that snapshots of all processes follow at once
//
// A refusal has only read, so the transaction can go on. The store reads and
// locks no row of the host's. If the host writes its own rows first, the
// store's rows are locked last. Above READ COMMITTED there may be conflicts.
// They are returned with the driver's error, for the host's own retry.
//
// # How it never oversells
//
// An Update first writes the tenant's row, in a statement of its own, and reads
// afterwards. So Updates of one tenant run one after another, at every
// isolation level, and Updates of different tenants run side by side. The
// decision is written in one round trip together with the commit.
//
// In PostgreSQL, Updates about seats that wait in a process share transactions,
// also those of different tenants. So many tenants that are busy at once cost
// less than one commit each. Where tenants are on several servers, use
// [WithSeparateTenants].
//
// # People with their names
//
// The store knows only ids. A [Directory] combines them with a view of the
// host's, for lists that are searched, ordered and read page by page:
//
//	people, err := store.Directory("crm.people")
//	page, err := people.Find(ctx, "tenant-42", sqlstore.DirectoryQuery{Search: "berg", Limit: 50})
//
// # Tables
//
// The files of [Migrations] describe the tables. Their names begin with a
// prefix ([WithPrefix]), and the search path decides their schema. The owner of
// the tables runs the migrations. At run time, a role that may read and write
// them is enough.
//
// The folder templates has SQL to copy into the host's own migrations: grants
// for such a role, and a view for a [Directory] with its indexes. It also has
// triggers that release seats when a user in the host's table is deactivated,
// archived or deleted.
package sqlstore
