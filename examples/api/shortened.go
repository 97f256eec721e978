package api

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/examples/words"
)

// A license has up to a megabyte, and its signer decides what is in it. So answers
// have limits, and say how much they leave out.
const (
	// maxElements is how many elements a list has.
	maxElements = 1000
	// maxInner is how many elements such an element has in a list of its own.
	maxInner = 20
	// maxNamed is how many modules a user has, or refusals a problem.
	maxNamed = 200
	// maxChosen is how many seats an activation releases or switches.
	maxChosen = 20_000
)

// lengths has the limits of single lists. The choices go back with an approval, so
// they are complete, and so are the modules that a user may use.
var lengths = map[string]int{
	"releases": maxChosen, "switches": maxChosen, "entitlements": maxChosen, "uses": maxChosen, "refusals": maxNamed, "assigned": maxNamed,
	"includes": maxInner, "requires": maxInner, "replaces": maxInner, "assignableTo": maxInner, "through": maxInner,
}

// shortened writes an answer as the library has it, and cuts lists that are too long.
// The member leftOut counts what was cut, by the names of the lists.
func shortened(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var read any
	if err := decoder.Decode(&read); err != nil {
		return nil, err
	}
	left := make(map[string]int)
	read = shorten(left, "", read)
	if members, ok := read.(map[string]any); ok && len(left) > 0 {
		members["leftOut"] = left
	}
	return json.Marshal(read)
}

func shorten(left map[string]int, name string, value any) any {
	switch value := value.(type) {
	case []any:
		limit, known := lengths[name]
		if !known {
			limit = maxElements
		}
		if len(value) > limit {
			left[name] += len(value) - limit
			value = value[:limit]
		}
		for i := range value {
			value[i] = shorten(left, name, value[i])
		}
		return value
	case map[string]any:
		for member, inner := range value {
			value[member] = shorten(left, member, inner)
		}
		if info, ok := value["info"].(map[string]any); ok && len(fmt.Sprint(info)) > words.MaxText {
			left["info"] += len(info)
			delete(value, "info")
		}
	case string:
		if name != "next" { // cursors are short, whatever the data
			return words.Brief(value)
		}
	}
	return value
}
