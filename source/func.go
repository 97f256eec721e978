package source

import "context"

// Func makes a function a [Source]. Use it if the licenses are in a table or a
// bucket, or are reached through a client of your own.
type Func func(ctx context.Context, request Request) (Outcome, error)

// Check implements [Source].
func (f Func) Check(ctx context.Context, request Request) (Outcome, error) { return f(ctx, request) }
