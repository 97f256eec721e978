package words

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/license"
)

// English has the sentences for every code of the library.
//
//go:embed english.json
var English []byte

// Words are sentences by code. {member} stands for a figure, by its name in JSON.
// Text in brackets is left out if one of its figures is missing.
type Words map[string]string

// Read merges several files. A sentence of a later file replaces an earlier one.
// The key "name.acme.web" has the name of a module, "name.acme" that of an owner.
func Read(texts ...[]byte) (Words, error) {
	all := make(Words)
	for _, text := range texts {
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("the words can't be read: %w", err)
		}
	}
	return all, nil
}

var (
	optional = regexp.MustCompile(`\[[^\[\]]*\]`)
	place    = regexp.MustCompile(`\{[a-zA-Z.]+\}`)
)

// Say puts a code into words, with the figures of a value. It returns an unknown code
// as it is.
func (w Words) Say(prefix string, code any, of ...any) string {
	text, ok := w[prefix+fmt.Sprint(code)]
	if !ok {
		return fmt.Sprint(code)
	}
	if len(of) == 0 || !strings.Contains(text, "{") {
		return text
	}
	figures := make(map[string]string)
	flatten(figures, "", of[0])
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		for _, name := range place.FindAllString(part, -1) {
			if value := figures[strings.Trim(name, "{}")]; value == "" || value == "0" {
				return ""
			}
		}
		return part[1 : len(part)-1]
	})
	return place.ReplaceAllStringFunc(text, func(name string) string { return figures[strings.Trim(name, "{}")] })
}

// All says several codes, a slice of any kind, one after the other.
func (w Words) All(prefix string, codes any) string {
	v, texts := reflect.ValueOf(codes), []string(nil)
	for i := range v.Len() {
		texts = append(texts, w.Say(prefix, v.Index(i)))
	}
	return strings.Join(texts, " ")
}

// flatten reads the figures of a value, as it is written in JSON.
func flatten(figures map[string]string, name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for member, inner := range value {
			flatten(figures, strings.TrimPrefix(name+"."+member, "."), inner)
		}
	case []any:
		var texts []string
		for _, inner := range value {
			if text, ok := inner.(string); ok {
				texts = append(texts, text)
			}
		}
		figures[name] = Some(texts)
	case json.Number:
		n, _ := value.Int64()
		figures[name] = Number(n)
	case string:
		figures[name] = dated(Brief(value))
	case bool, nil:
	default:
		text, _ := json.Marshal(value) // a value that can't be written has no figures
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var members any
		if decoder.Decode(&members) == nil {
			flatten(figures, name, members)
		}
	}
}

// State says where a license stands in time. The license may be nil.
func (w Words) State(l *license.License, state license.State) string {
	if l == nil {
		return w.Say("state.", "")
	}
	ends, _ := l.End()
	return w.Say("state.", state, map[string]any{"validFrom": l.ValidFrom, "expires": l.Expires, "graceUntil": l.GraceUntil, "ends": Instant(ends)})
}

// Attention says what somebody has to do something about.
func (w Words) Attention(item attention.Item) string {
	if _, ok := w["attention."+string(item.Code)]; ok {
		return w.Say("attention.", item.Code, item)
	}
	return sentence(item.String())
}
