package planner

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestEffort: wherever a search is when its steps are used up, it is given up.
func TestEffort(t *testing.T) {
	edition := func(number, seats int64) *license.License {
		l := &license.License{Owner: license.Owner{Name: "vendor"}, Number: number}
		for i := range 30 {
			l.Modules = append(l.Modules, license.Module{Name: fmt.Sprintf("plan%02d", i), Kind: license.User, Quantity: seats, Bundle: true})
		}
		return l
	}
	var people []seat.Holder
	var census seat.Census
	for i := range 90 {
		h := seat.Holder{ID: fmt.Sprintf("u%02d", i), Kind: license.User, Assigned: []string{fmt.Sprintf("vendor.plan%02d", i%30)}}
		people = append(people, h)
		census = append(census, single(h))
	}
	p, err := New(Input{
		Active: (*license.Set)(nil).With(edition(1, 9)), Offered: edition(2, 2), Census: census, Now: time.Unix(0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	answered := false
	for steps := 0; !answered; steps += 7 {
		if steps > 100_000 {
			t.Fatal("a small question is never answered")
		}
		e := newEffort(context.Background(), p, len(people))
		e.left = steps
		proposal, err := propose(e, p, people)
		var tooMuch *EffortError
		switch {
		case err == nil && proposal.Plan.Status == Ready:
			answered = true
		case proposal != nil || !errors.As(err, &tooMuch):
			t.Fatalf("after %d steps: %+v, %v", steps, proposal, err)
		case *tooMuch != EffortError{Owner: "vendor", To: 2, Candidates: 90, Modules: 30}:
			t.Errorf("after %d steps: %+v", steps, tooMuch)
		}
	}
	const want = "a proposal for license 2 of vendor would take too long with 90 candidates and 30 modules"
	if got := newEffort(context.Background(), p, 90).tooMuch.Error(); got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}
