package issuing_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
)

// FuzzFill: whatever rows and templates are, a document that is filled in is one
// JSON object, and the one after it has the next number.
func FuzzFill(f *testing.F) {
	f.Add([]byte(template), []byte("licensee.serial,licensee.company,modules.web.quantity\n1,Example,7\n"))
	f.Add([]byte(template), []byte(`{"licensee.serial":"1","licensee.company":"x","expires":null}`))
	f.Add([]byte(`{"number":1}`), []byte("number\n2\n\"\n"))
	f.Fuzz(func(t *testing.T, template, data []byte) {
		rows, err := issuing.ParseRows(data)
		if err != nil {
			require.Nil(t, rows)
			return
		}
		for _, row := range rows {
			document, err := issuing.FillTemplate(template, row)
			if err != nil {
				require.Nil(t, document)
				continue
			}
			var object map[string]any
			require.NoError(t, json.Unmarshal(document, &object))
			before, err := license.Parse(document)
			if err != nil {
				continue
			}
			next, err := issuing.Next(document, now, 12)
			require.NoError(t, err)
			if after, err := license.Parse(next); err == nil {
				require.Equal(t, before.Number+1, after.Number)
				require.Equal(t, before.Modules, after.Modules)
			}
		}
	})
}
