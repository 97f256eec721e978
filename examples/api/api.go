package api

import (
	_ "embed"
	"net/http"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

// OpenAPI describes the calls, as GET /api/openapi.json answers.
//
//go:embed openapi.json
var OpenAPI []byte

const (
	// maxBody is the limit of a request's body, in bytes: a license, and a little more.
	maxBody = source.MaxEnvelopeSize + 64<<10
	// pageLength is how many entries of history or log a page has.
	pageLength = 20
	// sampleDays is how many days samples go back.
	sampleDays = 90
)

// API answers the calls. It is an [http.Handler].
type API struct {
	tenant    *activation.Tenant
	directory *sqlstore.Directory
	host      Host
	schemas   map[string]*jsonschema.Schema // of bodies
	mux       *http.ServeMux
}

// New returns the handler. The paths of its calls begin with /api/.
func New(tenant *activation.Tenant, directory *sqlstore.Directory, host Host) (*API, error) {
	a := &API{tenant: tenant, directory: directory, host: host, mux: http.NewServeMux()}
	if host.Problem == nil {
		a.host.Problem = func(_ *http.Request, err error) (int, string) { return Problem(err) }
	}
	var err error
	if a.schemas, err = described(); err != nil {
		return nil, err
	}
	for pattern, call := range a.calls() {
		a.mux.Handle(pattern, a.handler(call, true))
	}
	a.mux.Handle("GET /api/me", a.handler(a.me, false))
	a.mux.Handle("/", a.handler(func(*http.Request, Caller) (any, error) { return nil, errNoCall }, false))
	a.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(OpenAPI)
	})
	return a, nil
}

// ServeHTTP implements [http.Handler].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// call answers a request with a value that is written as JSON.
type call func(r *http.Request, by Caller) (any, error)

func (a *API) calls() map[string]call {
	calls := map[string]call{
		"GET /api/licenses": func(r *http.Request, _ Caller) (any, error) { return reply(a.tenant.Status(r.Context())) },
		"POST /api/licenses": func(r *http.Request, by Caller) (any, error) { // takes an envelope as it is
			if err := isJSON(r, online.EnvelopeType, "application/json"); err != nil {
				return nil, err
			}
			return reply(a.tenant.As(by.ID).Load(r.Context(), r.Body))
		},
		"POST /api/licenses/{owner}/check": func(r *http.Request, _ Caller) (any, error) {
			return reply(a.tenant.Renew(r.Context(), part(r, "owner")))
		},
		"POST /api/licenses/{owner}/plan": func(r *http.Request, _ Caller) (any, error) { return reply(a.plan(r)) },
		"POST /api/licenses/{owner}/proposal": func(r *http.Request, _ Caller) (any, error) {
			preview, err := a.plan(r)
			if err != nil {
				return nil, err
			}
			return reply(a.host.Propose(r.Context(), preview))
		},
		"POST /api/licenses/{owner}/activation": func(r *http.Request, by Caller) (any, error) {
			var approval activation.Approval
			if err := a.read(r, "ActivationBody", &approval); err != nil {
				return nil, err
			}
			return reply(a.tenant.As(by.ID).Activate(r.Context(), approval))
		},
		"GET /api/users":                   a.users,
		"GET /api/users/{id}":              a.user,
		"GET /api/users/{id}/entitlements": a.entitlements,
		"POST /api/jobs":                   a.order,
		"GET /api/jobs/{id}": func(r *http.Request, _ Caller) (any, error) {
			return reply(a.host.Job(r.Context(), part(r, "id")))
		},
		"GET /api/history": func(r *http.Request, _ Caller) (any, error) {
			return entries(a.tenant.History(r.Context(), before(r), pageLength))
		},
		"GET /api/log": func(r *http.Request, _ Caller) (any, error) {
			return entries(a.tenant.Log(r.Context(), before(r), pageLength))
		},
		"GET /api/samples": a.samples,
	}
	for pattern, deed := range a.Deeds() {
		calls[pattern] = a.onCall(deed)
	}
	return calls
}

// handler answers all callers, or only administrators.
func (a *API) handler(call call, administration bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		by, err := a.host.Caller(r)
		if err == nil && administration && !by.Administrator {
			err = ErrForbidden
		}
		var answer any
		if err == nil {
			answer, err = call(r, by)
		}
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		write(w, http.StatusOK, "application/json", answer)
	})
}

func write(w http.ResponseWriter, status int, kind string, value any) {
	text, err := shortened(value)
	if err != nil {
		http.Error(w, "the answer can't be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may have gone
}

// reply is what an operation returns, as an answer.
func reply[T any](value T, err error) (any, error) { return value, err }

func entries[T any](page []T, err error) (any, error) {
	return map[string]any{"entries": list(page)}, err
}

// list is never null.
func list[T any](values []T) []T { return append([]T{}, values...) }

func (a *API) samples(r *http.Request, _ Caller) (any, error) {
	status, err := a.tenant.Status(r.Context())
	if err != nil {
		return nil, err
	}
	samples := []activation.Sample{}
	for sample, err := range a.tenant.Samples(r.Context(), r.URL.Query().Get("module"), status.At.AddDate(0, 0, -sampleDays), status.At) {
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return map[string]any{"samples": samples}, nil
}

// part returns a part of the path: the id of a user or of a job, or an owner. A
// path can't have a part of only dots and slashes, so such a part has a ~ in front.
func part(r *http.Request, name string) string {
	return strings.TrimPrefix(r.PathValue(name), "~")
}

// before is the id of the last entry of the previous page, or 0 for the first page.
// A text that is no id gives the first page too.
func before(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
