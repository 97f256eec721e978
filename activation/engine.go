package activation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// Engine ties sources, signatures, the planner and a store together. A process
// has one; it is safe for any number of goroutines, and any number of
// processes may share what is behind its store. It decides by the rules of
// packages license and seat and of [planner.New], each time within a transaction
// of the store that has read what the decision depends on.
//
// The engine opens and answers without any license: what a host refuses then
// is the host's policy. See docs/spec/planning.md, Activation.
type Engine struct {
	store     Store
	trust     signed.Opener
	sources   map[string]source.Source // by owner
	gates     map[string]*gate         // of the sources
	protected map[string]bool          // by owner
	policy    func(*planner.Plan) bool
	logger    *slog.Logger
	observer  Observer
	tell      func(ctx context.Context, tenant string, began, ended []attention.Item) error // nil if nobody is told
	clock     func() time.Time
	random    func() float64
	maxAge    time.Duration
	verified  verifiedLicenses
	snapshots snapshots
	surveyed  atomic.Bool // RenewDue has looked at all tenants
}

// New makes an engine. It starts no goroutine and does not touch the store.
// The error names all that is wrong with the arguments and options.
//
// The trust opens what comes as a license, and again what was stored: a
// [*signed.Trust] for signed envelopes, one of package license/keygen for the
// files of Keygen, or [signed.AnyOf] several.
func New(store Store, trust signed.Opener, options ...Option) (*Engine, error) {
	e := &Engine{
		store:     store,
		trust:     trust,
		sources:   make(map[string]source.Source),
		gates:     make(map[string]*gate),
		protected: make(map[string]bool),
		policy:    func(*planner.Plan) bool { return true },
		logger:    slog.New(slog.DiscardHandler),
		clock:     time.Now, //nolint:forbidigo // the default, which an option replaces
		random:    rand.Float64,
		maxAge:    defaultMaxAge,
		snapshots: snapshots{limit: defaultSnapshotMemory},
	}
	problems := &multierror.Error{ErrorFormat: oneLine}
	if store == nil {
		problems = multierror.Append(problems, errors.New("there is no store"))
	}
	if trust == nil || trust == (*signed.Trust)(nil) {
		problems = multierror.Append(problems, errors.New("there is no trust; see signed.NewTrust"))
	}
	for i, option := range options {
		if option == nil {
			problems = multierror.Append(problems, fmt.Errorf("option %d is nil", i+1))
		} else if err := option(e); err != nil {
			problems = multierror.Append(problems, err)
		}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	return e, nil
}

// Tenant returns a handle on a tenant. It is a light value that needs no
// closing, and does not touch the store. An id that breaks [seat.CheckID] is
// refused by each operation.
func (e *Engine) Tenant(id string) *Tenant {
	return &Tenant{engine: e, store: e.store, id: id}
}

// oneLine formats several errors for a log.
func oneLine(errs []error) string { return "activation: " + errtext.Join(errs) }

// optional looks for an optional interface of a store, behind any number of
// wrappers.
func optional[T any](store Store) (T, bool) {
	for {
		if found, ok := store.(T); ok {
			return found, true
		}
		wrapper, ok := store.(interface{ Unwrap() Store })
		if !ok {
			var none T
			return none, false
		}
		store = wrapper.Unwrap()
	}
}
