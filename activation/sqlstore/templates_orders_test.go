package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// hosted is a host's database with a table of users, u1 to u<n>, who are holders
// of a tenant, and with the triggers of the template.
type hosted struct {
	db    *sql.DB
	store *sqlstore.DB
	crm   *activation.Tenant
	begin func(t *testing.T) hostTransaction
}

// hostTransaction is a transaction of the host, which begins IMMEDIATE in SQLite.
type hostTransaction struct {
	sqlstore.Tx
	end func(commit bool) error
}

func (h *hosted) exec(t testing.TB, statement string) {
	t.Helper()
	_, err := h.db.ExecContext(t.Context(), statement)
	require.NoError(t, err, statement)
}

func (h *hosted) populate(t *testing.T, users int) {
	t.Helper()
	h.crm = newEngine(t, h.store).Tenant("host")
	licensed(t, h.crm, int64(users), users)
	var ids, rows []string
	for i := range users {
		ids = append(ids, fmt.Sprintf("u%d", i+1))
		rows = append(rows, "('host', '"+ids[i]+"', true)")
	}
	for some := range slices.Chunk(rows, 5000) {
		h.exec(t, "INSERT INTO users VALUES "+strings.Join(some, ", "))
	}
	require.NoError(t, errOf(h.crm.As("eva").Assign(t.Context(), plans(ids...)...)))
}

// hosts runs a test on a host's database of each kind.
func hosts(t *testing.T, test func(t *testing.T, dialect sqlstore.Dialect, h *hosted)) {
	t.Helper()
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		db, store := migratedDB(t, dsn)
		everything(t, dsn, flags["active"].table()+template(t, "release_postgresql.sql"))
		test(t, sqlstore.PostgreSQL, &hosted{db: db, store: store, begin: func(t *testing.T) hostTransaction {
			t.Helper()
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			return hostTransaction{tx, ending(tx)}
		}})
	})
	t.Run("MySQL", func(t *testing.T) {
		db, store := migratedMySQL(t, with(mariatest.DSN(t), severalStatements))
		mysqlEverything(t, db, flags["active"].table()+template(t, "release_mysql.sql"))
		test(t, sqlstore.MySQL, &hosted{db: db, store: store, begin: func(t *testing.T) hostTransaction {
			t.Helper()
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			return hostTransaction{tx, ending(tx)}
		}})
	})
	t.Run("SQLite", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		_, err := db.ExecContext(t.Context(), flags["active"].table()+template(t, "release_sqlite.sql"))
		require.NoError(t, err)
		test(t, sqlstore.SQLite, &hosted{db: db, store: store, begin: func(t *testing.T) hostTransaction {
			t.Helper()
			conn, err := db.Conn(t.Context())
			require.NoError(t, err)
			_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
			require.NoError(t, err)
			return hostTransaction{conn, func(commit bool) error {
				end := "ROLLBACK"
				if commit {
					end = "COMMIT"
				}
				_, err := conn.ExecContext(context.Background(), end)
				require.NoError(t, conn.Close())
				return err
			}}
		}})
	})
}

// steps of a host in one transaction, about u1, who has a seat of the plan.
const (
	deactivates = "UPDATE users SET active = false WHERE id = 'u1'"
	activates   = "UPDATE users SET active = true WHERE id = 'u1'"
	deletes     = "DELETE FROM users WHERE id = 'u1'"
	inserts     = "INSERT INTO users VALUES ('host', 'u1', true)"
	retires     = "Retire"
	assigns     = "Assign"
)

// outcome is what is expected of u1 after some steps.
type outcome struct {
	exists, active bool // in the host's table
	known, seated  bool
	leaves         bool // it is released at commit, in PostgreSQL
	held           int  // what Retire has returned, or -1
}

