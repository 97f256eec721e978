// Quickstart shows, top to bottom, what a new license would do to an
// installation: twenty-one users hold a sales plan, the renewal has one seat
// fewer, and one seat must be released before it can be activated.
//
// It needs nothing but Go: go run ./examples/quickstart
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// The license that is active: a plan that users are given, and the hidden
// modules that come with it. Nobody assigns those; holders of the plan have
// them.
const active = `{
  "owner": {"name": "superoffice", "description": "SuperOffice"},
  "licensee": {"company": "Example AS", "serial": "1234567890"},
  "number": 6,
  "issuedAt": "2025-06-01T08:00:00Z",
  "expires": "2026-06-30T00:00:00Z",
  "modules": [
    {"name": "travel", "description": "Travel", "kind": "site", "quantity": 1},
    {"name": "ten-sales", "description": "Sales plan", "kind": "user", "quantity": 21,
     "bundle": true, "includes": ["user", "web", "sale-cal"], "sortOrder": 1},
    {"name": "user", "kind": "user", "quantity": 63, "hidden": true, "sortOrder": 2},
    {"name": "web", "kind": "user", "quantity": 63, "hidden": true, "requires": ["user"], "sortOrder": 3},
    {"name": "sale-cal", "kind": "user", "quantity": 63, "hidden": true, "requires": ["user"], "sortOrder": 4}
  ]
}`

// The clock of this story. The library reads none: instants are parameters.
var now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	// 1. Read the license that is active. Parse reports everything that is
	// wrong with a document, not only the first thing.
	current, err := license.Parse([]byte(active))
	if err != nil {
		return err
	}
	licenses, err := license.NewSet(current)
	if err != nil {
		return err
	}

	// 2. Give the plan to twenty-five people, in the order in which they ask.
	var people []seat.Holder
	for i := range 25 {
		people = append(people, seat.Holder{ID: fmt.Sprintf("u%02d", i+1), Kind: license.User, Type: "internal"})
	}
	state := seat.State{Licenses: licenses, Now: now, Census: seat.NewCensus(slices.Values(people))}
	filled, left, err := seat.Fill(state, "superoffice.ten-sales", people)
	if err != nil {
		return err
	}
	fmt.Printf("%d people have the sales plan, %d are left over.\n", len(filled.Holders), len(left))
	fmt.Printf("%s: %v.\n\n", left[0].Holder, left[0].Err)
	holders := filled.Holders

	// 3. A renewal arrives, with one plan fewer. What would it do?
	renewed, err := renewal(current)
	if err != nil {
		return err
	}
	input := activation.Input{
		Active:  licenses,
		Offered: renewed,
		Census:  seat.NewCensus(slices.Values(holders)),
		Holders: holders,
		Now:     now,
	}
	plan, err := activation.NewPlan(input)
	if err != nil {
		return err
	}
	show(plan)

	// 4. Release one seat with the activation, and look again.
	input.Releases = []seat.Assignment{{Holder: "u21", Module: "superoffice.ten-sales"}}
	plan, err = activation.NewPlan(input)
	if err != nil {
		return err
	}
	fmt.Print("\nWith the seat of u21 released:\n\n")
	show(plan)
	return nil
}

// renewal is the next license: the same one with a later end and 20 plans. A
// vendor issues it; here it is made from the first, and read back, so that it
// is judged like any other.
func renewal(from *license.License) (*license.License, error) {
	next := *from
	next.Number, next.IssuedAt = 7, now.AddDate(0, 0, -1)
	expires := from.Expires.AddDate(1, 0, 0)
	next.Expires = &expires
	next.Modules = slices.Clone(from.Modules)
	next.Modules[1].Quantity = 20
	document, err := json.Marshal(next)
	if err != nil {
		return nil, err
	}
	return license.Parse(document)
}

// show prints a plan. The library returns codes and figures; the words are the
// host's.
func show(plan *activation.Plan) {
	fmt.Printf("License %d to %d of %s is %s.\n", plan.From, plan.To, plan.Owner, plan.Status)
	for _, c := range plan.Changes {
		fmt.Printf("  %s (%s): %d now, %d then; %d in use, %d free then\n",
			c.Module, c.Change, c.Total, c.NewTotal, *c.NewInUse, *c.NewFree)
	}
	for _, b := range plan.Blockers {
		fmt.Printf("  blocked: %s would have %d of %d seats in use; release %d\n", b.Module, b.InUse, b.Available, b.MustRemove)
	}
	for _, r := range plan.Releases {
		fmt.Printf("  releases: %s from %s (%s)\n", r.Module, r.Holder, r.Cause)
	}
	for _, code := range plan.Warnings {
		fmt.Printf("  warning: %s\n", code)
	}
}
