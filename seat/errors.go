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

// The sentinels, one for each rule that refuses an assignment, for errors.Is.
// Use them to choose a message; use the typed errors, with errors.As, for the
// figures.
var (
	// ErrUnknownHolder: see [UnknownHolderError].
	ErrUnknownHolder = errors.New("unknown holder")
	// ErrNotLicensed: no license has the module, or its license is not yet
	// valid; see [ModuleError], as for the next two.
	ErrNotLicensed = errors.New("module not licensed")
	// ErrLapsed: the module's license has ended, its grace period included.
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
	// MaxRefusals is how many refusals a [RefusedError] has, in addition to
	// the first by each rule.
	MaxRefusals = 1000
	// maxReasons is how many reasons by one rule an assignment gets: a module
	// may require thousands of others.
	maxReasons = 10
)

// RefusedError says which assignments were refused and why. If one assignment
// of a call is refused, none is made.
type RefusedError struct {
	// Refusals are ordered by index, then by rule in the order of [Assign],
	// then by module: first the assigned module, then those that it includes,
	// by name. There are at most [MaxRefusals], and beyond them only the
	// first by each rule.
	Refusals []Refusal `json:"refusals,omitzero"`
	// More is the number of refusals that were left out.
	More int `json:"more,omitzero"`
}

// Refusal is one reason why one assignment was refused.
type Refusal struct {
	// Index is the position of the assignment in the call, from 0.
	Index int `json:"index"`
	Assignment
	// Err is a typed error of this package with the figures.
	Err error `json:"-"`
	// More is the number of further reasons by the same rule for this
	// assignment. They are left out, because a module may require thousands
	// of others.
	More int `json:"more,omitzero"`
}

// MarshalJSON writes the refusal with the rule as a code, the text, and the
// figures of the error.
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

// HolderRefusals lists all reasons why one holder was refused something.
type HolderRefusals struct {
	Holder   string    `json:"holder"`
	Refusals []Refusal `json:"refusals,omitzero"`
}

// RefusalsByHolder groups refusals by holder, such as those of [Fill] or of a
// [RefusedError]. Holders come in the order of their first refusal. Use it to
// show a list of people rather than a list of reasons.
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

// Rule returns the code of the rule that refuses the assignment; docs/codes.md
// lists them. It is empty if Err is no error of this package.
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

// Error names the first reasons, and how many there are.
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

// String returns the refusal as one line for a log.
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

// ModuleError refuses every assignment of a module. The module is not licensed,
// its license is not yet valid or has lapsed, or it is a site module, which is
// on for everybody.
type ModuleError struct {
	// Rule is [ErrNotLicensed], [ErrLapsed] or [ErrSiteModule].
	Rule   error  `json:"-"`
	Module string `json:"module"`
	// Since is when the license lapsed. It is zero for the other rules.
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

// NotAssignableError refuses a module that holders of this kind or type may not
// have. For a bundle, Module may be a module that it includes.
type NotAssignableError struct {
	Module string `json:"module"`
	// Kind and AssignableTo are what the module requires; an empty list means
	// any type. Refusals of one call share the list.
	Kind         license.Kind `json:"kind"`
	AssignableTo []string     `json:"assignableTo,omitzero"`
	// HolderKind and HolderType are the kind and type of the holder.
	HolderKind license.Kind `json:"holderKind"`
	HolderType string       `json:"holderType"`
}

// maxShown is the length of the longest text of a license or a holder in an
// error, in bytes. Longer ones are cut.
const maxShown = 200

func (e *NotAssignableError) Error() string {
	if e.Kind != e.HolderKind {
		return fmt.Sprintf("%s is for holders of kind %s, and this one is of kind %s", e.Module, e.Kind, e.HolderKind)
	}
	return fmt.Sprintf("%s is for holders of type %s, and this one is of type %q",
		e.Module, errtext.Cut(errtext.Some(e.AssignableTo), maxShown), errtext.Cut(e.HolderType, maxShown))
}

// shownTypes is how many types of holders the JSON of an error lists.
const shownTypes = 20

// MarshalJSON writes the first twenty of AssignableTo, and the number of others
// as assignableToMore. A license may list thousands of types, and each of many
// refusals would repeat them.
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

// OtherBundleError refuses a second bundle of one owner. Use [Switch] to
// exchange the bundle that the holder has.
type OtherBundleError struct {
	Module string `json:"module"`
	// Held is the bundle that the holder has already.
	Held string `json:"held"`
}

func (e *OtherBundleError) Error() string {
	return fmt.Sprintf("the holder has the bundle %s of the same owner; switch from it to %s", e.Held, e.Module)
}

// Is reports whether target is [ErrOtherBundle].
func (e *OtherBundleError) Is(target error) bool { return target == ErrOtherBundle }

// PrerequisiteError refuses a module because it requires another module that is
// neither a licensed site module nor occupied by the holder.
type PrerequisiteError struct {
	// Module is the module that requires the other one. For a bundle, it may
	// be a module that the bundle includes.
	Module string `json:"module"`
	// Requires is the full name of the missing module, resolved.
	Requires string `json:"requires"`
	// Licensed reports whether a license has the missing module.
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

// NoFreeSeatError refuses an assignment because a module has too few seats:
// InUse + Wanted > Capacity. For a bundle, Module may be a module that it
// includes, even a hidden one.
type NoFreeSeatError struct {
	Module string `json:"module"`
	// Capacity is quantity plus overdraft.
	Capacity int64 `json:"capacity"`
	// InUse is the number of seats in use before the call. For [Fill], it is
	// the number before the holder's turn.
	InUse int64 `json:"inUse"`
	// Wanted is the number of further seats that the whole call would use.
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

// refusals collects reasons; err puts them in order.
type refusals struct {
	list []Refusal
	// index and rule belong to the last reason that was added, and reasons is
	// how many there are of that index and rule so far.
	index, reasons int
	rule           error
}

func (r *refusals) add(index int, a Assignment, err error) {
	r.list = append(r.list, Refusal{Index: index, Assignment: a, Err: err})
}

// room reports whether to add a reason by a rule for an assignment. If not, it
// counts the reason. Reasons of one assignment and rule must come one after
// another.
func (r *refusals) room(index int, rule error) bool {
	if r.reasons == 0 || r.index != index || r.rule != rule { //nolint:errorlint // rules are sentinel errors, never wrapped
		r.index, r.rule, r.reasons = index, rule, 0
	}
	if r.reasons == maxReasons {
		r.list[len(r.list)-1].More++
		return false
	}
	r.reasons++
	return true
}

// err returns nil if nothing was refused. Within an index it keeps the order in
// which the rules were judged.
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
