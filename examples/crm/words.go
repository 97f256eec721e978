package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
)

// english is what people read for each code of the library. A host's own words, and
// its own names of modules and owners ("name.acme.web"), take their place: see
// -words. There is no other place for them.
//
//go:embed words.json
var english []byte

// words are sentences by code. {member} stands for a figure, by its name in JSON, and
// what stands in brackets is left out where a figure of it is missing.
type words map[string]string

func readWords(texts ...[]byte) (words, error) {
	all := make(words)
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

// say puts a code into words, with the figures of a value. A code that is not known
// yet is shown as it is.
func (w words) say(prefix string, code any, of ...any) string {
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

// all says several codes, one after the other.
func all[T any](w words, prefix string, codes []T) string {
	texts := make([]string, len(codes))
	for i, code := range codes {
		texts[i] = w.say(prefix, code)
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
		figures[name] = someOf(texts)
	case json.Number:
		n, _ := value.Int64()
		figures[name] = plain(n)
	case string:
		figures[name] = dated(api.Brief(value))
	case bool, nil:
	default:
		text, _ := json.Marshal(value) // what can't be written has no figures
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var members any
		if decoder.Decode(&members) == nil {
			flatten(figures, name, members)
		}
	}
}

var instants = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`)

// dated writes instants as people do.
func dated(text string) string {
	return instants.ReplaceAllStringFunc(text, func(instant string) string {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			return instant
		}
		return when(at)
	})
}

// state says where a license stands.
func (w words) state(l *license.License, state license.State) string {
	if l == nil {
		return w.say("state.", "")
	}
	ends, _ := l.End()
	return w.say("state.", state, map[string]any{
		"validFrom": pointed(l.ValidFrom), "expires": pointed(l.Expires), "graceUntil": pointed(l.GraceUntil), "ends": when(ends),
	})
}

// notice is what somebody should do something about, and where.
type notice struct {
	Text, Path, Owner string
	Critical          bool
}

// notices puts what needs attention into words: the host's, or else the library's.
func (w words) notices(items []attention.Item) (list []notice) {
	for _, item := range items {
		if !item.Severity.Above(attention.Info) {
			continue
		}
		n := notice{Text: sentence(item.String()), Path: "/status", Owner: item.Owner, Critical: item.Severity == attention.Critical}
		if _, ok := w["attention."+string(item.Code)]; ok {
			n.Text = w.say("attention.", item.Code, item)
		}
		switch {
		case item.Code == attention.OfferReady || item.Code == attention.OfferBlocked:
			n.Path = pathTo("licenses", item.Owner, "activate")
		case item.Code == attention.SerialInDoubt || item.Code == attention.IdentityChange:
			n.Path = pathTo("licenses", item.Owner, "serial")
		case item.Code == attention.WishesUnmet:
			n.Path = "/wishes"
		case item.Module != "":
			n.Path = "/users?module=" + item.Module
		case item.Owner != "":
			n.Path = pathTo("licenses", item.Owner)
		}
		list = append(list, n)
	}
	return list
}

// names is what modules and owners are called, by their code names.
type names map[string]string

// names takes the host's own words first, then what the licenses say.
func (w words) names(status *activation.TenantStatus) names {
	called := make(names)
	if status != nil {
		for _, o := range status.Owners {
			called.add(o.License)
			for _, offer := range append(slices.Clone(o.Others), o.Pending) {
				if offer != nil {
					called.add(offer.License)
				}
			}
		}
	}
	for key, text := range w {
		if name, ok := strings.CutPrefix(key, "name."); ok {
			called[name] = text
		}
	}
	return called
}

func (n names) add(l *license.License) {
	if l == nil {
		return
	}
	said := names{l.Owner.Name: l.Owner.Description}
	for _, m := range l.Modules {
		said[license.FullName(l.Owner.Name, m.Name)] = api.Brief(m.Description)
	}
	maps.DeleteFunc(said, func(_, text string) bool { return strings.TrimSpace(text) == "" })
	maps.Copy(said, n) // what is active goes first
	maps.Copy(n, said)
}

// Of is what a module or an owner is called.
func (n names) Of(name string) string {
	if text, ok := n[name]; ok {
		return text
	}
	return name
}

var codeNames = regexp.MustCompile(`\b[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*\b|^[a-z0-9-]+:|\bof [a-z0-9-]+(?:\.[a-z0-9-]+)?\b|^[a-z0-9-]+ `)

// Text writes a sentence with what modules and owners are called.
func (n names) Text(text string) string {
	text = codeNames.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.Trim(strings.TrimPrefix(found, "of "), ": ")
		called, ok := n[name]
		if !ok {
			return found
		}
		return strings.Replace(found, name, called, 1)
	})
	return dated(text)
}

// prefixes name the parts of the library through which an error has come.
var prefixes = regexp.MustCompile(`^(?:[a-z-]+: )+`)

// sentence makes the text of an error one.
func sentence(text string) string {
	text = strings.TrimSuffix(prefixes.ReplaceAllString(text, ""), ".")
	if text == "" {
		return text
	}
	if first, _, _ := strings.Cut(text, " "); strings.Contains(first, ".") {
		return text + "." // the name of a module stays as it is
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
