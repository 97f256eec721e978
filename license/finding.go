package license

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// Code is what is wrong with a part of a license document. Codes are stable;
// texts are not. See docs/spec/domain.md, Reading one, for what each means.
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
	// CodeMemberCase: a name differs from one that is known in case only.
	CodeMemberCase Code = "member-case"
	// CodeRequired: a required member is missing.
	CodeRequired Code = "required"
	// CodeMalformed: a value has the wrong type or form.
	CodeMalformed Code = "malformed"
	// CodeUnsupported: a member that must be understood is not known.
	CodeUnsupported Code = "unsupported"
	// CodeTooManyModules: there are more than [MaxModules].
	CodeTooManyModules Code = "too-many-modules"
	// CodeDuplicateModule: an earlier module has the name.
	CodeDuplicateModule Code = "duplicate-module"
	// CodeBundleOnSite: a site module is marked as a bundle.
	CodeBundleOnSite Code = "bundle-on-site"
	// CodeIncludesWithoutBundle: what is no bundle includes modules.
	CodeIncludesWithoutBundle Code = "includes-without-bundle"
	// CodeUnknownModule: a name in includes or requires is none of the
	// document.
	CodeUnknownModule Code = "unknown-module"
	// CodeNotIncludable: a bundle includes a bundle or a module of another
	// kind.
	CodeNotIncludable Code = "not-includable"
	// CodeRequiresCycle: a module requires itself, perhaps in several steps.
	CodeRequiresCycle Code = "requires-cycle"
	// CodeBundleIncomplete: an included module requires what its bundle lacks.
	CodeBundleIncomplete Code = "bundle-incomplete"
	// CodeReplacesPresent: a replaced module is one of the document.
	CodeReplacesPresent Code = "replaces-present"
	// CodeReplacesTwice: a module is replaced by an earlier entry already.
	CodeReplacesTwice Code = "replaces-twice"
	// CodeOrder: instants are in the wrong order, or lack an expiry.
	CodeOrder Code = "order"
)

// Finding is one thing that is wrong with a license document.
type Finding struct { //nolint:errname // it is the specification's word
	// Code says what is wrong.
	Code Code `json:"code"`
	// Pointer is the RFC 6901 pointer to the member or element, empty for the
	// document. It may hold names of members that the document made up.
	Pointer string `json:"pointer"`
	// Detail is a sentence for people. It never holds anything of the
	// document.
	Detail string `json:"detail,omitzero"`
}

// Error returns the finding in one line, for logs.
func (f *Finding) Error() string {
	if f.Pointer == "" {
		return fmt.Sprintf("%s: %s", f.Code, f.Detail)
	}
	return fmt.Sprintf("%s %s: %s", f.Code, strictjson.Printable(f.Pointer), f.Detail)
}

// FindingsOf returns the findings in an error, in their order: all of those of
// [Parse], however the error is wrapped or gathered with others. It returns nil
// for an error without any. It is needed because [errors.As] stops at the first.
func FindingsOf(err error) []*Finding {
	switch err := err.(type) { //nolint:errorlint // it unwraps by itself, into all branches
	case *Finding:
		return []*Finding{err}
	case *multierror.Error:
		return findingsOfAll(err.WrappedErrors()) // also of a nil one
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
