package file

import (
	"context"
	"io"
	"sync"

	"github.com/seatwright/seatwright/source"
)

// Reader returns a source for one envelope that is read from r, such as an
// upload.
//
// The first Check reads r to its end or to the limit; later ones return the
// same outcome. The context does not end a read that blocks: if r is a
// connection, set its deadlines.
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
