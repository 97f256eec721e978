package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// row is a customer of a batch: values for members of the template.
type row struct {
	place  string
	values []value
}

// value is one for the member at a path, such as "licensee.serial" or
// "modules.web.quantity". Nil leaves the member out.
type value struct {
	path string
	to   any
}

// batch issues a license for each row beside a template, all or none.
func (i *issuer) batch(template []byte, rows []row, d draft) error {
	if err := checkTemplate(template); err != nil {
		return err
	}
	all := make([]*issued, 0, len(rows))
	var wrong slips
	for _, row := range rows {
		document, err := row.fill(template)
		if err == nil {
			d.document = document
			var one *issued
			if one, err = i.prepare(d); err == nil {
				one.unusual = one.unusual.at(row.place)
				all = append(all, one)
			}
		}
		if err != nil {
			wrong = append(wrong, asSlips(err).at(row.place)...)
		}
	}
	wrong = append(wrong, twice(all)...)
	if len(wrong) > 0 {
		return wrong
	}
	i.warnOfAll(all)
	return i.write(all)
}

func (i *issuer) warnOfAll(all []*issued) {
	var unusual slips
	for _, one := range all {
		unusual = append(unusual, one.unusual...)
	}
	i.warn(unusual)
}

// twice returns a slip for each customer that is in a batch more than once.
func twice(all []*issued) (wrong slips) {
	seen := make(map[customer]bool)
	for _, one := range all {
		c := one.record.customer()
		if seen[c] {
			wrong = append(wrong, slips{{code: "double", detail: "there are two licenses for the serial"}}.at(inOneLine(c.String()))...)
		}
		seen[c] = true
	}
	return wrong
}

// checkTemplate refuses what would get lost when the template is filled in.
func checkTemplate(template []byte) error {
	_, err := license.Parse(template)
	var lost slips
	for _, finding := range license.FindingsOf(err) {
		if finding.Code == license.CodeSyntax || finding.Code == license.CodeDuplicateMember || finding.Code == license.CodeTooLarge {
			lost = append(lost, slipsOf([]*license.Finding{finding})...)
		}
	}
	if len(lost) > 0 {
		return lost.at("the template")
	}
	return nil
}

// fill returns the document of a row.
func (r row) fill(template []byte) ([]byte, error) {
	document, err := decodeDocument(template)
	if err != nil {
		return nil, err
	}
	for _, v := range r.values {
		if err := set(document, strings.Split(v.path, "."), v.to); err != nil {
			return nil, fmt.Errorf("%s: %w", v.path, err)
		}
	}
	return encodeDocument(document)
}

func decodeDocument(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var document map[string]any
	err := decoder.Decode(&document)
	return document, err
}

func encodeDocument(document map[string]any) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(document)
	return data.Bytes(), err
}

var errNotInTemplate = errors.New("the template has no such member")

// set gives the member at a path a value. The template must have it, so that a
// column that is misspelled is seen.
func set(in any, path []string, to any) error {
	switch in := in.(type) {
	case map[string]any:
		child, ok := in[path[0]]
		switch {
		case !ok:
			return errNotInTemplate
		case len(path) > 1:
			return set(child, path[1:], to)
		case to == nil:
			delete(in, path[0])
			return nil
		}
		typed, err := like(child, to)
		in[path[0]] = typed
		return err
	case []any:
		for _, element := range in {
			if members, ok := element.(map[string]any); ok && len(path) > 1 && members["name"] == path[0] {
				return set(members, path[1:], to)
			}
		}
	}
	return errNotInTemplate
}

// like returns the text of a cell as a value of the kind that the template has.
func like(template, to any) (any, error) {
	cell, ok := to.(text)
	if !ok {
		return to, nil
	}
	if _, ok := template.(string); ok {
		return string(cell), nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(cell)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || fmt.Sprintf("%T", value) != fmt.Sprintf("%T", template) {
		return nil, errors.New("the value is not of the kind that the template has")
	}
	return value, nil
}

// text is a cell of a CSV file.
type text string

// readRows reads the customers of a batch: CSV with the paths in its first line,
// or JSON lines, objects of paths and values.
func readRows(data []byte) ([]row, error) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return readJSONLines(data)
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	paths, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line has no names of members: %w", err)
	}
	for i, path := range paths {
		if slices.Contains(paths[:i], path) {
			return nil, fmt.Errorf("two columns are called %q", path)
		}
	}
	var rows []row
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		r := row{place: fmt.Sprintf("line %d", line)}
		for i, cell := range cells {
			v := value{path: paths[i]}
			if cell != "" {
				v.to = text(cell)
			}
			r.values = append(r.values, v)
		}
		rows = append(rows, r)
	}
}

func readJSONLines(data []byte) ([]row, error) {
	var rows []row
	line := 0
	for text := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		values, err := decodeDocument(text)
		if err != nil {
			return nil, fmt.Errorf("line %d is no object", line)
		}
		r := row{place: fmt.Sprintf("line %d", line)}
		for path, to := range values {
			r.values = append(r.values, value{path, to})
		}
		rows = append(rows, r)
	}
	return rows, nil
}
