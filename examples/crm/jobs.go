package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/seat"
)

const (
	// jobBatch is how many people are given a module in one transaction, so
	// that others come in between, and the bar moves.
	jobBatch = 1000
	// maxReasons is how many reasons are kept, and maxLeft how many names of each.
	maxReasons = 20
	maxLeft    = 10
	// maxOrders is how many jobs wait at most.
	maxOrders = 16
	// jobPause is after which time an instance looks for jobs of one that is gone.
	jobPause = 10 * time.Second
)

// order is a job as the database has it, which is the queue: any instance goes on
// where another one was stopped.
type order struct {
	api.Job
	By    string
	Query sqlstore.DirectoryQuery // finds those who are still to come
}

// assignMany gives a module to those who are chosen on a page, or to all whom
// the filters find, as far as there is room; or it takes it from them, once asked.
func (s *Server) assignMany(w http.ResponseWriter, r *http.Request, v visitor) error {
	wanted := many{Module: r.PostFormValue("assign"), Users: r.PostForm["user"], Release: r.PostFormValue("release") != "", Ask: r.URL.Path == "/users/assign/ask"}
	if cmp.Or(r.PostFormValue("release"), r.PostFormValue("whom")) == "all" {
		all := listingOf(r, "name")
		wanted.All = &all
	}
	j, err := s.order(r.Context(), v.ID, wanted)
	if err != nil || wanted.Ask {
		back := "/users" + query(r.PostForm, "kind", "q", "module", "type")
		return s.confirm(w, r, v, confirmPage{Code: "release", Back: back, Found: j, Action: "/users/assign", Fields: r.PostForm}, err)
	}
	return goTo(w, r, pathTo("jobs", j.ID))
}

// many is a module for some users, or for all of a list.
type many struct {
	Module  string
	Users   []string
	All     *listing
	Release bool
	Ask     bool // count, and do nothing yet
}

