package file

import (
	"context"
	"io"
	"sync"

	"github.com/seatwright/seatwright/source"
)

// Reader returns a source with the one envelope that is read from r.
//
// r is read by the first Check, to its end or to the limit; later ones return
// the same outcome. A read that blocks is not ended by the context: where r is a
// connection, its own deadlines are.
func Reader(r io.Reader) source.Source { return &reader{reader: r} }

type reader struct {
	mu      sync.Mutex
	reader  io.Reader // nil once it has been read
	outcome source.Outcome
}

func (r *reader) Check(ctx context.Context, _ source.Request) (source.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return source.Outcome{}, err
	}
	if r.reader != nil {
		envelope, err := source.ReadEnvelope(r.reader)
		r.reader, r.outcome = nil, outcomeOf([][]byte{envelope}, err)
	}
	return r.outcome, nil
}
