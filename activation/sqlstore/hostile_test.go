package sqlstore_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// hostile is texts that are instructions to somebody.
var hostile = []string{
	`'`, `"`, `''; DROP TABLE seatwright_holder; --`, `"); DELETE FROM seatwright_tenant; --`, "`", `\`, `\\`, `\"`, `{}`, `{"a","b"}`,
	`NULL`, `null`, `[]`, `["x"]`, `$1`, `?1`, `%s`, `%`, `_`, `{holder}`, "\x01", "\n", "\r\n", "\t", " ", "  a ", "\u2028", "\ufeff", "é", "e\u0301",
	"𝕌", "\u202eabc", `--`, `/*`, `E'\\'`, strings.Repeat("'", 255), strings.Repeat("é", 127),
}

// TestHostileTexts stores each as an id of everything, and reads it back.
func TestHostileTexts(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		for _, text := range hostile {
			require.NoError(t, store.Update(ctx, text, func(w activation.Writer) error { return writeEverywhere(ctx, w, text) }), "%q", text)
		}
		for _, text := range hostile {
			require.NoError(t, store.View(ctx, text, func(r activation.Reader) error { return readEverywhere(ctx, t, r, text) }), "%q", text)
		}
	})
}

func writeEverywhere(ctx context.Context, w activation.Writer, text string) error {
	for _, write := range []func() error{
		func() error {
			return w.PutOwner(ctx, activation.OwnerRecord{Owner: text, Expected: planner.Expected{Serial: text, Company: text}})
		},
		func() error { return w.PutHighest(ctx, text, text, 7) },
		func() error {
			return w.PutHolders(ctx, seat.Holder{ID: text, Kind: license.User, Type: text, Assigned: []string{text, text + "2"}})
		},
		func() error {
			return w.AppendLog(ctx, activation.LogEntry{By: text, Holder: text, Module: text, To: text})
		},
		func() error { return w.PutSamples(ctx, activation.Sample{Day: today, Module: text}) },
		func() error {
			_, err := w.AppendHistory(ctx, activation.HistoryEntry{Kind: activation.HistoryActivated, By: text, Owner: text})
			return err
		},
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func readEverywhere(ctx context.Context, t *testing.T, r activation.Reader, text string) error {
	t.Helper()
	same := func(what string, want, got any, err error) {
		t.Helper()
		require.NoError(t, err, "%s %q", what, text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", what, text, diff)
		}
	}
	owners, err := r.Owners(ctx)
	same("owner", []activation.OwnerRecord{{Owner: text, Expected: planner.Expected{Serial: text, Company: text}}}, owners, err)
	highest, err := r.Highest(ctx, text, text)
	same("highest", int64(7), highest, err)
	want := []seat.Holder{{ID: text, Kind: license.User, Type: text, Assigned: []string{text, text + "2"}}}
	holders, err := r.Holders(ctx, text)
	same("holder", want, holders, err)
	holders, err = r.HoldersWith(ctx, []string{text}, "", 10)
	same("holder with module", want, holders, err)
	log, err := r.Log(ctx, 0, 10)
	same("log", []activation.LogEntry{{ID: 1, By: text, Holder: text, Module: text, To: text}}, log, err)
	samples, err := r.Samples(ctx, text, today, today)
	same("samples", []activation.Sample{{Day: today, Module: text}}, samples, err)
	history, err := r.History(ctx, 0, 10)
	same("history", []activation.HistoryEntry{{ID: 1, Kind: activation.HistoryActivated, By: text, Owner: text}}, history, err)
	return nil
}

// TestRefusedTexts refuses what a database can't keep before it is asked.
func TestRefusedTexts(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		for name, text := range map[string]string{"NUL": "a\x00b", "invalid UTF-8": "a\xffb", "1 MB": strings.Repeat("x", 1<<20)} {
			err := store.Update(ctx, text, func(activation.Writer) error { t.Errorf("a tenant with %s", name); return nil })
			require.Error(t, err, name)
			err = store.View(ctx, text, func(activation.Reader) error { t.Errorf("a tenant with %s", name); return nil })
			require.Error(t, err, name)
			require.NoError(t, store.Update(ctx, "tenant", func(w activation.Writer) error {
				for what, err := range map[string]error{
					"holder":  w.PutHolders(ctx, seat.Holder{ID: text, Kind: license.User}),
					"rename":  w.RenameHolder(ctx, "u1", text),
					"owner":   w.PutOwner(ctx, activation.OwnerRecord{Owner: text}),
					"highest": w.PutHighest(ctx, "acme", text, 1),
					"sample":  w.PutSamples(ctx, activation.Sample{Day: today, Module: text}),
				} {
					require.Error(t, err, "%s with %s", what, name)
					require.NotContains(t, err.Error(), text)
				}
				// Nobody has such an id, and the Update is still usable.
				require.NoError(t, w.DeleteHolders(ctx, text))
				return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User})
			}))
		}
	})
}

func TestPrefix(t *testing.T) {
	for _, prefix := range []string{"", "1a", "A_", `a"b`, "a b", "a;", "a-b", "é", strings.Repeat("a", 32), "a\x00"} {
		_, err := sqlstore.NewDB(nil, sqlstore.SQLite, sqlstore.WithPrefix(prefix))
		require.ErrorContains(t, err, "prefix", "%q", prefix)
		require.ErrorContains(t, err, "the database is nil", "%q", prefix)
	}
}
