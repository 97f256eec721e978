package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

func TestLost(t *testing.T) {
	log := []activation.LogEntry{{ID: 1, By: "w0.1-1", Holder: "u1", Module: planModule, Cause: seat.CauseAssigned}}
	change := acknowledged{Tenant: "t1", By: "w0.1-1", Holder: "u1", Module: planModule, Cause: seat.CauseAssigned}
	require.Empty(t, lost([]acknowledged{change}, log))
	for name, other := range map[string]acknowledged{
		"actor":  {By: "w0.1-2", Holder: "u1", Module: planModule, Cause: seat.CauseAssigned},
		"holder": {By: "w0.1-1", Holder: "u2", Module: planModule, Cause: seat.CauseAssigned},
		"module": {By: "w0.1-1", Holder: "u1", Module: addonModule, Cause: seat.CauseAssigned},
		"cause":  {By: "w0.1-1", Holder: "u1", Module: planModule, Cause: seat.CauseReleased},
	} {
		require.Equal(t, []acknowledged{other}, lost([]acknowledged{change, other}, log), name)
	}
}

func TestReplay(t *testing.T) {
	entry := func(id int64, module string, cause seat.Cause) activation.LogEntry {
		return activation.LogEntry{ID: id, Holder: "u1", Module: module, Cause: cause}
	}
	given, taken := entry(1, planModule, seat.CauseAssigned), entry(2, planModule, seat.CauseRetired)
	for name, test := range map[string]struct {
		log  []activation.LogEntry // the newest first
		has  []string
		want []string
	}{
		"given":             {[]activation.LogEntry{given}, []string{planModule}, nil},
		"given and taken":   {[]activation.LogEntry{taken, given}, nil, nil},
		"given twice":       {[]activation.LogEntry{entry(2, planModule, seat.CauseAssigned), given}, []string{planModule}, []string{"entry 2: assigned of acme.plan for u1 a second time"}},
		"taken twice":       {[]activation.LogEntry{entry(3, planModule, seat.CauseReleased), taken, given}, nil, []string{"entry 3: released of acme.plan for u1 a second time"}},
		"has what is taken": {[]activation.LogEntry{taken, given}, []string{planModule}, []string{"u1 has acme.plan, and not by the log"}},
		"lacks what it was given": {
			[]activation.LogEntry{entry(2, addonModule, seat.CauseAssigned), given}, []string{planModule}, []string{"u1 has acme.addon by the log, and not"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, replay(test.log, []seat.Holder{{ID: "u1", Assigned: test.has}}))
		})
	}
}
