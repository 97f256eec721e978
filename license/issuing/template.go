package issuing

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// Row holds one customer's values for members of a template. It names a member
// by its path, such as "licensee.serial" or "modules.web.quantity", where web
// is the name of a module. A value is a [Cell], or what encoding/json decodes
// from JSON. A nil value leaves the member out.
type Row struct {
	// Line is the number of the line at which the row begins, for messages.
	Line   int
	Values map[string]any
}

// Cell is the text of a cell in a CSV table. It becomes a value of the same
// kind as the template's.
type Cell string

// ParseRows reads rows from CSV or from lines of JSON. The first line of a CSV
// names the paths, and an empty cell leaves the member out. A line of JSON is
// an object of paths and values.
func ParseRows(data []byte) ([]Row, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return parseJSONRows(data)
	}
	reader := csv.NewReader(bytes.NewReader(data))
	paths, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line has no names of members: %w", err)
	}
	for i, path := range paths {
		if slices.Contains(paths[:i], path) {
			return nil, fmt.Errorf("two columns are called %q", path)
		}
	}
	var rows []Row
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		row := Row{Line: line, Values: make(map[string]any, len(cells))}
		for i, cell := range cells {
			row.Values[paths[i]] = nil
			if cell != "" {
				row.Values[paths[i]] = Cell(cell)
			}
		}
		rows = append(rows, row)
	}
}

func parseJSONRows(data []byte) ([]Row, error) {
	var rows []Row
	line := 0
	for text := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		values, err := decode(text)
		if err != nil {
			return nil, fmt.Errorf("line %d is no object", line)
		}
		rows = append(rows, Row{Line: line, Values: values})
	}
	return rows, nil
}

// FillTemplate returns the document for a row. The template must have every
// member that the row names, with a value of the same kind, so that a
// misspelled column is noticed. The members of the document are in alphabetical
// order.
func FillTemplate(template []byte, row Row) ([]byte, error) {
	if err := checkTemplate(template); err != nil {
		return nil, err
	}
	document, err := decode(template)
	if err != nil {
		return nil, fmt.Errorf("the template: %w", err)
	}
	for _, path := range slices.Sorted(maps.Keys(row.Values)) {
		if err := set(document, strings.Split(path, "."), row.Values[path]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return encode(document)
}

// checkTemplate refuses a template of which filling in would lose something.
func checkTemplate(template []byte) error {
	_, err := license.Parse(template)
	var lost findings
	for _, finding := range license.FindingsOf(err) {
		switch finding.Code {
		case license.CodeSyntax, license.CodeDuplicateMember, license.CodeTooLarge:
			lost.add(finding.Code, finding.Pointer, "in the template: %s", finding.Detail)
		}
	}
	return lost.err()
}

func decode(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var document map[string]any
	err := decoder.Decode(&document)
	return document, err
}

func encode(document map[string]any) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(document)
	return data.Bytes(), err
}

var errNotInTemplate = errors.New("the template has no such member")

// set sets the member at a path.
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

// like converts a value to the kind that the template has.
func like(template, to any) (any, error) {
	cell, ok := to.(Cell)
	if !ok {
		return to, sameKind(template, to)
	}
	if _, ok := template.(string); ok {
		return string(cell), nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(cell)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, errKind
	}
	return value, sameKind(template, value)
}

var errKind = errors.New("the value is not of the kind that the template has")

func sameKind(template, value any) error {
	if fmt.Sprintf("%T", value) != fmt.Sprintf("%T", template) {
		return errKind
	}
	return nil
}
