package strictjson_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/internal/suites"
)

// refusedHere are those files of JSONTestSuite that a parser may accept or
// refuse (i_…) and this one refuses: what is not valid UTF-8, a byte order mark,
// and escapes of lone surrogates.
var refusedHere = map[string]bool{
	"i_object_key_lone_2nd_surrogate.json":                true,
	"i_string_1st_surrogate_but_2nd_missing.json":         true,
	"i_string_1st_valid_surrogate_2nd_invalid.json":       true,
	"i_string_UTF-16LE_with_BOM.json":                     true,
	"i_string_UTF-8_invalid_sequence.json":                true,
	"i_string_UTF8_surrogate_U+D800.json":                 true,
	"i_string_incomplete_surrogate_and_escape_valid.json": true,
	"i_string_incomplete_surrogate_pair.json":             true,
	"i_string_incomplete_surrogates_escape_valid.json":    true,
	"i_string_invalid_lonely_surrogate.json":              true,
	"i_string_invalid_surrogate.json":                     true,
	"i_string_invalid_utf-8.json":                         true,
	"i_string_inverted_surrogates_U+1D11E.json":           true,
	"i_string_iso_latin_1.json":                           true,
	"i_string_lone_second_surrogate.json":                 true,
	"i_string_lone_utf8_continuation_byte.json":           true,
	"i_string_not_in_unicode_range.json":                  true,
	"i_string_overlong_sequence_2_bytes.json":             true,
	"i_string_overlong_sequence_6_bytes.json":             true,
	"i_string_overlong_sequence_6_bytes_null.json":        true,
	"i_string_truncated-utf-8.json":                       true,
	"i_string_utf16BE_no_BOM.json":                        true,
	"i_string_utf16LE_no_BOM.json":                        true,
	"i_structure_UTF-8_BOM_empty_object.json":             true,
}

// TestJSONTestSuite reads the files of JSONTestSuite: y_… must be accepted, n_…
// refused.
func TestJSONTestSuite(t *testing.T) {
	var files map[string]string
	if err := suites.Read(suites.JSON, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) != 318 {
		t.Fatalf("%d files", len(files))
	}
	for name, encoded := range files {
		text, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		refuse := strings.HasPrefix(name, "n_") || refusedHere[name]
		problem := strictjson.Scan(string(text), &strictjson.Tree{Limit: 1}, 0)
		if (problem != nil) != refuse {
			t.Errorf("%s: %v, want refused %v", name, problem, refuse)
		}
	}
}
