package main

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/otelobserver"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/examples/words"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source/online"
)

// Server is the site for one tenant.
type Server struct {
	config   Config
	db       *database
	engine   *activation.Engine
	crm      *activation.Tenant
	owners   []string // those whose feeds are known, the vendor first
	people   people
	sessions sessions
	failures *failures
	pages    pages
	demo     *feed.Server // nil without -demo
	metrics  http.Handler
	handler  http.Handler
	api      *api.API
	ordered  chan struct{} // receives when there is a new job
	words    words.Words
}

// New puts the site together: first users, whom to trust and where to ask, the
// engine, the pages. It starts nothing.
func New(ctx context.Context, config Config, db *database) (*Server, error) {
	s := &Server{config: config, db: db, people: people{db, config.Tenant}, failures: &failures{clock: config.Clock}, ordered: make(chan struct{}, 1)}
	s.sessions = sessions{db: db, people: s.people, clock: config.Clock, secure: config.Secure}
	var err error
	if s.words, err = words.Read(append([][]byte{words.English, english}, config.Words...)...); err != nil {
		return nil, err
	}
	options, err := s.sources(ctx)
	if err != nil {
		return nil, err
	}
	observer, err := s.observe()
	if err != nil {
		return nil, err
	}
	options = append(options, activation.WithLogger(config.Logger), activation.WithClock(config.Clock),
		activation.WithObserver(observer), activation.WithProtectedOwners(s.owners[0]))
	if s.engine, err = activation.New(db.store, s.config.Trust, options...); err != nil {
		return nil, err
	}
	s.crm = s.engine.Tenant(config.Tenant)
	if s.api, err = s.newAPI(); err != nil {
		return nil, err
	}
	if s.pages, err = parsePages(s.words); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// sources says whom to trust and where to ask: the demo's vendors, or what the
// command line has.
func (s *Server) sources(ctx context.Context) (options []activation.Option, err error) {
	if s.config.Demo {
		return s.demoSources(ctx)
	}
	for _, known := range s.config.Feeds {
		client, err := online.New(known.URL)
		if err != nil {
			return nil, err
		}
		options = append(options, activation.WithSource(known.Owner, client))
		s.owners = append(s.owners, known.Owner)
	}
	return options, s.firstAdministrator(ctx)
}

func (s *Server) firstAdministrator(ctx context.Context) error {
	password, err := passwordDigest(s.config.Password, s.config.PasswordCost)
	if err != nil {
		return err
	}
	return s.people.put(ctx, s.db, person{
		ID: "admin", Name: "Administrator", Kind: string(license.User), Type: "internal",
		Role: administrator, Password: password, Active: true,
	})
}

// observe counts what the engine does, for /metrics.
func (s *Server) observe() (activation.Observer, error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry))
	if err != nil {
		return nil, err
	}
	s.metrics = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return otelobserver.New(metric.NewMeterProvider(metric.WithReader(reader)), otelobserver.WithTenantAttribute())
}

// Run asks the feeds when they are due, hears of what other instances write,
// and works on jobs, until the context ends.
func (s *Server) Run(ctx context.Context) error {
	var group sync.WaitGroup
	group.Go(func() { s.work(ctx) })
	err := s.engine.Run(ctx)
	group.Wait()
	return err
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// goTo sends to another page of this site.
func goTo(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther) //nolint:gosec // a path of this site
	return nil
}

// page answers a request of somebody who is signed in. Its error becomes a
// page; see [Server.fail].
type page func(w http.ResponseWriter, r *http.Request, v visitor) error

// routes is the table of contents of the site.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	// What needs no signing in.
	mux.Handle("GET /signin", s.open(s.signInForm))
	mux.Handle("POST /signin", s.open(s.signIn))
	mux.Handle("GET /static/{file}", http.FileServerFS(static)) // has no folders, and so no listings of them
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /metrics", s.metricsFor)
	mux.Handle("/", s.open(func(http.ResponseWriter, *http.Request) error { return errNotFound }))

	mux.Handle("GET /{$}", s.signedIn(s.withStatus(s.home)))
	mux.Handle("POST /signout", s.signedIn(s.signOut))
	for pattern, page := range s.administration() {
		mux.Handle(pattern, s.signedIn(s.administrators(page)))
	}
	mux.Handle("/api/", s.api)
	// What a host has before its own handlers.
	mux.Handle("/crm/", s.RequireModule(demoModule)(s.signedIn(s.withStatus(s.client))))
	return s.protect(mux)
}

func (s *Server) administration() map[string]page {
	pages := map[string]page{
		"GET /licenses":                                   s.licensesHome,
		"GET /licenses/{owner}":                           s.licenses,
		"POST /licenses/{owner}/check":                    s.check,
		"POST /licenses/load":                             s.load,
		"GET /licenses/{owner}/serial":                    s.serialForm,
		"POST /licenses/{owner}/serial":                   s.changeSerial,
		"GET /licenses/{owner}/changes":                   s.changes,
		"GET /licenses/{owner}/remove":                    s.confirmRemove,
		"GET /licenses/{owner}/activate":                  s.activateDialog,
		"POST /licenses/{owner}/activate":                 s.activate,
		"POST /licenses/{owner}/propose":                  s.propose,
		"POST /licenses/{owner}/undo":                     s.undo,
		"GET /licenses/{owner}/superfluous/{module}":      s.superfluous,
		"POST /licenses/{owner}/superfluous/{module}":     s.tick,
		"GET /licenses/{owner}/concerned/{module}/{why}":  s.superfluous,
		"POST /licenses/{owner}/concerned/{module}/{why}": s.tick,
		"GET /status":                                     s.status,
		"GET /status/clock":                               s.confirmClock,
		"GET /users":                                      s.users,
		"POST /users/assign":                              s.assignMany,
		"POST /users/assign/ask":                          s.assignMany,
		"GET /jobs/{id}":                                  s.job,
		"GET /users/{id}":                                 s.user,
		"GET /users/{id}/retire":                          s.confirmRetire,
		"GET /history":                                    s.history,
		"GET /history/{id}":                               s.historyEntry,
		"GET /usage":                                      s.usage,
		"GET /wishes":                                     s.wishes,
		"GET /history/export":                             s.exportHistory,
		"GET /history/log":                                s.exportLog,
	}
	for _, f := range s.forms() {
		pages[f.pattern] = s.onPage(f)
	}
	if s.demo != nil {
		pages["GET /vendor"] = s.vendorCorner
		pages["POST /vendor/{owner}"] = s.issue
		pages["POST /vendor/{owner}/answer"] = s.setAnswer
	}
	return pages
}

// home is the licenses for administrators, and one's own for everybody else.
func (s *Server) home(w http.ResponseWriter, r *http.Request, v visitor) error {
	if v.Admin {
		return goTo(w, r, "/licenses")
	}
	return s.own(w, r, v)
}

// health says whether the database answers. It does not ask any feed: that one
// is down is no reason to restart a host.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.db.PingContext(ctx); err != nil {
		s.config.Logger.LogAttrs(ctx, slog.LevelError, "the database does not answer", slog.Any("error", err))
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// tabs names the owners that have a tab: those with a license server, and those of
// whom there is something.
func (s *Server) tabs(status *activation.TenantStatus) []string {
	tabs := slices.Clone(s.owners)
	for _, owner := range status.Owners {
		if !slices.Contains(tabs, owner.Owner) {
			tabs = append(tabs, owner.Owner)
		}
	}
	return tabs
}

var errNotFound = refusal(http.StatusNotFound, "There is no such page.")
