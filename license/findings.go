package license

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// maxPointerBytes limits the total length of the pointers in one error of
// [Parse]. Only hostile documents reach it; then fewer than [MaxFindings]
// findings are reported.
const maxPointerBytes = 32 << 20

// sentences are the details of findings by code. The sentence about a malformed
// value is completed with the form that the value must have.
var sentences = map[Code]string{
	CodeTooLarge:              fmt.Sprintf("the document is larger than %d bytes", MaxDocumentSize),
	CodeSyntax:                "the document ",
	CodeDuplicateMember:       "the member occurs twice in one object",
	CodeMemberCase:            "the name differs from a known one in case only",
	CodeRequired:              "the member is missing",
	CodeMalformed:             "the value must be ",
	CodeUnsupported:           "the document relies on a member that is not known here",
	CodeTooManyModules:        fmt.Sprintf("there are more than %d modules", MaxModules),
	CodeDuplicateModule:       "an earlier module has the same name",
	CodeBundleOnSite:          "a site module cannot be a bundle",
	CodeIncludesWithoutBundle: "only a bundle can include modules",
	CodeUnknownModule:         "the document has no module of this name",
	CodeNotIncludable:         "a bundle can include modules of its own kind that are no bundles",
	CodeRequiresCycle:         "the module requires itself, directly or through others",
	CodeBundleIncomplete:      "the included module requires one that the bundle does not include",
	CodeReplacesPresent:       "a module that is replaced cannot be in the document",
	CodeReplacesTwice:         "an earlier entry replaces the same module",
	CodeOrder:                 "the instant is out of order with the end of the license",
}

// codes lists the codes that a tree holds as numbers: the index of each is its
// number there. They are ordered by text.
var codes = []Code{
	CodeBundleIncomplete, CodeBundleOnSite, CodeDuplicateMember, CodeDuplicateModule,
	CodeIncludesWithoutBundle, CodeMalformed, CodeMemberCase, CodeNotIncludable, CodeOrder,
	CodeReplacesPresent, CodeReplacesTwice, CodeRequired, CodeRequiresCycle, CodeTooManyModules,
	CodeUnknownModule, CodeUnsupported,
}

func numberOf(code Code) strictjson.Code {
	number, _ := slices.BinarySearch(codes, code)
	return strictjson.Code(number) //nolint:gosec // there are few codes
}

// findings gathers what is wrong with a document.
type findings struct {
	tree strictjson.Tree
}

// limit returns how many findings are reported at most.
func (f *findings) limit() int { return f.tree.Limit }

// step is a part of a pointer: the name of a member, or an index where there
// is no name.
type step struct {
	name  string
	index int // -1 for a name
}

func member(name string) step  { return step{name: name, index: -1} }
func element(index int) step   { return step{index: index} }
func (s step) isElement() bool { return s.index >= 0 }

func (s step) segment() strictjson.Segment {
	if s.isElement() {
		return strictjson.Index(s.index)
	}
	return strictjson.Name(s.name)
}

func (f *findings) add(code Code, path ...step) {
	node := f.tree.Root()
	for _, s := range path {
		node = f.tree.Child(node, s.segment())
	}
	f.tree.Mark(node, numberOf(code))
}

func (f *findings) has(code Code, path []step) bool {
	node := f.tree.Root()
	for _, s := range path {
		child, ok := f.tree.Find(node, s.segment())
		if !ok {
			return false
		}
		node = child
	}
	return f.tree.Has(node, numberOf(code))
}

// err returns the first findings as an error, nil if there are none.
func (f *findings) err() error {
	list := new(multierror.Error)
	size := 0
	for pointer, number := range f.tree.All() {
		size += len(pointer)
		if len(list.Errors) == f.limit() || size > maxPointerBytes {
			break
		}
		code := codes[number]
		list.Errors = append(list.Errors, &Finding{Code: code, Pointer: pointer, Detail: detail(code, pointer)})
	}
	list.ErrorFormat = describe
	return list.ErrorOrNil()
}

// refuse returns the error of a document that is not looked at further.
func refuse(code Code, detail string) error {
	return &multierror.Error{
		Errors:      []error{&Finding{Code: code, Detail: detail}},
		ErrorFormat: describe,
	}
}

func detail(code Code, pointer string) string {
	if code == CodeMalformed {
		return sentences[code] + formAt(pointer)
	}
	return sentences[code]
}

// formAt returns what the value at a pointer must be. The pointer is one at
// which values are read.
func formAt(pointer string) string {
	steps := strings.Split(pointer, "/")[1:]
	object := documentMembers
	switch steps[0] {
	case "owner":
		if len(steps) > 1 {
			object, steps = ownerMembers, steps[1:]
		}
	case "licensee":
		if len(steps) > 1 {
			object, steps = licenseeMembers, steps[1:]
		}
	case "modules":
		if len(steps) > 2 {
			object, steps = moduleMembers, steps[2:]
		}
	}
	m := object.members[steps[0]]
	if len(steps) > 1 {
		return m.elements
	}
	return m.form
}
