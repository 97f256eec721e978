module github.com/seatwright/seatwright/examples/feed

go 1.25.0

replace github.com/seatwright/seatwright => ../..

require (
	github.com/seatwright/seatwright v0.1.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/go-jose/go-jose/v4 v4.1.9 // indirect
	github.com/hashicorp/errwrap v1.0.0 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
