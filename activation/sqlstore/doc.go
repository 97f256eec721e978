// Package sqlstore keeps licenses, holders and seats in the host's own
// database: PostgreSQL 14 or later, MariaDB 10.6 or later, MySQL 8, or SQLite. It
// implements the port of package activation. Any number of processes may give out
// seats, and none is given twice. See docs/spec/storage.md, The SQL stores.
//
//	pool, err := pgxpool.New(ctx, dsn)
//	store, err := sqlstore.NewPostgres(pool)
//	err = store.Migrate(ctx) // or run the files of Migrations with a tool of your own
//	engine, err := activation.New(store, trust)
//
// [NewPostgres] takes a pool of pgx. [NewDB] takes a [database/sql.DB] for
// PostgreSQL, MariaDB, MySQL or SQLite; the driver is the host's choice.
// docs/stores.md says with which databases, drivers and poolers this package is
// tested, and what goes to Bind with sqlx, GORM, bun, ent, sqlc, pop and River.
//
// # In the host's transactions
//
// Creating a user and giving it a seat commit together:
//
//	tx, err := pool.Begin(ctx)
//	_, err = tx.Exec(ctx, "INSERT INTO users …")
//	crm := engine.Tenant("tenant-42")
//	user := seat.Holder{ID: "u7", Kind: license.User, Assigned: []string{"superoffice.web"}}
//	_, err = crm.As("eva").In(store.Bind(tx)).Admit(ctx, user)
//	err = tx.Commit(ctx)
//	crm.Committed() // so that snapshots of all processes follow at once
//
// A refusal has only read, and the transaction goes on. No row of the host's is
// read or locked; ours are locked last, if the host writes its own first. A
// conflict, as there may be above READ COMMITTED, is returned with the driver's
// error in it, for the host's own retry.
//
// # How it never oversells
//
// An Update first writes the tenant's row, in a statement of its own, and reads
// afterwards: Updates of a tenant run one after another, at every isolation
// level, and those of different tenants do not meet. The decision is written in
// one round trip with the commit.
//
// # People with their names
//
// The store knows ids alone. A [Directory] reads a view of the host's beside
// them, for lists that are searched, ordered and read page by page:
//
//	people, err := store.Directory("crm.people")
//	page, err := people.Find(ctx, "tenant-42", sqlstore.DirectoryQuery{Search: "berg", Limit: 50})
//
// # Tables
//
// They are described in the files of [Migrations]. Their names begin with a
// prefix ([WithPrefix]), and the search path decides their schema. A role that
// may read and write them is enough at run time; the owner runs the migrations.
//
// The folder templates has SQL to be copied into the host's own migrations:
// grants for such a role, and a view for a [Directory] with its indexes. Its
// triggers release seats when a user of the host's table is deactivated,
// archived or deleted.
package sqlstore