// TestOrders has a host change its table, Retire and Assign in one transaction,
// in every order. In PostgreSQL what the table says in the end decides, and
// Retire returns what was held whether it comes before or after. In SQLite, whose
// triggers are not deferred, it has to come before.
func TestOrders(t *testing.T) {
	orders := [][]string{{retires, deactivates, activates, assigns}, {deactivates, retires, activates, assigns}}
	all := []string{deactivates, activates, deletes, inserts, retires, assigns}
	var extend func(steps []string)
	extend = func(steps []string) {
		if len(steps) > 0 {
			orders = append(orders, steps)
		}
		for _, step := range all {
			if len(steps) < 3 && !slices.Contains(steps, step) {
				extend(append(slices.Clone(steps), step))
			}
		}
	}
	extend(nil)
	hosts(t, func(t *testing.T, dialect sqlstore.Dialect, h *hosted) {
		t.Helper()
		h.populate(t, 3)
		tried, before := 0, outcome{exists: true, active: true, known: true, seated: true, held: -1}
		for _, steps := range orders {
			want, makesSense := before.after(steps, dialect == sqlstore.PostgreSQL)
			if !makesSense {
				continue
			}
			tried++
			h.steps(t, steps, false, want.held)
			h.is(t, before, steps)
			h.steps(t, steps, true, want.held)
			h.is(t, want, steps)
			h.exec(t, deletes)
			h.exec(t, inserts)
			u1 := seat.Holder{ID: "u1", Kind: "user", Type: "internal", Assigned: []string{"acme.plan"}}
			require.NoError(t, errOf(h.crm.As("host").Admit(t.Context(), u1)))
		}
		require.Equal(t, map[sqlstore.Dialect]int{sqlstore.PostgreSQL: 100, sqlstore.SQLite: 88, sqlstore.MySQL: 88}[dialect], tried)
	})
}

// after is what steps do, and whether they make sense: nobody is inserted twice
// or assigned a module after being forgotten.
func (o outcome) after(steps []string, deferred bool) (outcome, bool) {
	for _, step := range steps {
		switch {
		case step == inserts && o.exists, step == assigns && !o.known:
			return o, false
		case step == inserts:
			o.exists, o.active = true, true
		case step == activates:
			o.active = o.exists
		case step == retires:
			o.held, o.seated = map[bool]int{true: 1}[o.seated], false
		case step == assigns:
			o.seated = true
		case deferred:
			o.leaves, o.active, o.exists = true, false, o.exists && step == deactivates
		default:
			o.active, o.seated = false, o.seated && !o.active && step == deactivates
			if step == deletes && o.exists {
				o.exists, o.known, o.seated = false, false, false
			}
		}
	}
	if o.leaves {
		o.known = o.known && o.exists
		o.seated = o.seated && o.active
	}
	return o, true
}

func (h *hosted) is(t *testing.T, want outcome, steps []string) {
	t.Helper()
	holders, err := h.crm.Holders(t.Context(), "u1")
	require.NoError(t, err)
	require.Equal(t, want.known, len(holders) == 1, "%q", steps)
	require.Equal(t, want.seated, len(holders) == 1 && len(holders[0].Assigned) == 1, "%q", steps)
	verified(t, h.crm)
}

func (h *hosted) steps(t *testing.T, steps []string, commit bool, held int) {
	t.Helper()
	ctx := t.Context()
	tx := h.begin(t)
	bound := h.crm.In(h.store.Bind(tx.Tx))
	for _, step := range steps {
		switch step {
		case retires:
			decision, err := bound.As("eva").Retire(ctx, "u1")
			require.NoError(t, err)
			require.Len(t, decision.Changes, held, "%q", steps)
		case assigns:
			require.NoError(t, errOf(bound.As("eva").Assign(ctx, plans("u1")...)), "%q", steps)
		default:
			_, err := tx.ExecContext(ctx, step)
			require.NoError(t, err, step)
		}
	}
	require.NoError(t, tx.end(commit))
}

