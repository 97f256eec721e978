package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMatch(t *testing.T) {
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	const window = 8 * time.Second
	const late = "unavailable: the feed did not answer in time: timeout awaiting response headers"
	const refused = "unusable: the license that the source has sent is not acceptable: signed license: bad-signature: no"
	failed := func(problem string) record { return record{Message: checkFailed, Tenant: "t1", Problem: problem} }
	again := func(problem string) record { return record{Message: askedAgain, Tenant: "t1", Problem: problem} }
	busy := "unavailable, HTTP status 500: " + titleOf(1)
	lives := map[string]life{
		"w0.1": {Ended: at.Add(time.Second)},
		"w1.1": {Ended: at.Add(window - 1), Killed: true},
		"w1.2": {Ended: at.Add(window), Killed: true},
	}
	for name, test := range map[string]struct {
		kind   faultKind
		worker string
		log    []record
		want   tally
	}{
		"a check that failed":            {timeOut, "w0.1", []record{failed(late)}, tally{Made: 1, Failed: 1}},
		"a try that was followed":        {timeOut, "w0.1", []record{again(late)}, tally{Made: 1, Retried: 1}},
		"nothing":                        {timeOut, "w0.1", nil, tally{Made: 1, Missing: 1}},
		"nothing, and killed soon":       {timeOut, "w1.1", nil, tally{Made: 1, CutOff: 1}},
		"nothing, and killed later":      {timeOut, "w1.2", nil, tally{Made: 1, Missing: 1}},
		"seen, and killed soon":          {timeOut, "w1.1", []record{failed(late)}, tally{Made: 1, Failed: 1}},
		"another tenant":                 {timeOut, "w0.1", []record{{Message: checkFailed, Tenant: "t2", Problem: late}}, tally{Made: 1, Missing: 1, Real: 1}},
		"another record":                 {timeOut, "w0.1", []record{{Message: activatedMessage, Tenant: "t1", Problem: late}}, tally{Made: 1, Missing: 1}},
		"one that the feed has not made": {timeOut, "w0.1", []record{failed(late), again(late)}, tally{Made: 1, Failed: 1, Real: 1}},
		"status 500":                     {status5, "w0.1", []record{again(busy)}, tally{Made: 1, Retried: 1}},
		"another status 500":             {status5, "w0.1", []record{again("status 500: " + titleOf(11))}, tally{Made: 1, Missing: 1, Real: 1}},
		"tampered":                       {tampered, "w0.1", []record{failed(refused)}, tally{Made: 1, Failed: 1}},
		"tampered, and too late":         {tampered, "w0.1", []record{failed(late)}, tally{Made: 1, Late: 1}},
		"status 500, and too late":       {status5, "w0.1", []record{again(late)}, tally{Made: 1, Late: 1}},
		"status 500 without its title":   {status5, "w0.1", []record{failed("unavailable, HTTP status 500: no")}, tally{Made: 1, Failed: 1}},
		"tampered, and taken for a 500":  {tampered, "w0.1", []record{again(busy)}, tally{Made: 1, Missing: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			made := []fault{{ID: 1, Kind: test.kind, Worker: test.worker, Tenant: "t1", At: at}}
			tallies := match(made, map[string][]record{test.worker: test.log}, lives, window)
			require.Equal(t, test.want, *tallies[test.kind])
			require.Equal(t, test.want.Missing, missing(tallies))
		})
	}
}

func TestCodeOf(t *testing.T) {
	require.Equal(t, "bad-signature", codeOf("unusable: not acceptable: signed license: bad-signature: it does not verify"))
	require.Equal(t, "other", codeOf("unusable: a license for another serial"))
}
