//go:build !race

package activation_test

const (
	randomOperations = 100_000
	manyTenants      = 100_000
	threeYears       = "30"
)
