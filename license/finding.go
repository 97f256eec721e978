package license

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// Code tells what is wrong with a part of a license document. Codes are stable;
// texts are not. See docs/spec/domain.md, Reading one, for the meaning of each.
type Code string

// The codes of findings.
const (
	// CodeTooLarge: the document is larger than [MaxDocumentSize].
	CodeTooLarge Code = "too-large"
	// CodeSyntax: the document is not one JSON object in valid UTF-8, or it is
	// nested deeper than [MaxDepth].
	CodeSyntax Code = "syntax"
	// CodeDuplicateMember: a name occurs twice in one object.
	CodeDuplicateMember Code = "duplicate-member"
	// CodeMemberCase: a name differs from a known name only in case.
	CodeMemberCase Code = "member-case"
	// CodeRequired: a required member is missing.
	CodeRequired Code = "required"
	// CodeMalformed: a value has the wrong type or form.
	CodeMalformed Code = "malformed"
	// CodeUnsupported: the document marks a member as critical that this
	// version does not know.
	CodeUnsupported Code = "unsupported"
	// CodeTooManyModules: there are more than [MaxModules].
	CodeTooManyModules Code = "too-many-modules"
	// CodeDuplicateModule: an earlier module has the same name.
	CodeDuplicateModule Code = "duplicate-module"
	// CodeBundleOnSite: a site module is marked as a bundle.
	CodeBundleOnSite Code = "bundle-on-site"
	// CodeIncludesWithoutBundle: a module that is not a bundle includes
	// modules.
	CodeIncludesWithoutBundle Code = "includes-without-bundle"
	// CodeUnknownModule: includes or requires names a module that the
	// document does not have.
	CodeUnknownModule Code = "unknown-module"
	// CodeNotIncludable: a bundle includes another bundle, or a module of
	// another kind.
	CodeNotIncludable Code = "not-includable"
	// CodeRequiresCycle: a module requires itself, directly or through
	// others.
	CodeRequiresCycle Code = "requires-cycle"
	// CodeBundleIncomplete: an included module requires a module that its
	// bundle lacks.
	CodeBundleIncomplete Code = "bundle-incomplete"
	// CodeReplacesPresent: the document still has a module that another one
	// replaces.
	CodeReplacesPresent Code = "replaces-present"
	// CodeReplacesTwice: an earlier entry replaces the same module.
	CodeReplacesTwice Code = "replaces-twice"
	// CodeOrder: instants are in the wrong order, or depend on an expiry that
	// is missing.
	CodeOrder Code = "order"
)

// Finding is one thing that is wrong with a license document.
type Finding struct { //nolint:errname // the specification calls it a finding
	// Code tells what is wrong.
	Code Code `json:"code"`
	// Pointer is the RFC 6901 pointer to the member or element. It is empty
	// for the document as a whole. It may contain member names that come from
	// the document, so treat it as untrusted text.
	Pointer string `json:"pointer"`
	// Detail is a sentence for people. It never contains text from the
	// document.
	Detail string `json:"detail,omitzero"`
}

// Error returns the finding as one line for a log.
func (f *Finding) Error() string {
	if f.Pointer == "" {
		return fmt.Sprintf("%s: %s", f.Code, f.Detail)
	}
	return fmt.Sprintf("%s %s: %s", f.Code, strictjson.Printable(f.Pointer), f.Detail)
}

// FindingsOf returns all findings in an error of [Parse], in their order,
// however the error is wrapped or combined with others. It returns nil if there
// are none. Use it instead of [errors.As], which stops at the first finding.
func FindingsOf(err error) []*Finding {
	switch err := err.(type) { //nolint:errorlint // this function unwraps errors itself, into all branches
	case *Finding:
		return []*Finding{err}
	case *multierror.Error:
		return findingsOfAll(err.WrappedErrors()) // err may be nil
	case interface{ Unwrap() []error }:
		return findingsOfAll(err.Unwrap())
	case interface{ Unwrap() error }:
		return FindingsOf(err.Unwrap())
	}
	return nil
}

func findingsOfAll(errs []error) []*Finding {
	var found []*Finding
	for _, err := range errs {
		found = append(found, FindingsOf(err)...)
	}
	return found
}

// shownFindings is how many findings the text of an error names.
const shownFindings = 5

// describe is the text of an error of Parse.
func describe(errs []error) string {
	var b strings.Builder
	noun := "findings"
	if len(errs) == 1 {
		noun = "finding"
	}
	fmt.Fprintf(&b, "license: %d %s: ", len(errs), noun)
	for i, err := range errs {
		if i == shownFindings {
			fmt.Fprintf(&b, "; and %d more", len(errs)-shownFindings)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(err.Error())
	}
	return b.String()
}
