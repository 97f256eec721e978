package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/seatwright/seatwright/activation"
)

// A license has up to a megabyte, and whoever has signed it decides what is in
// it. So all that is said about one has limits, and says how much is left out.
const (
	// maxListed is how many rows a list on a page has, or options a choice.
	maxListed = 200
	// maxElements is how many elements a list in an answer of the API has.
	maxElements = 1000
	// maxInner is how many elements such an element has in a list of its own.
	maxInner = 20
	// maxNamed is how many names stand in a sentence.
	maxNamed = 10
	// maxText is the length of a text that others have written, in bytes.
	maxText = 500
	// maxCharts is how many charts a page has.
	maxCharts = 20
)

// upto returns the first elements of a list, for templates.
func upto(limit int, list any) any {
	if over(limit, list) > 0 {
		return reflect.ValueOf(list).Slice(0, limit).Interface()
	}
	return list
}

// over counts what [upto] leaves out.
func over(limit int, list any) int {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice {
		return 0
	}
	return max(0, v.Len()-limit)
}

// brief returns the beginning of a text.
func brief(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + fmt.Sprintf("… (and %s more bytes)", plain(int64(len(text)-end)))
}

// someOf lists the first names.
func someOf(names []string) string {
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %s more", plain(int64(more)))
	}
	return text
}

// lengths has the lists of an answer that are longer or shorter than others.
// The choices go back with an approval and are complete, and so are the modules
// that somebody may use.
var lengths = map[string]int{
	"releases": activation.MaxSelected, "switches": activation.MaxSelected, "entitlements": activation.MaxSelected, "uses": activation.MaxSelected, "refusals": maxListed, "assigned": maxListed,
	"includes": maxInner, "requires": maxInner, "replaces": maxInner, "assignableTo": maxInner, "through": maxInner,
}

// shortened is an answer of the API as the library has it, but for what is too long.
// That is counted in its member leftOut, by the names of the lists.
func shortened(value any) (any, error) {
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
	return read, nil
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
		if info, ok := value["info"].(map[string]any); ok && len(fmt.Sprint(info)) > maxText {
			left["info"] += len(info)
			delete(value, "info")
		}
	case string:
		if name != "next" { // which is of no length that others decide
			return brief(value)
		}
	}
	return value
}