// TestReplacedUser has a host replace rows, which calls no trigger for the row
// that SQLite deletes.
func TestReplacedUser(t *testing.T) {
	hosts(t, func(t *testing.T, dialect sqlstore.Dialect, h *hosted) {
		t.Helper()
		h.populate(t, 3)
		statement := map[sqlstore.Dialect]string{
			sqlstore.PostgreSQL: "INSERT INTO users VALUES ('host', 'u1', false) ON CONFLICT (id) DO UPDATE SET active = excluded.active",
			sqlstore.SQLite:     "INSERT OR REPLACE INTO users VALUES ('host', 'u1', false)",
			sqlstore.MySQL:      "INSERT INTO users VALUES ('host', 'u1', false) ON DUPLICATE KEY UPDATE active = false",
		}[dialect]
		h.exec(t, statement)
		holders, err := h.crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 2)
		h.exec(t, "INSERT INTO users VALUES ('host', 'new', false)")
		verified(t, h.crm)
	})
}

// TestManyLeave has thousands of users leave in one statement, and one by one in
// one transaction.
func TestManyLeave(t *testing.T) {
	const users = 4000
	hosts(t, func(t *testing.T, _ sqlstore.Dialect, h *hosted) {
		t.Helper()
		h.populate(t, users)
		h.exec(t, "UPDATE users SET active = false WHERE id < 'u2'")
		tx := h.begin(t)
		for i := range users {
			if id := fmt.Sprintf("u%d", i+1); id >= "u2" && id < "u3" {
				_, err := tx.ExecContext(t.Context(), "UPDATE users SET active = false WHERE id = '"+id+"'")
				require.NoError(t, err)
			}
		}
		require.NoError(t, tx.end(true))
		h.exec(t, "DELETE FROM users")
		holders, err := h.crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 10)
		require.NoError(t, err)
		require.Empty(t, holders)
		verified(t, h.crm)
	})
}

// TestLeaveAtOnce has two transactions deactivate users who are locked by the
// other in turn: the first is waited for, and nobody for ever.
func TestLeaveAtOnce(t *testing.T) {
	hosts(t, func(t *testing.T, dialect sqlstore.Dialect, h *hosted) {
		t.Helper()
		if dialect != sqlstore.PostgreSQL {
			return // SQLite has one writer, and MySQL locks the tenant at once
		}
		h.populate(t, 4)
		ctx := t.Context()
		first, second := h.begin(t), h.begin(t)
		_, err := first.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'u1'")
		require.NoError(t, err)
		_, err = second.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'u2'")
		require.NoError(t, err)
		waiting := make(chan error, 1)
		go func() {
			_, err := first.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'u2'")
			waiting <- err
		}()
		_, err = second.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'u3'")
		require.NoError(t, err)
		require.NoError(t, second.end(true))
		require.NoError(t, <-waiting)
		require.NoError(t, first.end(true))
		verified(t, h.crm)
		holders, err := h.crm.HolderPage(ctx, activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 1)
	})
}

// TestDown takes everything away again that a template makes, and makes it anew.
func TestDown(t *testing.T) {
	hosts(t, func(t *testing.T, dialect sqlstore.Dialect, h *hosted) {
		t.Helper()
		name := map[sqlstore.Dialect]string{sqlstore.PostgreSQL: "postgresql", sqlstore.SQLite: "sqlite", sqlstore.MySQL: "mysql"}[dialect]
		h.populate(t, 3)
		h.exec(t, template(t, "release_"+name+".down.sql"))
		h.exec(t, deactivates)
		holders, err := h.crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 3)
		h.exec(t, template(t, "release_"+name+".sql"))
		h.exec(t, deletes)
		holders, err = h.crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 2)
		for _, column := range []string{"name varchar(255)", "type text", "last_seen integer"} {
			h.exec(t, "ALTER TABLE users ADD COLUMN "+column)
		}
		for range 2 {
			h.exec(t, template(t, "directory_"+name+".sql"))
			h.exec(t, template(t, "directory_"+name+".down.sql"))
		}
		verified(t, h.crm)
	})
}
