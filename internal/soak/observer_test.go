package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestObserver(t *testing.T) {
	v := vendor{Town: town{Tenants: 1, Workers: 4}, Seed: 1}
	o := newObserver(nil, v)
	capacities := capacitiesOf(v.license("t000", 7))
	plans := capacities[planModule]
	people := func(n int64) (holders []seat.Holder) {
		for i := range n {
			holders = append(holders, seat.Holder{ID: fmt.Sprint(i), Kind: license.User, Assigned: []string{planModule}})
		}
		return holders
	}
	at := func(number int64) activation.OwnerRecord {
		return activation.OwnerRecord{Owner: owner, Active: &activation.StoredLicense{Number: number}}
	}
	o.judge("t000", at(7), people(plans-1))
	o.judge("t000", at(7), people(plans))
	require.Equal(t, observed{looks: 2, full: 1, most: seats{planModule, plans, plans}}, o.seen())
	o.judge("t000", at(7), people(plans+1))
	require.Equal(t, []string{fmt.Sprintf("t000: license 7 has %d seats of acme.plan, and %d are in use", plans, plans+1)}, o.seen().wrong)

	failing := at(8)
	failing.Check = activation.CheckRecord{Failures: 1, LastTry: origin}
	o.judge("t000", failing, nil)
	o.judge("t000", failing, nil)
	failing.Check.LastTry = origin.Add(time.Second)
	o.judge("t000", failing, nil)
	require.Equal(t, 2, o.seen().failing, "each failed check once")
	require.Equal(t, 1, o.seen().activated)
	o.judge("t000", at(7), nil)
	require.Equal(t, "t000: license 7 follows license 8", o.seen().wrong[1])
	require.Equal(t, 2, o.seen().wrongCount)
}

// A holder of a bundle and of something in it has one seat of each.
func TestOccupied(t *testing.T) {
	require.Equal(t, map[string]int64{suiteModule: 1, planModule: 2, addonModule: 1, reportModule: 1}, occupied([]seat.Holder{
		{Assigned: []string{suiteModule, addonModule}}, {Assigned: []string{planModule}}, {},
	}))
	require.Equal(t, []string{addonModule, "acme.gone"}, oversold(
		map[string]int64{addonModule: 3, planModule: 2, "acme.gone": 1}, caps{addonModule: 2, planModule: 2}))
}

// All licenses that the vendor issues are authentic ones that a host accepts, by
// the same bytes each time.
func TestVendor(t *testing.T) {
	v := vendor{Town: town{Tenants: 2, Workers: 2}, Seed: 1}
	trust, err := v.trust()
	require.NoError(t, err)
	for _, tenant := range v.Town.tenants() {
		for number := range int64(20) {
			number++
			envelope, err := v.envelope(tenant, number)
			require.NoError(t, err)
			again, err := v.envelope(tenant, number)
			require.NoError(t, err)
			require.Equal(t, envelope, again)
			opened, err := trust.Open(envelope, origin)
			require.NoError(t, err)
			require.Equal(t, tenant, opened.License.Licensee.Serial)
			issued := opened.License.IssuedAt
			require.Equal(t, number, v.newest(tenant, issued))
			require.Equal(t, number+2, v.newest(tenant, *opened.License.NextCheck))
			require.Less(t, capacitiesOf(opened.License)[planModule], int64(len(v.Town.everybody())))
		}
	}
}
