package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/license"
)

// codes reads the codes of a type from docs/codes.md, which a test of the library
// compares with the constants.
func codes(t *testing.T, typ string) []string {
	t.Helper()
	list, err := os.ReadFile("../../docs/codes.md")
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(typ) + "` \\| `([^|]*)` \\|").FindStringSubmatch(string(list))
	require.NotNil(t, row, "docs/codes.md has no row for %s", typ)
	return strings.Split(row[1], "`, `")
}

// TestEveryCodeHasWords: what the library can say is a sentence here.
func TestEveryCodeHasWords(t *testing.T) {
	question, err := scenario.Read([]byte(readFile(t, caseFile("fewer-seats-than-in-use"))))
	require.NoError(t, err)
	plan, err := question.Plan()
	require.NoError(t, err)
	question.Offered.Expires, question.Offered.ValidFrom = &question.Now, &question.Now
	r := &report{
		question: question, plan: plan, offered: question.Offered,
		active: question.Active.License(plan.Owner), after: question.Active.With(question.Offered),
	}
	module := plan.Blockers[0].Module
	for typ, words := range map[string]func(code string) string{
		"planner.Rejection": func(code string) string { return r.rejection(planner.Rejection(code)) },
		"planner.Warning":   func(code string) string { return r.warning(planner.Warning(code)) },
		"planner.BlockerKind": func(code string) string {
			return r.blocker(planner.Blocker{Kind: planner.BlockerKind(code), Module: module, Requires: module})
		},
		"license.Hidden": func(code string) string { return hidden[license.Hidden(code)] + " ." },
	} {
		seen := map[string]string{}
		for _, code := range codes(t, typ) {
			sentence := words(code)
			require.Regexp(t, `^.* .*\.$`, sentence, "%s %s has no sentence", typ, code)
			require.False(t, strings.HasPrefix(sentence, code+" "), "%s %s has no sentence: %s", typ, code, sentence)
			require.Empty(t, seen[sentence], "%s %s has the sentence of another", typ, code)
			seen[sentence] = code
		}
	}
}

// TestGoldenShowsEverything: each code of a plan is in a text that is kept, and
// so is every scenario with somebody who may not have a module: the text must
// say why.
func TestGoldenShowsEverything(t *testing.T) {
	shown := map[string]bool{}
	for name, data := range cases(t) {
		question, err := scenario.Read([]byte(data))
		require.NoError(t, err)
		plan, err := question.Plan()
		require.NoError(t, err)
		name, file := strings.CutSuffix(name, ".json")
		kept := false
		for _, g := range golden {
			kept = kept || g == name
		}
		for _, b := range plan.Blockers {
			require.False(t, file && !kept && b.Kind == planner.NotAssignable, "golden lacks %s", name)
		}
		if !kept {
			continue
		}
		shown[string(plan.Status)] = true
		for _, b := range plan.Blockers {
			shown[string(b.Kind)] = true
		}
		for _, code := range plan.Rejections {
			shown[string(code)] = true
		}
		for _, code := range plan.Warnings {
			shown[string(code)] = true
		}
	}
	for _, typ := range []string{"planner.Status", "planner.BlockerKind", "planner.Rejection", "planner.Warning"} {
		for _, code := range codes(t, typ) {
			require.True(t, shown[code], "no text is kept with %s", code)
		}
	}
}
