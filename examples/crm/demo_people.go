package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// demoPlan is what most of the demo's users would have.
const demoPlan = "superoffice.ten-sales"

// demoPeople makes administrators, users, and two satellites behind them.
func demoPeople(ctx context.Context, p people, now time.Time, cost int) ([]person, error) {
	password, err := passwordDigest(demoPassword, cost)
	if err != nil {
		return nil, err
	}
	users := []person{
		{ID: "eva", Name: "Eva Lindqvist", Role: administrator, Password: password},
		{ID: "otto", Name: "Otto Brandt", Role: administrator, Password: password},
		{ID: "ann", Name: "Ann Baker", Role: ordinary, Password: password},
		{ID: "bob", Name: "Bob Silva", Role: ordinary, Password: password},
	}
	given := []string{"Ada", "Ben", "Cleo", "Dag", "Elif", "Finn", "Gro", "Hana", "Ivo", "Jo", "Kim", "Lea", "Max", "Nora", "Oda", "Pia"}
	family := []string{"Aas", "Berg", "Costa", "Dahl", "Eide", "Falk", "Grant"}
	for i := range 56 {
		u := person{ID: fmt.Sprintf("u%02d", i+1), Name: given[i%len(given)] + " " + family[i%len(family)], Role: ordinary}
		if i%9 == 8 {
			u.Type = "external"
		}
		if i%11 != 10 { // the others never came
			u.LastSeen = now.AddDate(0, 0, -(i*37)%300).Add(-time.Duration(i) * time.Minute)
		}
		users = append(users, u)
	}
	for _, name := range []string{"Oslo", "Bergen"} {
		users = append(users, person{ID: "db-" + strings.ToLower(name), Name: name + " travel database", Kind: string(license.Satellite), Role: ordinary})
	}
	for i := range users {
		users[i].Active, users[i].Kind = true, cmp.Or(users[i].Kind, string(license.User))
		users[i].Type = cmp.Or(users[i].Type, "internal")
	}
	return users, p.db.transaction(ctx, func(tx *sql.Tx) error { return p.put(ctx, tx, users...) })
}
