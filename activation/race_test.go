//go:build race

package activation_test

// The race detector makes each operation about ten times as dear.
const (
	randomOperations = 20_000
	manyTenants      = 10_000
	threeYears       = "6"
)
