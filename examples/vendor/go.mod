module github.com/seatwright/seatwright/examples/vendor

go 1.25.0

replace github.com/seatwright/seatwright => ../..

require (
	github.com/google/go-cmp v0.7.0
	github.com/seatwright/seatwright v0.1.0
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78
	go.uber.org/goleak v1.3.0
	golang.org/x/term v0.45.0
)

require (
	github.com/go-jose/go-jose/v4 v4.1.9 // indirect
	github.com/hashicorp/errwrap v1.0.0 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/sys v0.47.0
)
