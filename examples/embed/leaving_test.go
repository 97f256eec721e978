package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license/signed"
)

// export writes everything that is worth keeping of a tenant, a JSON value a line:
// who has what, what happened, the samples, and the signed licenses.
func export(ctx context.Context, crm *activation.Tenant, store activation.Store, w io.Writer) error {
	out := json.NewEncoder(w)
	status, err := crm.Status(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(
		all(out, crm.AllHolders(ctx, activation.HolderQuery{})),
		all(out, crm.AllHistory(ctx)),
		all(out, crm.AllLog(ctx)),
		all(out, crm.Samples(ctx, "", status.At.AddDate(-10, 0, 0), status.At)),
	); err != nil {
		return err
	}
	return store.View(ctx, crm.ID(), func(r activation.Reader) error {
		for _, owner := range status.Owners {
			envelope, err := r.Envelope(ctx, owner.Digest) // as it came, nil if no license is active
			if err != nil {
				return err
			}
			if err := out.Encode(map[string]string{"owner": owner.Owner, "license": string(envelope)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func all[T any](out *json.Encoder, values iter.Seq2[T, error]) error {
	for value, err := range values {
		if err != nil {
			return err
		}
		if err := out.Encode(value); err != nil {
			return err
		}
	}
	return nil
}

// dropTables takes the library's tables away, the last migration first.
func dropTables(ctx context.Context, pool *pgxpool.Pool) error {
	files := sqlstore.Migrations(sqlstore.PostgreSQL)
	names, err := fs.Glob(files, "*.down.sql")
	if err != nil {
		return err
	}
	for _, name := range slices.Backward(names) {
		down, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if _, err := pool.Exec(ctx, string(down)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	_, err = pool.Exec(ctx, `DROP TABLE IF EXISTS seatwright_migration`) // which Migrate keeps for itself
	return err
}

// TestLeaving exports a tenant, takes the tables away, and finds the host's own as
// they were.
func TestLeaving(t *testing.T) {
	h := openHost(t, 2)
	ctx := t.Context()
	require.NoError(t, h.invite(ctx, "ann"))
	require.NoError(t, h.invite(ctx, "bob"))
	var exported bytes.Buffer
	require.NoError(t, export(ctx, h.crm, h.store, &exported))
	lines := strings.Split(strings.TrimSpace(exported.String()), "\n")
	require.Equal(t, `{"id":"ann","kind":"user","type":"internal","assigned":["acme.sales"]}`, lines[0])
	require.Len(t, lines, 2+2+2+1, "holders, history, log, license: %s", exported.String())
	var kept struct{ License string }
	require.NoError(t, json.Unmarshal([]byte(lines[6]), &kept))
	trust, err := signed.ParseTrust(trusted)
	require.NoError(t, err)
	opened, err := trust.Reopen([]byte(kept.License))
	require.NoError(t, err)
	require.Equal(t, int64(1), opened.License.Number)

	require.NoError(t, dropTables(ctx, h.pool))
	var left []string
	require.NoError(t, h.pool.QueryRow(ctx, `SELECT array_agg(table_name::text ORDER BY table_name)
		FROM information_schema.tables WHERE table_schema = current_schema()`).Scan(&left))
	require.Equal(t, []string{"users"}, left)
}
