package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// open has a database with the host's table of users, and a license of two seats.
func open(ctx context.Context) (db *sql.DB, store *sqlstore.DB, crm *activation.Tenant, done func()) {
	folder, err := os.MkdirTemp("", "example")
	check(err)
	db, err = sql.Open("sqlite", filepath.Join(folder, "crm.db"))
	check(err)
	_, err = db.ExecContext(ctx, "CREATE TABLE users (id TEXT PRIMARY KEY)")
	check(err)
	store, err = sqlstore.NewDB(db, sqlstore.SQLite)
	check(err)
	check(store.Migrate(ctx))

	keys, err := os.ReadFile("../../examples/testdata/trust.json")
	check(err)
	trust, err := signed.ParseTrust(keys)
	check(err)
	engine, err := activation.New(store, trust)
	check(err)
	crm = engine.Tenant("tenant-42")
	check(crm.As("eva").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))
	file, err := os.Open("../../examples/testdata/acme-4711-0001.license.json")
	check(err)
	_, err = crm.As("eva").Load(ctx, file)
	check(err)
	return db, store, crm, func() { check(errors.Join(file.Close(), store.Close(), db.Close(), os.RemoveAll(folder))) }
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A user and its seat commit together, or neither does.
func Example() {
	ctx := context.Background()
	db, store, crm, done := open(ctx)
	defer done()

	invite := func(id string) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing, once it has committed
		if _, err := tx.ExecContext(ctx, "INSERT INTO users (id) VALUES (?)", id); err != nil {
			return err
		}
		user := seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}}
		if _, err := crm.As("eva").In(store.Bind(tx)).Admit(ctx, user); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		crm.Committed() // so that entitlements follow at once
		return nil
	}
	for _, id := range []string{"ann", "bob", "joe"} {
		fmt.Println(id, invite(id))
	}
	var users int
	check(db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&users))
	fmt.Println(users, "users")
	// Output:
	// ann <nil>
	// bob <nil>
	// joe activation: admit: seat: cannot assign acme.web to holder "joe": acme.web has 2 of 2 seats in use, and 1 more is wanted; release some or buy more
	// 2 users
}

// A directory reads a view of the host's people beside the seats, for a list that
// administrators search.
func ExampleDB_Directory() {
	ctx := context.Background()
	db, store, crm, done := open(ctx)
	defer done()
	_, err := db.ExecContext(ctx, `
		CREATE VIEW people AS SELECT 'tenant-42' AS tenant, id AS holder, 'user' AS kind, 'internal' AS type,
			'Ann Berg' AS name, NULL AS last_seen FROM users;
		INSERT INTO users VALUES ('ann')`)
	check(err)
	_, err = crm.As("eva").Admit(ctx, seat.Holder{ID: "ann", Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}})
	check(err)

	people, err := store.Directory("people")
	check(err)
	page, err := people.Find(ctx, "tenant-42", sqlstore.DirectoryQuery{Search: "berg", Limit: 50})
	check(err)
	for _, person := range page.Entries {
		fmt.Println(person.Name, person.Assigned)
	}
	// Output:
	// Ann Berg [acme.web]
}
