package online

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

// TestObserver: it is told who asked, what they have, and what they got.
func TestObserver(t *testing.T) {
	misfiled := errors.New("acme/4713.license.json has the license of 4711")
	catalog := &shelf{}
	catalog.put("4711", EnvelopeType, `{}`, "")
	catalog.put("4712", StatusType, `{"status":"problem"}`, "")
	catalog.put("4713", EnvelopeType, `{"of":"4711"}`, "")
	catalog.put("4714", StatusType, `{"status":"problems"}`, "")
	catalog.put("4715", EnvelopeType, strings.Repeat(" ", 1<<20+1), "")
	var got []Served
	handler, err := NewHandler(catalog,
		WithObserver(func(_ context.Context, served Served) { got = append(got, served) }),
		WithCheck(func(owner, serial string, _ []byte) error {
			require.Equal(t, "acme", owner)
			if serial == "4713" {
				return misfiled
			}
			return nil
		}))
	require.NoError(t, err)
	tag := ETag([]byte(`{}`))
	for _, test := range []struct {
		uri    string
		header []string
		want   Served
		err    string
	}{
		{uri: "/licenses/acme/4711?have=7", want: Served{Owner: "acme", Serial: "4711", Have: 7, Status: 200, ETag: tag}},
		{uri: "/licenses/acme/4711?have=8", header: []string{"If-None-Match", tag}, want: Served{Owner: "acme", Serial: "4711", Have: 8, Status: 304, ETag: tag}},
		{uri: "/licenses/acme/4712?have=-1", want: Served{Owner: "acme", Serial: "4712", Status: 200}},
		{uri: "/licenses/acme/4713?have=x", want: Served{Owner: "acme", Serial: "4713", Status: 500}, err: misfiled.Error()},
		{uri: "/licenses/acme/4714", want: Served{Owner: "acme", Serial: "4714", Status: 500}, err: "the feed's status is none that is known"},
		{uri: "/licenses/acme/4715", want: Served{Owner: "acme", Serial: "4715", Status: 500}, err: "is larger than 1048576 bytes"},
		{uri: "/licenses/acme/4716", want: Served{Owner: "acme", Serial: "4716", Status: 404}},
		{uri: "/elsewhere", want: Served{Status: 404}},
	} {
		got = nil
		answer, body := answerOf(t, handler, request(t, http.MethodGet, test.uri, test.header...))
		require.Equal(t, test.want.Status, answer.status, test.uri)
		require.Len(t, got, 1)
		require.Empty(t, cmp.Diff(test.want, got[0], cmpopts.IgnoreFields(Served{}, "Err")), test.uri)
		if test.err == "" {
			require.NoError(t, got[0].Err)
			continue
		}
		require.EqualError(t, got[0].Err, test.err)
		require.Equal(t, problemBody(500, "the feed can't answer now"), body)
	}
	_, err = NewHandler(catalog, WithObserver(nil), WithCheck(nil))
	require.EqualError(t, err, "the observer of the feed is nil\nthe check of envelopes is nil")
}

// TestTokenFile: what is added or taken away counts at once, and a mistake lets
// nobody in until it is mended.
func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	tokens := Tokens{}
	tokens.Add("acme", "4711", "one")
	save := func(text string) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		old := time.Now().Add(-time.Hour)
		require.NoError(t, os.Chtimes(path, old, old))
	}
	text := func() string {
		var b strings.Builder
		for _, digest := range tokens["acme"]["4711"] {
			b.WriteString(`,"` + digest + `"`)
		}
		return `{"acme":{"4711":[` + strings.TrimPrefix(b.String(), ",") + `]}}`
	}
	_, err := NewTokenFile(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	save(text())
	file, err := NewTokenFile(path)
	require.NoError(t, err)
	catalog := &shelf{}
	catalog.put("4711", EnvelopeType, `{}`, "")
	catalog.put("4712", EnvelopeType, `{}`, "")
	var observed Served
	handler, err := NewHandler(catalog, WithTokens(file.Digests),
		WithObserver(func(_ context.Context, served Served) { observed = served }))
	require.NoError(t, err)
	requireStatus := func(want int, serial, token string) {
		t.Helper()
		answer, _ := answerOf(t, handler, request(t, http.MethodGet, "/licenses/acme/"+serial, "Authorization", "Bearer "+token))
		require.Equal(t, want, answer.status)
	}
	requireStatus(200, "4711", "one")
	requireStatus(200, "4711", "one") // by the tokens that were read before
	requireStatus(401, "4711", "two")
	requireStatus(401, "4712", "one")
	tokens.Add("acme", "4711", "two")
	save(text())
	requireStatus(200, "4711", "one")
	requireStatus(200, "4711", "two")
	save(`{"acme":{"4711":[]}}`)
	requireStatus(401, "4711", "one")
	save(strings.Replace(text(), "4711", "4711 ", 1))
	requireStatus(500, "4711", "one")
	require.ErrorContains(t, observed.Err, "Serial has white space around it")
	save(text())
	requireStatus(200, "4711", "two")
	require.NoError(t, os.Remove(path))
	requireStatus(500, "4711", "two")
}

func TestParseTokensRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                       "the file of tokens: JSON text: must be an object",
		`{"acme":{"4711":"ab"}}`:   "the file of tokens: JSON member /acme/4711: must be an array",
		`{"acme":{"4711":["ab"]}}`: `the file of tokens: "acme", "4711": a token is not given by its SHA-256 in hexadecimal`,
		`{"Acme":{"4711":[]}}`:     `the file of tokens: "Acme", "4711": the request to a license source can't be asked: Owner is not the name of an owner in lower case`,
	} {
		tokens, err := ParseTokens([]byte(text))
		require.Nil(t, tokens)
		require.EqualError(t, err, want)
	}
}
