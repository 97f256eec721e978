package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// owner is the owner whose licenses operations go by. There are two editions
// of its license, which take turns by their number.
const owner = "acme"

// editions are the quantities of the modules in the license of an even and of
// an odd number.
var editions = func() [2]*license.Set {
	var sets [2]*license.Set
	for i, quantities := range [2]map[string]int64{
		{"web": 4, "mail": 1, "report": 2, "basic": 1, "full": 2, "sync": 2},
		{"web": 3, "mail": 2, "report": 1, "basic": 2, "full": 1, "sync": 1},
	} {
		user := func(name string) license.Module {
			return license.Module{Name: name, Kind: license.User, Quantity: quantities[name]}
		}
		mail, basic, full := user("mail"), user("basic"), user("full")
		mail.Requires = []string{"web"}
		basic.Bundle, basic.Includes = true, []string{"web", "mail"}
		full.Bundle, full.Includes = true, []string{"web", "mail", "report"}
		set, err := license.NewSet(&license.License{
			Owner: license.Owner{Name: owner}, Number: int64(i),
			Modules: []license.Module{
				user("web"), mail, user("report"), basic, full,
				{Name: "sync", Kind: license.Satellite, Quantity: quantities["sync"]},
			},
		})
		if err != nil {
			panic(err) // can't happen with the licenses above
		}
		sets[i] = set
	}
	return sets
}()

// edition returns the licenses that are active with a number.
func edition(number int64) *license.Set { return editions[number%2] }

type kind int

const (
	assigning kind = iota
	releasing
	switching
	activating
	syncing
	reading
)

// operation is what somebody does in a town, which is a tenant with few
// holders and few seats.
type operation struct {
	kind               kind
	holder, module, to string
	number             int64
	exchanges          bool   // switches the holder with the activation
	decided            func() // called between reading and writing, if set
}

func (op operation) String() string {
	switch op.kind {
	case assigning:
		return fmt.Sprintf("assign %s to %s", op.module, op.holder)
	case releasing:
		return fmt.Sprintf("release %s from %s", op.module, op.holder)
	case switching:
		return fmt.Sprintf("switch %s from %s to %s", op.holder, op.module, op.to)
	case activating:
		if op.exchanges {
			return fmt.Sprintf("activate license %d and switch %s to %s", op.number, op.holder, op.to)
		}
		return fmt.Sprintf("activate license %d", op.number)
	case syncing:
		return fmt.Sprintf("give %s and %s to %s, and nothing else", op.module, op.to, op.seats())
	default:
		return "read"
	}
}

// citizens live in a town.
func citizens() []seat.Holder {
	var holders []seat.Holder
	for _, id := range []string{"s1", "s2", "u1", "u2", "u3", "u4", "u5"} {
		kind := license.User
		if id[0] == 's' {
			kind = license.Satellite
		}
		holders = append(holders, seat.Holder{ID: id, Kind: kind})
	}
	return holders
}

// randomOperation draws one; the number of licenses grows with n.
func randomOperation(random *rand.Rand, n int) operation {
	people, modules := citizens(), []string{"web", "mail", "report", "basic", "full", "sync"}
	module := func() string { return owner + "." + modules[random.IntN(len(modules))] }
	op := operation{holder: people[random.IntN(len(people))].ID, module: module(), to: module()}
	switch draw := random.IntN(20); {
	case draw < 10:
		op.kind = assigning
	case draw < 14:
		op.kind = releasing
	case draw < 17:
		op.kind = switching
	default:
		op.kind, op.number, op.exchanges = activating, int64(n+random.IntN(3)), draw > 17
	}
	if random.IntN(8) == 0 {
		op.kind = syncing
	}
	return op
}

var (
	errNoNewer  = errors.New("the license is no newer")
	errTooSmall = errors.New("more seats are in use than the license has")
)

// decide is the rule of an operation, in the store and in the model alike. It
// needs the holders of the operation only.
func (op operation) decide(number int64, census seat.Census, holders []seat.Holder) (seat.Decision, error) {
	s := seat.Situation{Licenses: edition(number), Now: second(0), Census: census}
	switch op.kind {
	case assigning:
		return seat.Assign(s, holders, seat.Assignment{Holder: op.holder, Module: op.module})
	case releasing:
		return seat.Release(s.Licenses, holders, seat.Assignment{Holder: op.holder, Module: op.module}), nil
	case switching:
		return seat.Switch(s, holders, seat.Swap{Holder: op.holder, From: op.module, To: op.to})
	case activating:
		if op.number <= number {
			return seat.Decision{}, errNoNewer
		}
		if op.exchanges {
			return op.exchange(number, census, holders)
		}
		if oversold(op.number, census) != "" {
			return seat.Decision{}, errTooSmall
		}
	case syncing:
		return seat.Sync(s, op.wanted(holders)).Decision, nil
	case reading:
	}
	return seat.Decision{}, nil
}

// wanted is what the holders of a transaction of Sync should have.
func (op operation) wanted(holders []seat.Holder) []seat.Wanted {
	var wanted []seat.Wanted
	for _, h := range holders {
		if slices.Contains(op.seats(), h.ID) {
			wanted = append(wanted, seat.Wanted{Holder: h, Wants: []string{op.module, op.to}})
		}
	}
	return wanted
}

