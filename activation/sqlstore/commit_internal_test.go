package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// sqliteError is an error of SQLite.
type sqliteError int

func (e sqliteError) Error() string { return "an error of SQLite" }

func (e sqliteError) Code() int { return int(e) }

// answers is a database that does nothing, and answers one statement with an
// error.
type answers struct {
	to  string // the beginning of the statement that fails
	err error
}

func (a answers) answer(statement string) error {
	if strings.HasPrefix(statement, a.to) {
		return a.err
	}
	return nil
}

// run implements session, as database/sql does: one statement after another.
func (a answers) run(_ context.Context, queries ...query) error {
	for _, q := range queries {
		if err := a.answer(q.sql); err != nil {
			return err
		}
	}
	return nil
}

// SendBatch implements batcher, as pgx does: all statements at once.
func (a answers) SendBatch(_ context.Context, batch *pgx.Batch) pgx.BatchResults {
	r := &batchAnswers{answers: a}
	for _, q := range batch.QueuedQueries {
		r.statements = append(r.statements, q.SQL)
	}
	return r
}

type batchAnswers struct {
	answers
	pgx.BatchResults
	statements []string
	failed     error
}

func (b *batchAnswers) next() error {
	if b.failed == nil {
		b.failed = b.answer(b.statements[0])
	}
	b.statements = b.statements[1:]
	return b.failed
}

func (b *batchAnswers) Exec() (pgconn.CommandTag, error) {
	return pgconn.NewCommandTag(commit), b.next()
}

func (b *batchAnswers) Query() (pgx.Rows, error) { return noRows{}, b.next() }

func (b *batchAnswers) Close() error { return nil }

type noRows struct{ pgx.Rows }

func (noRows) Next() bool { return false }
func (noRows) Err() error { return nil }
func (noRows) Close()     {}

// TestAnswersToCommit has a database answer a commit with an error of every
// class. Only what is known to have been rolled back is no unknown outcome.
func TestAnswersToCommit(t *testing.T) {
	state := func(code string) error { return &pgconn.PgError{Code: code, Message: "an answer"} }
	known := map[string]error{"what PostgreSQL answers with ROLLBACK": errRolledBack}
	for _, code := range []string{"40000", "40001", "40002", "40P01", "23000", "23503", "23505", "23P01", "25P02"} {
		known[code] = state(code)
	}
	for _, number := range []uint16{1213, 1290} {
		known[fmt.Sprintf("MySQL: %d", number)] = &driver.MySQLError{Number: number}
	}
	for name, code := range map[string]int{"busy": 5, "busy, extended": 261, "locked": 6, "full": 13, "constraint": 787} {
		known["SQLite: "+name] = sqliteError(code)
	}
	unknown := map[string]error{
		"the connection": io.ErrUnexpectedEOF, "the time": context.DeadlineExceeded, "anything": errors.New("anything"),
		"an error without a code": state(""),
	}
	for _, code := range []string{
		"00000", "01000", "02000", "03000", "08000", "08003", "08006", "08007", "08P01", "0A000", "22000", "25000", "25P01", "25P03", "26000",
		"2D000", "40003", "42501", "42P01", "53000", "53100", "53200", "53300", "54000", "55000", "55P03", "57000", "57014", "57P01", "57P02",
		"57P03", "58000", "58030", "58P01", "72000", "F0000", "HV000", "P0001", "XX000", "XX001", "XX002", "ZZZZZ",
	} {
		unknown[code] = state(code)
	}
	for _, number := range []uint16{1020, 1053, 1180, 1205, 1317, 1792, 2013, 3024, 8028} {
		unknown[fmt.Sprintf("MySQL: %d", number)] = &driver.MySQLError{Number: number}
	}
	for name, code := range map[string]int{"error": 1, "interrupted": 9, "I/O": 10, "I/O, extended": 1034, "corrupt": 11, "no memory": 7} {
		unknown["SQLite: "+name] = sqliteError(code)
	}
	for _, sessions := range []func(answers) session{
		func(a answers) session { return a },
		func(a answers) session { return &pgxSession{batcher: a} },
	} {
		update := func(a answers) error {
			s, err := newSettings(PostgreSQL, true, nil)
			require.NoError(t, err)
			w := newWriter(s, sessions(a), scope{tenant: "tenant"})
			w.census = newCensus(&s.sets)
			w.written = true
			return s.commit(t.Context(), w.session, s.dialect.updating, []*writer{w})
		}
		require.NoError(t, update(answers{to: "nothing"}))
		for name, answer := range known {
			err := update(answers{to: commit, err: answer})
			require.ErrorIs(t, err, answer, name)
			require.NotErrorIs(t, err, activation.ErrOutcomeUnknown, name)
		}
		for name, answer := range unknown {
			err := update(answers{to: commit, err: answer})
			require.ErrorIs(t, err, answer, name)
			require.ErrorIs(t, err, activation.ErrOutcomeUnknown, name)
		}
		// What the database has said before it came to the commit is known.
		for _, code := range []string{"42501", "53100", "XX000"} {
			err := update(answers{to: "INSERT", err: state(code)})
			require.ErrorContains(t, err, code)
			require.NotErrorIs(t, err, activation.ErrOutcomeUnknown, code)
		}
	}
	// A connection that is lost while everything was sent at once is not, and
	// neither is what a pooler says when it has lost the server.
	for _, lost := range []error{io.ErrUnexpectedEOF, state("08P01"), state("08006"), state("57P01")} {
		s, err := newSettings(PostgreSQL, true, nil)
		require.NoError(t, err)
		w := newWriter(s, &pgxSession{batcher: answers{to: "INSERT", err: lost}}, scope{tenant: "tenant"})
		w.census, w.written = newCensus(&s.sets), true
		require.ErrorIs(t, s.commit(t.Context(), w.session, s.dialect.updating, []*writer{w}), activation.ErrOutcomeUnknown, lost)
	}
}

// asked is a session that notes what it is asked, and whether for a limited time.
type asked struct {
	queries []string
	limited []bool
	then    func()
}

func (a *asked) run(ctx context.Context, queries ...query) error {
	_, limited := ctx.Deadline()
	a.queries, a.limited = append(a.queries, queries[len(queries)-1].sql), append(a.limited, limited)
	a.then()
	return ctx.Err()
}

// TestWritesBeforeCommit: where the commit is sent by itself, what is written before
// it takes the time that the caller has, and ends with the caller's context.
func TestWritesBeforeCommit(t *testing.T) {
	s, err := newSettings(MySQL, true, nil)
	require.NoError(t, err)
	commits := func(ctx context.Context, on *asked) error {
		w := newWriter(s, on, scope{tenant: "tenant"})
		w.census, w.written = newCensus(&s.sets), true
		return s.commit(ctx, on, s.dialect.updating, []*writer{w})
	}
	on := &asked{then: func() {}}
	require.NoError(t, commits(t.Context(), on))
	require.Equal(t, []bool{false, true}, on.limited)
	require.Equal(t, commit, on.queries[1])

	ctx, cancel := context.WithCancel(t.Context())
	on = &asked{then: cancel}
	err = commits(ctx, on)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, activation.ErrOutcomeUnknown)
	require.Len(t, on.queries, 1, "no commit")
}
