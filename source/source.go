package source

import "context"

// Source is where licenses come from.
//
// Check asks for the license of an owner and a serial. Trouble outside the
// program, from a missing file to a feed that refuses, is an outcome of
// [KindProblem], not an error. Check returns an error, and a zero outcome, only
// in two cases: the context has ended, which the error then wraps, or the
// request is invalid, see [RequestError].
//
// Check keeps no state that matters: what it needs the next time is part of the
// outcome and comes back with the next request. It returns soon after the
// context has ended. It neither changes nor keeps the slices that it returns.
// It must be safe for concurrent use.
type Source interface {
	Check(ctx context.Context, request Request) (Outcome, error)
}
