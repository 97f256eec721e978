package sqlstore

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStatementsOfOneTenant reads every statement: each names the tenant in all
// places where a table is read or written, but for the list of due checks.
func TestStatementsOfOneTenant(t *testing.T) {
	for _, dialect := range []Dialect{PostgreSQL, SQLite, MySQL} {
		s := newStatements(&settings{dialect: dialect.flavor(), prefix: defaultPrefix})
		value := reflect.ValueOf(s).Elem()
		for i := range value.NumField() {
			name := value.Type().Field(i).Name
			// Not every dialect has a claim, and what may be outdated.
			if value.Field(i).Kind() == reflect.String && name != "due" && (value.Field(i).String() != "" || name != "claim" && name != "outdated") {
				ofOneTenant(t, dialect, name, value.Field(i).String())
			}
		}
		for _, i := range []*insert{s.putCensus, s.putHolders, s.putGone, s.putLog, s.putRevision} {
			for _, text := range append(i.few, i.many) {
				ofOneTenant(t, dialect, "an insert", text)
			}
		}
		for _, q := range allListings(t, dialect) {
			ofOneTenant(t, dialect, "a listing", q.sql)
			require.Equal(t, "tenant-42", q.args[0])
		}
	}
}

var (
	tableUse  = regexp.MustCompile("(?:FROM|INTO|UPDATE|JOIN) (?:seatwright_[a-z]+|[\"`]crm[\"`]\\.[\"`]People[\"`])")
	tenantUse = regexp.MustCompile(`tenant = [$?]1\b|\(tenant,[^)]*\)\s+(?:VALUES \([$?]1,|SELECT [$?]1)`)
)

func ofOneTenant(t *testing.T, dialect Dialect, name, text string) {
	t.Helper()
	used := len(tableUse.FindAllString(strings.ReplaceAll(text, "DO UPDATE", ""), -1))
	require.Positive(t, used, "%s, %s: %s", dialect, name, text)
	require.Len(t, tenantUse.FindAllString(text, -1), used, "%s, %s: %s", dialect, name, text)
}

// allListings returns all queries that a directory may make.
func allListings(t *testing.T, dialect Dialect) (queries []query) {
	t.Helper()
	d, err := newDirectory(&settings{dialect: dialect.flavor(), prefix: defaultPrefix}, nil, "crm.People")
	require.NoError(t, err)
	for _, who := range []holding{{}, {wanted: true, few: true}, {wanted: true}} {
		for _, q := range []DirectoryQuery{{}, {Search: "a", Kind: "user", Type: "internal"}} {
			queries = append(queries, d.listing("tenant-42").like(q).counted(who).count())
			for _, part := range []part{
				{order: ByHolder, none: true},
				{order: ByName, none: true},
				{order: ByLastSeen, descending: true, after: &place{}},
			} {
				queries = append(queries, d.listing("tenant-42").like(q).having(who).page(part, 1))
			}
		}
	}
	return queries
}
