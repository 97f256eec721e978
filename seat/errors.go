package seat

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
)

// One sentinel for each rule by which an assignment is refused, for
// errors.Is. The typed errors, for errors.As, carry the figures.
var (
	// ErrUnknownHolder: see [UnknownHolderError].
	ErrUnknownHolder = errors.New("unknown holder")
	// ErrNotLicensed: no license has the module, or only one that is not yet
	// valid; see [ModuleError], as for the next two.
	ErrNotLicensed = errors.New("module not licensed")
	// ErrLapsed: the module's license has ended, its grace included.
	ErrLapsed = errors.New("license lapsed")
	// ErrSiteModule: the module is on for everybody; there are no seats.
	ErrSiteModule = errors.New("site module")
	// ErrNotAssignable: see [NotAssignableError].
	ErrNotAssignable = errors.New("module not assignable to holder")
	// ErrOtherBundle: see [OtherBundleError].
	ErrOtherBundle = errors.New("holder has another bundle")
	// ErrPrerequisite: see [PrerequisiteError].
	ErrPrerequisite = errors.New("prerequisite missing")
	// ErrNoFreeSeat: see [NoFreeSeatError].
	ErrNoFreeSeat = errors.New("no free seat")
)

const (
	// MaxRefusals is how many refusals a [RefusedError] has, beside the first by
	// each rule.
	MaxRefusals = 1000
	// maxReasons is how many reasons there are by one rule for one assignment: a
	// module may require very many others.
	maxReasons = 10
)

// RefusedError says that assignments were refused, and why, and that nothing
// changed.
type RefusedError struct {
	// Refusals are ordered by index, then by rule in the order of [Assign],
	// then by module: the one that is assigned, then what it includes, by name.
	// There are at most [MaxRefusals], and beyond them the first by each rule.
	Refusals []Refusal `json:"refusals,omitzero"`
	// More is how many further refusals were left out.
	More int `json:"more,omitzero"`
}

// Refusal is one reason why one assignment was refused.
type Refusal struct {
	// Index is the place of the assignment in the call, from 0.
	Index int `json:"index"`
	Assignment
	// Err is a typed error of this package, with its figures.
	Err error `json:"-"`
	// More is how many more reasons there are by the same rule for this
	// assignment. They are left out, since a module may require very many others.
	More int `json:"more,omitzero"`
}

// MarshalJSON adds the rule as a code, the text, and the figures of the error.
func (r Refusal) MarshalJSON() ([]byte, error) {
	type plain Refusal
	out := struct {
		plain
		Rule    string `json:"rule,omitzero"`
		Text    string `json:"text,omitzero"`
		Figures error  `json:"figures,omitzero"`
	}{plain: plain(r), Rule: r.Rule(), Figures: r.Err}
	if r.Err != nil {
		out.Text = r.Err.Error()
	}
	return json.Marshal(out)
}

// HolderRefusals is all reasons why one holder was refused something.
type HolderRefusals struct {
	Holder   string    `json:"holder"`
	Refusals []Refusal `json:"refusals,omitzero"`
}

// RefusalsByHolder sorts refusals, such as those of [Fill] and of a [RefusedError], by
// holder: as many as there are people, in the order of their first refusal.
func RefusalsByHolder(refusals []Refusal) []HolderRefusals {
	var people []HolderRefusals
	place := make(map[string]int)
	for _, r := range refusals {
		i, known := place[r.Holder]
		if !known {
			i = len(people)
			place[r.Holder], people = i, append(people, HolderRefusals{Holder: r.Holder})
		}
		people[i].Refusals = append(people[i].Refusals, r)
	}
	return people
}

// Rule is the code of the rule by which it is refused, as docs/codes.md lists
// them, empty for what is no error of this package.
func (r Refusal) Rule() string {
	for _, of := range []struct {
		rule error
		code string
	}{
		{ErrUnknownHolder, "unknown-holder"},
		{ErrNotLicensed, "not-licensed"},
		{ErrLapsed, "lapsed"},
		{ErrSiteModule, "site-module"},
		{ErrNotAssignable, "not-assignable"},
		{ErrOtherBundle, "other-bundle"},
		{ErrPrerequisite, "prerequisite"},
		{ErrNoFreeSeat, "no-free-seat"},
	} {
		if errors.Is(r.Err, of.rule) {
			return of.code
		}
	}
	return ""
}

