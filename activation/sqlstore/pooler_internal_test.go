package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// TestWithoutStatements says what to set where a pooler loses prepared statements,
// by whatever driver a session runs.
func TestWithoutStatements(t *testing.T) {
	for _, code := range []string{"26000", "42P05"} {
		lost := &pgconn.PgError{Code: code, Message: "an answer"}
		for _, on := range []session{&pgxSession{batcher: answers{to: "SELECT", err: lost}}, sqlSession{failing{lost}}} {
			err := on.run(t.Context(), query{sql: "SELECT 1"})
			require.ErrorIs(t, err, lost)
			require.ErrorContains(t, err, "set default_query_exec_mode=exec for pgx, binary_parameters=yes for lib/pq: : an answer")
		}
	}
	for _, other := range []error{nil, errors.New("anything"), &pgconn.PgError{Code: "26"}} {
		require.Equal(t, other, withoutStatements(other))
	}
}

// failing is a transaction that answers everything with an error.
type failing struct{ err error }

func (f failing) ExecContext(context.Context, string, ...any) (sql.Result, error) { return nil, f.err }

func (f failing) QueryContext(context.Context, string, ...any) (*sql.Rows, error) { return nil, f.err }
