package storetest_test

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/activation/storetest"
)

// runBroken is the environment variable by which a test is told to run the
// suite itself, with the factory that it names. A failing test can't be
// observed from within, so it is run in a process of its own.
const runBroken = "SEATWRIGHT_STORETEST_BROKEN"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// suiteOn returns what the suite prints, run on a factory in another process,
// and whether it passes. The test must call it first thing. Only is the
// promise and the case that are run, or nothing.
func suiteOn(t *testing.T, factory storetest.Factory, only ...string) (output string, passed, ran bool) {
	t.Helper()
	if os.Getenv(runBroken) == t.Name() {
		storetest.Run(t, factory)
		return "", false, false
	}
	program, err := os.Executable()
	require.NoError(t, err)
	names := append(strings.Split(t.Name(), "/"), only...)
	for i, name := range names {
		names[i] = "^" + regexp.QuoteMeta(name) + "$"
	}
	command := exec.CommandContext(t.Context(), program,
		"-test.run="+strings.Join(names, "/"), "-test.v", "-test.short", "-test.count=1", "-test.timeout=2m",
		"-rapid.nofailfile", "-rapid.shrinktime=100ms",
		// What it covers counts as well, where somebody asks for that.
		"-test.gocoverdir="+flag.Lookup("test.gocoverdir").Value.String())
	command.Env = append(os.Environ(), runBroken+"="+t.Name())
	printed, err := command.CombinedOutput()
	return string(printed), err == nil, true
}

// TestBrokenStores runs the case that is meant for a store on a store that
// breaks a promise.
func TestBrokenStores(t *testing.T) {
	for _, b := range brokenStores() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			promise, tested, _ := strings.Cut(b.caught, "/")
			output, passed, ran := suiteOn(t, b.factory, promise, tested)
			if !ran {
				return
			}
			require.False(t, passed, "the suite passes:\n%s", output)
			require.Contains(t, output, "--- FAIL: "+t.Name()+"/"+b.caught+" ")
			require.Contains(t, output, "broken promise "+promise+" (docs/spec/storage.md): ")
		})
	}
}

// TestRefusedFactories hands factories to Run that would leave out a promise
// without a word.
func TestRefusedFactories(t *testing.T) {
	durable := map[string]string{"Durability": "it is in memory"}
	for _, c := range []struct {
		name    string
		factory storetest.Factory
		only    []string
		want    string
	}{
		{"no open", storetest.Factory{}, nil, "Factory.Open is missing"},
		{
			"unknown exemption",
			storetest.Factory{Open: sound, Exempt: map[string]string{"Isolation": "there is one tenant"}},
			nil,
			"no store is exempt from Isolation; there are Changes, ConnectionLost, Due, Durability, HostTransactions, Recount, Watch",
		},
		{
			"no reason",
			storetest.Factory{Open: sound, Exempt: map[string]string{"Watch": " "}},
			nil,
			"the exemption from Watch lacks a reason",
		},
		{
			"no cut",
			storetest.Factory{Open: sound},
			[]string{"OutcomeUnknown", "ConnectionLost"},
			`Factory.Cut is missing; if that is meant, exempt the store from "ConnectionLost" with a reason`,
		},
		{
			"no begin",
			storetest.Factory{Open: sound},
			[]string{"HostTransactions", "Commit"},
			`Factory.Begin is missing; if that is meant, exempt the store from "HostTransactions" with a reason`,
		},
		{
			"no spoil",
			storetest.Factory{Open: sound},
			[]string{"Census", "Recount"},
			`Factory.Spoil is missing; if that is meant, exempt the store from "Recount" with a reason`,
		},
		{
			"no changes",
			storetest.Factory{Open: plain, Exempt: durable},
			[]string{"Changes", "LikeReload"},
			`if that is meant, exempt the store from "Changes" with a reason`,
		},
		{
			"no due",
			storetest.Factory{Open: plain, Exempt: durable},
			[]string{"Due", "Pages"},
			`the store is no activation.DueLister; if that is meant, exempt it from "Due" with a reason`,
		},
		{
			"no watch",
			storetest.Factory{Open: plain, Exempt: durable},
			[]string{"Watch", "Hints"},
			`the store is no activation.Watcher; if that is meant, exempt it from "Watch" with a reason`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			output, passed, ran := suiteOn(t, c.factory, c.only...)
			if !ran {
				return
			}
			require.False(t, passed, "the suite passes:\n%s", output)
			require.Contains(t, output, c.want)
		})
	}
}

// TestPlainStore runs the suite on a store without optional interfaces, as a
// host may write one.
func TestPlainStore(t *testing.T) {
	storetest.Run(t, storetest.Factory{Open: plain, Exempt: map[string]string{
		"Durability": "it is in memory",
		"Changes":    "it is as plain as a store can be",
		"Due":        "it is as plain as a store can be",
		"Watch":      "it is as plain as a store can be",
		"Recount":    "it is as plain as a store can be",
	}})
}
