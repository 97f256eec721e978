//go:build !race

package activation_test

const randomOperations = 100_000
