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
	tables := regexp.MustCompile(`(?:FROM|INTO|UPDATE|JOIN) seatwright_[a-z]+`)
	bound := regexp.MustCompile(`tenant = [$?]1|\(tenant,[^)]*\)\s+(?:VALUES \([$?]1,|SELECT [$?]1)`)
	for _, dialect := range []Dialect{PostgreSQL, SQLite} {
		s := newStatements(&settings{dialect: dialect, prefix: defaultPrefix})
		value := reflect.ValueOf(s).Elem()
		for i := range value.NumField() {
			name := value.Type().Field(i).Name
			text := value.Field(i).String()
			require.NotEmpty(t, text, name)
			used := len(tables.FindAllString(strings.ReplaceAll(text, "DO UPDATE", ""), -1))
			require.Positive(t, used, "%s: %s", name, text)
			if name == "due" {
				continue
			}
			require.Len(t, bound.FindAllString(text, -1), used, "%s, %s: %s", dialect, name, text)
		}
	}
}
