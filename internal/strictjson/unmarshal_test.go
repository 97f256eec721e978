package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/strictjson"
)

type inner struct {
	Name  string   `json:"name"`
	Tags  []string `json:"tags"`
	Count int8     `json:"count,omitempty"`
}

type outer struct {
	Title   string           `json:"title"`
	Inner   inner            `json:"inner"`
	Pointer *inner           `json:"pointer"`
	List    []inner          `json:"list"`
	Map     map[string]inner `json:"map"`
	Raw     json.RawMessage  `json:"raw"`
	When    time.Time        `json:"when"`
	Any     any              `json:"any"`
	Ratio   float64          `json:"ratio"`
	Big     bool             `json:"big"`
	Bytes   []byte           `json:"bytes"`
	Word    word             `json:"word"`
	Plain   int
	Hidden  string       `json:"-"`
	Func    func()       `json:"func"`
	private string       //nolint:unused // shows that it is no member
	Rate    float32      `json:"rate"`
	Key     map[key]bool `json:"key"`
}

type key string

// word is a type with UnmarshalText.
type word string

func (w *word) UnmarshalText(text []byte) error {
	if string(text) == "bad" {
		return errors.New("bad word")
	}
	*w = word(text)
	return nil
}

func TestUnmarshalLikeEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`{}`,
		` {"title":"a\u0041\ud83d\ude00\"\\\/\b\f\n\r\t","inner":{"name":"n","tags":["x","y"],"count":-128}} `,
		`{"pointer":{"name":"p"},"list":[{},{"name":"l"}],"map":{"a/b":{"name":"m"},"":{}}}`,
		`{"raw":{"any":[null,1.50,"x"]},"when":"2026-01-01T00:00:00Z","any":{"a":[1,true,"x",{}]}}`,
		`{"raw":null,"ratio":1e3,"big":true,"bytes":"aGk=","word":"good","Plain":7,"rate":0.5,"key":{"k":false}}`,
		`{"any":"text","list":[],"map":{}}`,
	} {
		var want, got outer
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameOuter); diff != "" {
			t.Errorf("%s (-encoding/json +strictjson):\n%s", text, diff)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, pointer, problem string }{
		{"nothing", ``, "", "ends too early"},
		{"trailing data", `{} x`, "", "is followed by something at byte 3"},
		{"syntax", `{"title":}`, "", "is not valid JSON at byte 9"},
		{"invalid UTF-8", "{\"title\":\"\xff\"}", "", "is not valid UTF-8"},
		{"depth", strings.Repeat("[", strictjson.MaxDepth+1), "", "is nested deeper than 10000"},
		{"duplicate", `{"title":"a","title":"b"}`, "/title", "occurs twice"},
		{"duplicate by an escape", `{"title":"a","\u0074itle":"b"}`, "/title", "occurs twice"},
		{"duplicate in raw", `{"raw":[{"a/b":1,"a/b":2}]}`, "/raw/0/a~1b", "occurs twice"},
		{"duplicate comes before unknown", `{"nope":1,"title":"a","title":"b"}`, "/title", "occurs twice"},
		{"unknown", `{"nope":1}`, "/nope", "is unknown"},
		{"unknown in a struct", `{"inner":{"x":1}}`, "/inner/x", "is unknown"},
		{"unknown in a list", `{"list":[{},{"~":1}]}`, "/list/1/~0", "is unknown"},
		{"unknown in a map", `{"map":{"a":{"x":1}}}`, "/map/a/x", "is unknown"},
		{"unknown behind a pointer", `{"pointer":{"x":1}}`, "/pointer/x", "is unknown"},
		{"excluded field", `{"Hidden":"x"}`, "/Hidden", "is unknown"},
		{"private field", `{"private":"x"}`, "/private", "is unknown"},
		{"case", `{"Title":"x"}`, "/Title", "must be spelled title"},
		{"case beside the member", `{"title":"x","TITLE":"y"}`, "/TITLE", "must be spelled title"},
		{"case by a long s", `{"list":[{"tag\u017f":[]}]}`, "/list/0/tagſ", "must be spelled tags"},
		{"case of a field without tag", `{"plain":1}`, "/plain", "must be spelled Plain"},
		{"null", `null`, "", "must not be null"},
		{"null for a string", `{"title":null}`, "/title", "must not be null"},
		{"null for a struct", `{"inner":null}`, "/inner", "must not be null"},
		{"null for a pointer", `{"pointer":null}`, "/pointer", "must not be null"},
		{"null for a slice", `{"list":null}`, "/list", "must not be null"},
		{"null in a slice", `{"inner":{"tags":["a",null]}}`, "/inner/tags/1", "must not be null"},
		{"null in a map", `{"map":{"a":null}}`, "/map/a", "must not be null"},
		{"null for an instant", `{"when":null}`, "/when", "must not be null"},
		{"null for a text", `{"word":null}`, "/word", "must not be null"},
		{"null in any", `{"any":{"a":[null]}}`, "/any/a/0", "must not be null"},
		{"not an object", `[]`, "", "must be an object"},
		{"not an object for a map", `{"map":[]}`, "/map", "must be an object"},
		{"not an array", `{"list":{}}`, "/list", "must be an array"},
		{"not a string", `{"title":["secret"]}`, "/title", "must be a string"},
		{"a number for a string", `{"title":1}`, "/title", "must be a string"},
		{"not a truth value", `{"big":1}`, "/big", "must be true or false"},
		{"not an integer", `{"inner":{"count":1.0}}`, "/inner/count", "must be an integer in range"},
		{"out of range", `{"inner":{"count":128}}`, "/inner/count", "must be an integer in range"},
		{"not a number", `{"ratio":"1"}`, "/ratio", "must be a number in range"},
		{"a number out of range", `{"rate":1e99}`, "/rate", "must be a number in range"},
		{"not base64", `{"bytes":"?"}`, "/bytes", "must be a string in base64"},
		{"a number for a text", `{"word":1}`, "/word", "must be a string"},
		{"a text that its type refuses", `{"word":"bad"}`, "/word", "is malformed"},
		{"an instant that its type refuses", `{"when":"secret"}`, "/when", "is malformed"},
		{"a type that is not supported", `{"func":1}`, "/func", "must be a value of a supported type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := outer{Title: "untouched"}
			err := strictjson.Unmarshal([]byte(test.text), &before)
			var problem *strictjson.Error
			if !errors.As(err, &problem) {
				t.Fatalf("error %v, want a *strictjson.Error", err)
			}
			if problem.Pointer != test.pointer || problem.Problem != test.problem {
				t.Errorf("%q %q, want %q %q", problem.Pointer, problem.Problem, test.pointer, test.problem)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the message %q holds a value", err)
			}
			if before.Title != "untouched" {
				t.Error("the target was changed")
			}
		})
	}
}

