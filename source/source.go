package source

import "context"

// Source is where licenses come from.
//
// Check asks for the license of an owner and a serial. Trouble outside of the
// program, from a missing file to a feed that refuses, is an outcome of
// [KindProblem] and no error. The error is not nil when the context has ended,
// which it then wraps, or when the request can't be asked at all, see
// [RequestError]; then the outcome is the zero one.
//
// Check keeps no state that matters: what it should know the next time is part
// of the outcome and comes back with the next request. It returns soon after
// the context has ended, does not change or keep the slices that it returns,
// and may be called by many goroutines at once.
type Source interface {
	Check(ctx context.Context, request Request) (Outcome, error)
}
