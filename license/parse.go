package license

import "github.com/seatwright/seatwright/internal/strictjson"

// Parse reads a license document and judges it by every rule of
// docs/spec/domain.md, Reading one. It returns either a license or an error,
// never both.
//
// The error is a [*multierror.Error] of [*Finding], not only the first but
// every one, up to [MaxFindings] and 32 MiB of pointers: ordered by pointer,
// segment by segment, indices by value and before names, then by code.
// [FindingsOf] lists them. Its text is one line.
//
// In the license, names of owners and modules are in lower case, instants in
// UTC, lists and maps without elements nil (but for Modules). Members that the
// specification does not name are ignored. Parse neither changes raw nor keeps
// it. It takes time and memory linear in the size of the document, whatever
// the document is, and may be called from any number of goroutines.
//
// [*multierror.Error]: https://pkg.go.dev/github.com/hashicorp/go-multierror#Error
func Parse(raw []byte) (*License, error) { return parse(raw, MaxFindings, nil) }

// UnknownMembers returns the RFC 6901 pointers to the members of a document
// that [Parse] ignores, because docs/spec/domain.md does not name them, in the
// order of findings and no more than [MaxFindings]. It is for issuers, who may
// have misspelled one. It does not look into unknown members, nor into info.
// The error is that of Parse.
func UnknownMembers(raw []byte) ([]string, error) {
	unknown := &strictjson.Tree{Limit: MaxFindings}
	if _, err := parse(raw, MaxFindings, unknown); err != nil {
		return nil, err
	}
	var pointers []string
	size := 0
	for pointer := range unknown.All() {
		size += len(pointer)
		if len(pointers) == MaxFindings || size > maxPointerBytes {
			break
		}
		pointers = append(pointers, pointer)
	}
	return pointers, nil
}

// parse is Parse with another limit of findings, and a tree in which unknown
// members are marked, which may be nil.
func parse(raw []byte, limit int, unknown *strictjson.Tree) (*License, error) {
	if len(raw) > MaxDocumentSize {
		return nil, refuse(CodeTooLarge, sentences[CodeTooLarge])
	}
	text := string(raw)
	found := &findings{tree: strictjson.Tree{Limit: limit}}
	if err := strictjson.Scan(text, &found.tree, numberOf(CodeDuplicateMember)); err != nil {
		return nil, refuse(CodeSyntax, sentences[CodeSyntax]+err.Problem)
	}
	r := newReader(text, found)
	r.unknown = unknown
	if r.cursor.Kind() != strictjson.Object {
		return nil, refuse(CodeSyntax, sentences[CodeSyntax]+"is not a JSON object")
	}
	present := r.document()
	checkDocument(&r.license, present, found)
	checkModules(r.license.Owner.Name, r.facts, found)
	if err := found.err(); err != nil {
		return nil, err
	}
	l := r.license // a copy, for a pointer into the reader would keep all of that
	return &l, nil
}