func TestUnmarshalOverwrites(t *testing.T) {
	value := outer{Title: "old", Plain: 7}
	if err := strictjson.Unmarshal([]byte(`{"Plain":8}`), &value); err != nil {
		t.Fatal(err)
	}
	if value.Title != "" || value.Plain != 8 {
		t.Errorf("%q and %d, want nothing and 8", value.Title, value.Plain)
	}
}

func TestErrorMessage(t *testing.T) {
	long := strings.Repeat("x", 500)
	for _, test := range []struct {
		err  strictjson.Error
		want string
	}{
		{strictjson.Error{Problem: "ends too early"}, "JSON text: ends too early"},
		{strictjson.Error{Pointer: "/a/b", Problem: "is unknown"}, "JSON member /a/b: is unknown"},
		{strictjson.Error{Pointer: "/a\n\x00", Problem: "is unknown"}, `JSON member /a\n\x00: is unknown`},
		{
			strictjson.Error{Pointer: "/" + long, Problem: "is unknown"},
			"JSON member /" + long[:79] + "…" + long[:40] + ": is unknown",
		},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
}

func TestErrorUnwraps(t *testing.T) {
	err := strictjson.Unmarshal([]byte(`{"when":"soon"}`), &outer{})
	var parse *time.ParseError
	if !errors.As(err, &parse) {
		t.Errorf("%v does not wrap the error of the type", err)
	}
}

// FuzzUnmarshal holds Unmarshal against encoding/json: what it accepts, that
// reads alike, and it accepts nothing that has an unknown member.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{
		`{"title":"a","inner":{"name":"n","tags":["x"],"count":-1},"list":[{}],"map":{"a":{}}}`,
		`{"raw":[null],"when":"2026-01-01T00:00:00Z","any":{"a":[1,true,"x"]},"word":"w","bytes":"aGk="}`,
		`{"title":null}`, `{"Title":"a"}`, `{"title":"a","title":"b"}`, `{"nope":1}`, `[]`, `{} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := outer{Title: "before"}
		if err := strictjson.Unmarshal(data, &got); err != nil {
			var problem *strictjson.Error
			if !errors.As(err, &problem) || problem.Problem == "" {
				t.Fatalf("error %v, want a *strictjson.Error", err)
			}
			if got.Title != "before" {
				t.Fatal("the target was changed")
			}
			return
		}
		var want outer
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("%s is accepted, but encoding/json says: %v", data, err)
		}
		if diff := cmp.Diff(want, got, sameOuter); diff != "" {
			t.Errorf("(-encoding/json +strictjson):\n%s", diff)
		}
	})
}

// sameOuter lets cmp compare an outer.
var sameOuter = cmp.Options{
	cmp.AllowUnexported(outer{}),
	cmp.Comparer(func(a, b func()) bool { return a == nil && b == nil }),
}