// order does what is a matter of a moment, and has the rest done in the background.
func (s *Server) order(ctx context.Context, by string, wanted many) (api.Job, error) {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return api.Job{}, err
	}
	if !slices.ContainsFunc(choosable(status, ""), func(c moduleChoice) bool { return c.Name == wanted.Module }) {
		return api.Job{}, refusal(http.StatusUnprocessableEntity, "Choose which license first.")
	}
	o := order{Job: api.Job{ID: rand.Text(), Module: wanted.Module, Release: wanted.Release, Refused: []api.Left{}}, By: by}
	if wanted.All != nil {
		o.Query = peopleQuery(status, *wanted.All)
		o.Total, err = s.db.directory.Count(ctx, s.config.Tenant, o.Query)
	} else if o.Total = int64(len(wanted.Users)); o.Total == 0 || o.Total > jobBatch {
		err = refusal(http.StatusUnprocessableEntity, "Choose the users first: 1 to "+plain(jobBatch)+".")
	}
	if err != nil || wanted.Ask {
		return o.Job, err
	}
	if wanted.All == nil {
		return s.batch(ctx, o, wanted.Users, "")
	}
	var waiting int
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM crm_order WHERE tenant = $1 AND NOT finished`, s.config.Tenant).Scan(&waiting); err != nil {
		return api.Job{}, err
	}
	if waiting >= maxOrders {
		return api.Job{}, refusal(http.StatusServiceUnavailable, "Too many assignments are under way. Wait for one to end.")
	}
	o.Query.Limit = jobBatch
	err = s.saveJob(ctx, s.db, o, "")
	select {
	case s.ordered <- struct{}{}:
	default: // the worker knows already that there is a job
	}
	return o.Job, err
}

// work does what is ordered until the context ends.
func (s *Server) work(ctx context.Context) {
	pause := time.NewTicker(jobPause)
	defer pause.Stop()
	for ctx.Err() == nil {
		more, err := s.step(ctx)
		if err != nil && ctx.Err() == nil {
			s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job can't go on", slog.Any("error", err))
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.ordered:
		case <-pause.C:
		}
	}
}

// step does what is next of a job, and reports whether there was one. A job that
// fails ends, and says why.
func (s *Server) step(ctx context.Context) (more bool, err error) {
	o, before, err := s.readJob(ctx, `NOT finished ORDER BY updated, id LIMIT 1`)
	if errors.Is(err, errNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	found, err := s.db.directory.Find(ctx, s.config.Tenant, o.Query)
	if err == nil {
		ids := make([]string, len(found.Entries))
		for i, e := range found.Entries {
			ids[i] = e.ID
		}
		o.Query.After = found.Next
		_, err = s.batch(ctx, o, ids, before)
	}
	if err == nil || errors.Is(err, errOvertaken) || ctx.Err() != nil {
		return true, ctx.Err()
	}
	s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job failed", slog.Any("error", err))
	o.Finished, o.Refused = true, append(o.Refused, api.Left{Reason: s.failure(err).Sentence, Users: []string{}})
	return true, s.saveJob(ctx, s.db, o, before)
}

// batch gives a module to some, or takes it from them. How far the job is by that is
// recorded in the transaction, so that it is done once.
func (s *Server) batch(ctx context.Context, o order, ids []string, before string) (api.Job, error) {
	o.Refused = slices.Clone(o.Refused) // so that the caller's list stays as it is if this fails
	o.Done, o.Finished = o.Done+int64(len(ids)), o.Query.After == ""
	ids = unique(ids)
	err := s.decide(ctx, o.By, ids, func(d decision) error {
		change := s.giveMany
		if o.Release {
			change = s.takeMany
		}
		if err := change(ctx, d, &o, ids); err != nil {
			return err
		}
		return s.saveJob(ctx, d.tx, o, before)
	})
	return o.Job, err
}

// giveMany fills a module with those of the users who are active, as far as there is
// room.
func (s *Server) giveMany(ctx context.Context, d decision, o *order, ids []string) error {
	var holders []seat.Holder
	for _, id := range ids {
		who, err := d.active(id)
		if err != nil {
			o.leave(cmp.Or(who.Name, id), s.failure(err).Sentence)
			continue
		}
		holders = append(holders, who.holder())
	}
	filled, refused, err := d.crm.Fill(ctx, o.Module, holders...)
	o.Assigned += int64(len(filled.Changes))
	for i, r := range refused {
		if i == 0 || r.Holder != refused[i-1].Holder { // only the first reason for each user
			o.leave(d.who[r.Holder].Name, s.words.Refusal(r))
		}
	}
	return err
}

// takeMany releases a module of those of the users who have it assigned.
func (s *Server) takeMany(ctx context.Context, d decision, o *order, ids []string) error {
	holders, err := s.crm.In(s.db.bind(d.tx)).Holders(ctx, ids...)
	if err != nil {
		return err
	}
	has := make(map[string]bool)
	for _, h := range holders {
		has[h.ID] = slices.Contains(h.Assigned, o.Module)
	}
	var seats []seat.Assignment
	for _, id := range ids {
		if has[id] {
			seats = append(seats, seat.Assignment{Holder: id, Module: o.Module})
		} else {
			o.leave(cmp.Or(d.who[id].Name, id), o.Module+" is not assigned.")
		}
	}
	if o.Assigned += int64(len(seats)); len(seats) > 0 {
		_, err = d.crm.Release(ctx, seats...)
	}
	return err
}

// leave counts somebody under a reason.
func (o *order) leave(name, reason string) {
	at := slices.IndexFunc(o.Refused, func(g api.Left) bool { return g.Reason == reason })
	if at < 0 {
		if len(o.Refused) == maxReasons {
			return
		}
		at, o.Refused = len(o.Refused), append(o.Refused, api.Left{Reason: reason})
	}
	g := &o.Refused[at]
	if g.Count++; len(g.Users) < maxLeft {
		g.Users = append(g.Users, name)
	}
}

// unique returns the ids in their order, each once.
func unique(ids []string) (once []string) {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			once, seen[id] = append(once, id), true
		}
	}
	return once
}

// errOvertaken says that another instance has done the same meanwhile.
var errOvertaken = errors.New("the job has gone on meanwhile")

// saveJob records a job, if it is still what it was; a new one was nothing.
func (s *Server) saveJob(ctx context.Context, on execer, o order, before string) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	result, err := on.ExecContext(ctx, `INSERT INTO crm_order (tenant, id, job, finished, updated) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, id) DO UPDATE SET job = excluded.job, finished = excluded.finished, updated = excluded.updated WHERE crm_order.job = $6`,
		s.config.Tenant, o.ID, string(text), o.Finished, s.config.Clock().Unix(), before)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errOvertaken
}

// job shows how far a job is; the page loads itself again until it is done.
func (s *Server) job(w http.ResponseWriter, r *http.Request, v visitor) error {
	j, err := s.findJob(r.Context(), partOf(r, "id"))
	if err != nil {
		return err
	}
	if !j.Finished {
		w.Header().Set("Refresh", "1")
	}
	return s.show(w, r, v, http.StatusOK, "job", s.words.Say("job-title.", j.Release), j)
}

// findJob returns a job as it is known.
func (s *Server) findJob(ctx context.Context, id string) (api.Job, error) {
	o, _, err := s.readJob(ctx, `id = $2`, id)
	return o.Job, err
}

// readJob returns the first job that fits, and its text.
func (s *Server) readJob(ctx context.Context, which string, args ...any) (o order, text string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT job FROM crm_order WHERE tenant = $1 AND `+which, append([]any{s.config.Tenant}, args...)...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return o, "", errNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &o)
	}
	return o, text, err
}
