package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// DirectoryOption is an option of [Postgres.Directory] and [DB.Directory].
type DirectoryOption func(*Directory) error

// WithSearchIndex names an FTS5 table of SQLite, "table" or "schema.table",
// that indexes the parts of all names and ids. With it, a search that finds few
// of many people reads only those. Use it from about 100,000 people on; below
// that, a search takes less than 50 ms without it.
//
// The table has the columns tenant, holder and text, and the tokenizer trigram.
// The text is the name and the id, each on a line. The template
// search_sqlite.sql makes the table, with triggers that keep it up to date. A
// person whom the table lacks is not found. A search without three ordinary
// characters in a row goes through all names.
//
// In other databases it is an error. In PostgreSQL, use indexes of pg_trgm
// instead.
func WithSearchIndex(table string) DirectoryOption {
	return func(d *Directory) (err error) {
		if d.dialect.candidates == "" {
			return fmt.Errorf("%s has no search index of FTS5", d.dialect.name)
		}
		d.index, err = quotedName(table, d.dialect.quote)
		return err
	}
}

const (
	// maxCandidates is how many people are looked up one by one. With more,
	// going through the page's order fills it sooner.
	maxCandidates = 500
	// trigram is how many characters the index needs.
	trigram = 3
)

// holding is [reader.holding] without the people that the search index
// excludes.
func (d *Directory) holding(ctx context.Context, r *reader, q DirectoryQuery) (holding, error) {
	who, err := r.holding(ctx, q, d.few)
	part := longestPart(q.Search)
	if err != nil || d.index == "" || utf8.RuneCountInString(part) < trigram {
		return who, err
	}
	var ids []string
	err = r.run(ctx, query{
		sql: d.dialect.expand(d.prefix, fmt.Sprintf(d.dialect.candidates, d.index)), args: []any{r.tenant, "%" + part + "%", d.most + 1},
		each: func(row row) error {
			var id string
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		},
	})
	if len(ids) > d.most {
		return who, err
	}
	return who.among(setOf(ids)), err
}

// among returns the holders that are also among ids.
func (h holding) among(ids []string) holding {
	if h.few {
		ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(h.holders, id) })
	}
	h.few, h.holders = true, ids
	return h
}

// longestPart returns the longest part of a text without special characters of
// LIKE. With ESCAPE, SQLite would not use the index.
func longestPart(text string) (longest string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '%' || r == '_' }) {
		if utf8.RuneCountInString(part) > utf8.RuneCountInString(longest) {
			longest = part
		}
	}
	return longest
}
