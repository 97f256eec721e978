package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/examples/words"
	"github.com/seatwright/seatwright/license"
)

// english is what pages say of what was done. A host's own words, and its own names
// of modules and owners ("name.acme.web"), take the place of these and of the
// library's: see -words. There is no other place for them.
//
//go:embed words.json
var english []byte

//go:embed templates
var templates embed.FS

//go:embed static
var static embed.FS

// pages is a set of templates for each page, over the layout they share.
type pages map[string]*template.Template

func parsePages(w words.Words) (pages, error) {
	files, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	parsed := make(pages)
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		t, err := template.New("layout.html").Funcs(functions(w)).ParseFS(templates, "templates/layout.html", file)
		if err != nil {
			return nil, err
		}
		parsed[name] = t.Option("missingkey=error")
	}
	return parsed, nil
}

func functions(w words.Words) template.FuncMap {
	return template.FuncMap{
		"number": number, "figure": figure, "signed": signedFigure, "when": words.Instant, "day": day,
		"bar": newBar, "path": pathTo, "brief": words.Brief, "some": words.Some, "upto": upto, "over": over, "full": license.FullName,
		"say": w.Say, "all": w.All, "state": w.State, "sorts": func() []sorting { return orders },
		"pack": func(names words.Names, rows any) map[string]any { return map[string]any{"Names": names, "Rows": rows} },
	}
}

// layout is what every page is shown in.
type layout struct {
	Title   string
	Visitor visitor
	Demo    bool
	Section string // the section of the navigation
	// Notice says what was just done, by a code in the address. Only what has words
	// can be shown, whatever an address says.
	Notice string
	// Good says that the notice is good news.
	Good bool
	// Notices is what somebody should do something about.
	Notices []notice
	Names   words.Names
	Body    any
}

// show renders a page into memory, and sends it when it is whole.
func (s *Server) show(w http.ResponseWriter, r *http.Request, v visitor, status int, name, title string, body any) error {
	section, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.URL.Query().Get("kind") == string(license.Satellite) {
		section = "satellites"
	}
	done := r.URL.Query().Get("done")
	page := layout{Title: title, Visitor: v, Demo: s.demo != nil, Section: section, Notice: s.words["done."+done], Good: done != "problem" && done != "identity" && done != "pending", Body: body}
	page.Names = s.words.Names(v.status)
	if v.Admin && v.status != nil {
		page.Notices = s.notices(v.status.Attention(s.config.Clock()))
	}
	var buffer bytes.Buffer
	if err := s.pages[name].Execute(&buffer, page); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = buffer.WriteTo(w) // the client may have gone
	return nil
}

// notice is what somebody should do something about, and where.
type notice struct {
	Text, Path, Owner string
	Critical          bool
}

func (s *Server) notices(items []attention.Item) (list []notice) {
	for _, item := range items {
		if !item.Severity.Above(attention.Info) {
			continue
		}
		n := notice{s.words.Attention(item), "/status", item.Owner, item.Severity == attention.Critical}
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

// number writes what is counted.
func number(n any) (string, error) {
	switch n := n.(type) {
	case int64:
		return plain(n), nil
	case int:
		return plain(int64(n)), nil
	}
	return "", fmt.Errorf("%T is no number", n)
}

func plain(n int64) string { return words.Number(n) }

// figure is a number that may not apply.
func figure(n *int64) string {
	if n == nil {
		return "–"
	}
	return plain(*n)
}

func signedFigure(n int64) string {
	if n > 0 {
		return "+" + plain(n)
	}
	return plain(n)
}

func day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.UTC().Format("2 Jan 2006")
}

// bar is seats in use as a picture: 120 units wide, where 100 is what was
// bought.
type bar struct {
	Width   int64
	Percent int64
	Level   string // "", "high" from 85 % on, "full" from 100 % on, "over" above
}

func newBar(inUse, total int64) bar {
	b := bar{Percent: 100 * inUse / max(total, 1)}
	b.Width = min(b.Percent, 120)
	switch {
	case inUse > total:
		b.Level = "over"
	case inUse == total:
		b.Level = "full"
	case b.Percent >= 85:
		b.Level = "high"
	}
	return b
}
