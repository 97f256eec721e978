module github.com/seatwright/seatwright/internal/benchmarks

go 1.25.0

replace github.com/seatwright/seatwright => ../..

require (
	github.com/casbin/casbin/v3 v3.10.0
	github.com/seatwright/seatwright v0.1.0
)

require (
	github.com/bmatcuk/doublestar/v4 v4.6.1 // indirect
	github.com/casbin/govaluate v1.3.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/errwrap v1.0.0 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
)
