package source

import "context"

// Func is a function as a [Source]: for a host that has its licenses in a table,
// a bucket or behind a client of its own.
type Func func(ctx context.Context, request Request) (Outcome, error)

// Check implements [Source].
func (f Func) Check(ctx context.Context, request Request) (Outcome, error) { return f(ctx, request) }