// Error names the first reasons and how many there are.
func (e *RefusedError) Error() string {
	if len(e.Refusals) == 0 {
		return "seat: cannot assign"
	}
	more := e.More
	for _, r := range e.Refusals {
		more += r.More
	}
	return "seat: cannot assign " + errtext.List(e.Refusals, more)
}

// String is the refusal in one line, for logs.
func (r Refusal) String() string {
	return fmt.Sprintf("%s to holder %q: %v", r.Module, r.Holder, r.Err)
}

// Unwrap returns the reasons, for errors.Is and errors.As.
func (e *RefusedError) Unwrap() []error {
	errs := make([]error, len(e.Refusals))
	for i, r := range e.Refusals {
		errs[i] = r.Err
	}
	return errs
}

// UnknownHolderError refuses an assignment for a holder that was not given.
type UnknownHolderError struct {
	Holder string `json:"holder"`
}

func (e *UnknownHolderError) Error() string {
	return fmt.Sprintf("holder %q is not known", e.Holder)
}

// Is reports whether target is [ErrUnknownHolder].
func (e *UnknownHolderError) Is(target error) bool { return target == ErrUnknownHolder }

// ModuleError refuses every assignment of a module: it is not licensed, or
// not yet; its license has lapsed; or it is a site module, which is on for
// everybody.
type ModuleError struct {
	// Rule is [ErrNotLicensed], [ErrLapsed] or [ErrSiteModule].
	Rule   error  `json:"-"`
	Module string `json:"module"`
	// Since is the end of a lapsed license; otherwise it is zero.
	Since time.Time `json:"since,omitzero"`
}

func (e *ModuleError) Error() string {
	switch {
	case errors.Is(e.Rule, ErrLapsed):
		return fmt.Sprintf("the license of %s ended on %s; renew it first", e.Module, e.Since.UTC().Format(time.RFC3339))
	case errors.Is(e.Rule, ErrSiteModule):
		return fmt.Sprintf("%s is on for everybody and needs no assignment", e.Module)
	default:
		return fmt.Sprintf("%s is not licensed", e.Module)
	}
}

// Is reports whether target is the rule.
func (e *ModuleError) Is(target error) bool { return target == e.Rule }

// NotAssignableError refuses a module that holders of this kind or type may
// not have. For a bundle, Module may be something that it includes.
type NotAssignableError struct {
	Module string `json:"module"`
	// Kind and AssignableTo are what the module asks for; an empty list means
	// any type. Refusals of one call share the list.
	Kind         license.Kind `json:"kind"`
	AssignableTo []string     `json:"assignableTo,omitzero"`
	// HolderKind and HolderType are what the holder is.
	HolderKind license.Kind `json:"holderKind"`
	HolderType string       `json:"holderType"`
}

// maxShown is the length of the longest text of a license or a holder in an error,
// in bytes.
const maxShown = 200

func (e *NotAssignableError) Error() string {
	if e.Kind != e.HolderKind {
		return fmt.Sprintf("%s is for holders of kind %s, and this one is of kind %s", e.Module, e.Kind, e.HolderKind)
	}
	return fmt.Sprintf("%s is for holders of type %s, and this one is of type %q",
		e.Module, errtext.Cut(errtext.Some(e.AssignableTo), maxShown), errtext.Cut(e.HolderType, maxShown))
}

// shownTypes is how many types of holders the JSON of an error has.
const shownTypes = 20

// MarshalJSON writes the first twenty of AssignableTo, and as assignableToMore how
// many more there are: a license may name very many, and each of many refusals
// would repeat them.
func (e *NotAssignableError) MarshalJSON() ([]byte, error) {
	type plain NotAssignableError
	cut := plain(*e)
	more := len(cut.AssignableTo) - shownTypes
	if more > 0 {
		cut.AssignableTo = cut.AssignableTo[:shownTypes]
	}
	return json.Marshal(struct {
		plain
		More int `json:"assignableToMore,omitzero"`
	}{cut, max(more, 0)})
}

