package benchmarks

import (
	"fmt"
	"testing"
)

// BenchmarkCheckCasbin asks by names, and compares with casbin's enforcer,
// which goes through its rules for each question, and its cached enforcer,
// which has every answer in its cache. The goals are 300 times and 5 times as
// fast. There are only as many holders as casbin can load in a second or two.
func BenchmarkCheckCasbin(b *testing.B) {
	for _, holders := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("holders=%d", holders), func(b *testing.B) {
			f := newCasbinFixture(b, holders)
			plain := side{batch: 1, answer: func(from, to int) int { return count(b, f.enforcer, f.questions[from:to]) }}
			both(b, "uncached", f.byNames(), plain, "x-faster-than-casbin", faster)
			cached := quick(func(from, to int) int { return count(b, f.cached, f.questions[from:to]) })
			both(b, "cached", f.byNames(), cached, "x-faster-than-casbin", faster)
		})
	}
}