// exchange plans the license with a switch, of anything that the holder has.
func (op operation) exchange(number int64, census seat.Census, holders []seat.Holder) (seat.Decision, error) {
	active, offered := *edition(number).License(owner), *edition(op.number).License(owner)
	active.Number, offered.Number = number, op.number
	swap := seat.Swap{Holder: op.holder, From: op.module, To: op.to}
	for _, h := range holders {
		if h.ID == op.holder && len(h.Assigned) > 0 {
			swap.From = slices.Min(h.Assigned)
		}
	}
	plan, err := planner.New(planner.Input{
		Active: (*license.Set)(nil).With(&active), Offered: &offered, Census: census, Holders: holders, Now: second(0),
		Selection: planner.Selection{Switches: []seat.Swap{swap}},
	})
	switch {
	case err != nil:
		return seat.Decision{}, err
	case plan.Status != planner.Ready:
		return seat.Decision{}, errTooSmall
	}
	var d seat.Decision
	for _, h := range holders {
		if after, changes := plan.Apply(h); len(changes) > 0 {
			d.Holders, d.Changes = append(d.Holders, after), append(d.Changes, changes...)
		}
	}
	return d, nil
}

// oversold names a module of which more seats are in use than there are.
func oversold(number int64, census seat.Census) string {
	licenses := edition(number)
	inUse := census.InUse(licenses)
	for _, e := range licenses.Entries() {
		if inUse[e.Index] > e.Module.Capacity() {
			return fmt.Sprintf("%s has %d of %d seats in use under license %d", e.Name, inUse[e.Index], e.Module.Capacity(), number)
		}
	}
	return ""
}

// run makes an operation that writes. The error is the store's.
func (op operation) run(ctx context.Context, store activation.Store, tenant string) (refusal, err error) {
	err = updateSeats(ctx, store, tenant, op.seats(), func(w activation.Writer) error {
		refusal = nil
		number, census, err := situation(ctx, w)
		if err != nil {
			return err
		}
		holders, err := w.Holders(ctx, op.needs()...)
		if err != nil {
			return err
		}
		var decision seat.Decision
		if decision, refusal = op.decide(number, census, holders); refusal != nil {
			return refusal
		}
		if op.decided != nil {
			op.decided()
		}
		letOthersRun()
		return op.write(ctx, w, number, decision)
	})
	if refusal != nil && err == refusal { //nolint:errorlint // it must be the same error, not wrapped
		return refusal, nil
	}
	return nil, err
}

// seats is the holders whose seats it is about, nobody for a license.
func (op operation) seats() []string {
	switch op.kind {
	case activating:
		return nil
	case syncing:
		return []string{"s1", "u2", "u3", op.holder}
	default:
		return []string{op.holder}
	}
}

// needs is the holders by whom it is decided.
func (op operation) needs() []string {
	if op.kind == syncing {
		return op.seats()
	}
	return []string{op.holder}
}

func (op operation) write(ctx context.Context, w activation.Writer, number int64, decision seat.Decision) error {
	if op.kind == activating {
		if err := activate(ctx, w, number, op.number); err != nil {
			return err
		}
	}
	if err := w.PutHolders(ctx, decision.Holders...); err != nil {
		return err
	}
	entries := make([]activation.LogEntry, len(decision.Changes))
	for i, c := range decision.Changes {
		entries[i] = activation.LogEntry{At: second(0), By: "admin", Holder: c.Holder, Module: c.Module, Cause: c.Cause, To: c.To}
	}
	return w.AppendLog(ctx, entries...)
}

func activate(ctx context.Context, w activation.Writer, from, to int64) error {
	raw := fmt.Appendf(nil, "license %d", to)
	if err := w.PutOwner(ctx, activation.OwnerRecord{Owner: owner, Active: &activation.StoredLicense{
		Digest: activation.DigestOf(raw), Envelope: raw, Number: to, At: second(0),
	}}); err != nil {
		return err
	}
	if err := w.PutHighest(ctx, owner, "S-1", to); err != nil {
		return err
	}
	_, err := w.AppendHistory(ctx, activation.HistoryEntry{
		At: second(0), Kind: activation.HistoryActivated, Owner: owner, From: from, To: to,
	})
	return err
}

// situation returns what every operation depends on.
func situation(ctx context.Context, r activation.Reader) (number int64, census seat.Census, err error) {
	owners, err := r.Owners(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, record := range owners {
		if record.Owner == owner && record.Active != nil {
			number = record.Active.Number
		}
	}
	census, err = r.Census(ctx)
	return number, census, err
}

// describeTown returns a text that is the same for two states that are alike.
func describeTown(number int64, holders []seat.Holder) string {
	var b strings.Builder
	fmt.Fprintf(&b, "license %d", number)
	for _, h := range holders {
		fmt.Fprintf(&b, "; %s %s", h.ID, strings.Join(slices.Sorted(slices.Values(h.Assigned)), ","))
	}
	return b.String()
}