// Is reports whether target is [ErrNotAssignable].
func (e *NotAssignableError) Is(target error) bool { return target == ErrNotAssignable }

// OtherBundleError refuses a second bundle of one owner. [Switch] changes one
// for the other.
type OtherBundleError struct {
	Module string `json:"module"`
	// Held is the bundle that the holder has.
	Held string `json:"held"`
}

func (e *OtherBundleError) Error() string {
	return fmt.Sprintf("the holder has the bundle %s of the same owner; switch from it to %s", e.Held, e.Module)
}

// Is reports whether target is [ErrOtherBundle].
func (e *OtherBundleError) Is(target error) bool { return target == ErrOtherBundle }

// PrerequisiteError refuses a module that requires another one which is
// neither a licensed site module nor occupied by the holder.
type PrerequisiteError struct {
	// Module is what requires; for a bundle, perhaps something it includes.
	Module string `json:"module"`
	// Requires is the full name of what is missing, resolved.
	Requires string `json:"requires"`
	// Licensed says whether a license has what is missing.
	Licensed bool `json:"licensed"`
}

func (e *PrerequisiteError) Error() string {
	if !e.Licensed {
		return fmt.Sprintf("%s requires %s, which is not licensed", e.Module, e.Requires)
	}
	return fmt.Sprintf("%s requires %s, which the holder does not have", e.Module, e.Requires)
}

// Is reports whether target is [ErrPrerequisite].
func (e *PrerequisiteError) Is(target error) bool { return target == ErrPrerequisite }

// NoFreeSeatError refuses an assignment for which a module has too few seats:
// InUse + Wanted > Capacity. For a bundle, Module may be something that it
// includes, hidden ones too.
type NoFreeSeatError struct {
	Module string `json:"module"`
	// Capacity is quantity and overdraft.
	Capacity int64 `json:"capacity"`
	// InUse is the number of seats in use before the call; for [Fill], before
	// the holder's turn.
	InUse int64 `json:"inUse"`
	// Wanted is the number of seats by which the whole call would raise it.
	Wanted int64 `json:"wanted"`
}

func (e *NoFreeSeatError) Error() string {
	return fmt.Sprintf("%s has %d of %s in use, and %d more %s wanted; release some or buy more",
		e.Module, e.InUse, errtext.Count(e.Capacity, "seat"), e.Wanted, plural(e.Wanted, "is", "are"))
}

// Is reports whether target is [ErrNoFreeSeat].
func (e *NoFreeSeatError) Is(target error) bool { return target == ErrNoFreeSeat }

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// refusals gathers reasons; err puts them in order.
type refusals struct {
	list []Refusal
	// index and rule are those of the last reason there was room for, of which
	// there are as many by now.
	index, reasons int
	rule           error
}

func (r *refusals) add(index int, a Assignment, err error) {
	r.list = append(r.list, Refusal{Index: index, Assignment: a, Err: err})
}

// room reports whether a reason by a rule for an assignment is to be added, and
// counts it otherwise. All of them are asked about one after another.
func (r *refusals) room(index int, rule error) bool {
	if r.reasons == 0 || r.index != index || r.rule != rule { //nolint:errorlint // it is the sentinel itself
		r.index, r.rule, r.reasons = index, rule, 0
	}
	if r.reasons == maxReasons {
		r.list[len(r.list)-1].More++
		return false
	}
	r.reasons++
	return true
}

// err returns nil if nothing was refused. The order in which the rules were
// judged is kept within an index.
func (r *refusals) err() error {
	if len(r.list) == 0 {
		return nil
	}
	slices.SortStableFunc(r.list, func(a, b Refusal) int { return a.Index - b.Index })
	kept, rules := r.list[:0:0], make(map[string]bool)
	e := &RefusedError{}
	for i, refusal := range r.list {
		by := refusal.Rule()
		if i >= MaxRefusals && rules[by] {
			e.More += 1 + refusal.More
			continue
		}
		rules[by] = true
		kept = append(kept, refusal)
	}
	e.Refusals = kept
	return e
}
