package license

import "github.com/seatwright/seatwright/internal/strictjson"

// Parse reads a license document and checks it by every rule of
// docs/spec/domain.md, Reading one. It returns either a license or an error,
// never both. It does not verify a signature: package license/signed does.
//
// The error is a [*multierror.Error] that holds every [*Finding], up to
// [MaxFindings] of them and 32 MiB of pointers. They are ordered by pointer,
// segment by segment, indices by value and before names; then by code.
// [FindingsOf] lists them. The error's text is one line.
//
// In the license, the names of owners and modules are in lower case and
// instants in UTC. Lists and maps without elements are nil, except Modules.
// Parse ignores members that the specification does not name; [UnknownMembers]
// lists them.
//
// Parse neither changes raw nor keeps it. Its time and memory are linear in the
// size of the document, even of a hostile one. It is safe for concurrent use.
//
// [*multierror.Error]: https://pkg.go.dev/github.com/hashicorp/go-multierror#Error
func Parse(raw []byte) (*License, error) { return parse(raw, MaxFindings, nil) }

// UnknownMembers returns RFC 6901 pointers to the members of a document that
// [Parse] ignores because docs/spec/domain.md does not name them. It is for
// issuers, to catch a misspelled member before signing; hosts do not need it.
//
// The pointers are in the order of findings, at most [MaxFindings]. It does not
// look inside unknown members, nor inside info. The error is that of Parse.
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

// parse is Parse with another limit of findings. If unknown is not nil, it also
// marks unknown members in that tree.
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
	l := r.license // a copy, since a pointer into the reader would keep the whole reader
	return &l, nil
}
