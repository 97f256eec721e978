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
)

const (
	// jobBatch is how many people are given a module in one transaction, so
	// that others come in between, and the bar moves.
	jobBatch = 1000
	// maxReasons is how many reasons are kept, and maxLeft how many names of each.
	maxReasons = 20
	maxLeft    = 10
	maxChosen  = 1000
	// maxOrders is how many jobs wait at most.
	maxOrders = 16
	// jobPatience is after which time without progress a job counts as cut off:
	// the instance that had it is gone.
	jobPatience = 10 * time.Minute
	// These say what the page of a job shows then, and that of one that is refused.
	jobCutOff = "The host was stopped before this was done. Do it again: whoever has it keeps it."
	jobsFull  = "Too many assignments are under way. Wait for one to end."
)

// jobs is what is to be assigned to many, or released, in the background of this
// instance.
type jobs chan order

// order is a job of this instance that is still to be done.
type order struct {
	api.Job
	by     string
	chosen []string
	query  sqlstore.DirectoryQuery
}

// assignMany gives a module to those who are chosen on a page, or to all whom
// the filters find, as far as there is room; or it takes it from them.
func (s *Server) assignMany(w http.ResponseWriter, r *http.Request, v visitor) error {
	wanted := many{Module: r.PostFormValue("assign"), Users: r.PostForm["user"], Release: r.PostFormValue("release") != ""}
	if cmp.Or(r.PostFormValue("release"), r.PostFormValue("whom")) == "all" {
		wanted.Users = nil
		wanted.All = &listing{Kind: r.PostFormValue("kind"), Search: r.PostFormValue("q"), Module: r.PostFormValue("module"), Type: r.PostFormValue("type"), Sort: "name"}
	}
	j, err := s.order(r.Context(), v.ID, wanted)
	if err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("jobs", j.ID), http.StatusSeeOther)
	return nil
}

// many is a module for some users, or for all of a list.
type many struct {
	Module  string
	Users   []string
	All     *listing
	Release bool
}

// order records a job, and has it done in the background.
func (s *Server) order(ctx context.Context, by string, wanted many) (api.Job, error) {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return api.Job{}, err
	}
	if !slices.ContainsFunc(choosable(status, ""), func(c moduleChoice) bool { return c.Name == wanted.Module }) {
		return api.Job{}, refusal(http.StatusUnprocessableEntity, "Choose which license first.")
	}
	o := order{Job: api.Job{ID: rand.Text(), Module: wanted.Module, Release: wanted.Release, Refused: []api.Left{}}, by: by, chosen: wanted.Users}
	if wanted.All != nil {
		if o.query, err = s.peopleQuery(status, *wanted.All); err != nil {
			return api.Job{}, err
		}
		if o.Total, err = s.db.directory.Count(ctx, s.config.Tenant, o.query); err != nil {
			return api.Job{}, err
		}
		o.query.Limit = jobBatch
	} else if o.Total = int64(len(o.chosen)); o.Total == 0 || o.Total > maxChosen {
		return api.Job{}, refusal(http.StatusUnprocessableEntity, "Choose the users first: 1 to "+plain(maxChosen)+".")
	}
	if err := s.saveJob(ctx, o.Job); err != nil {
		return api.Job{}, err
	}
	select {
	case s.jobs <- o:
		return o.Job, nil
	default:
		return api.Job{}, errors.Join(refusal(http.StatusServiceUnavailable, jobsFull), s.endJob(ctx, &o, jobsFull))
	}
}

// work does one job after another until the context ends. The one that is cut
// off then, and those that wait, say so. They may simply be ordered again:
// whoever has the module keeps it.
func (s *Server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			for {
				select {
				case o := <-s.jobs:
					s.finish(ctx, &o)
				default:
					return
				}
			}
		case o := <-s.jobs:
			s.finish(ctx, &o)
		}
	}
}

func (s *Server) finish(ctx context.Context, o *order) {
	err := s.carryOut(ctx, o)
	reason := ""
	switch {
	case ctx.Err() != nil && err != nil:
		reason = jobCutOff
	case err != nil:
		reason = s.words.failure(err).sentence
		s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job failed", slog.Any("error", err))
	}
	if err := s.endJob(context.WithoutCancel(ctx), o, reason); err != nil {
		s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job can't be recorded", slog.Any("error", err))
	}
}

// endJob records that a job is over, and why, unless it is done.
func (s *Server) endJob(ctx context.Context, o *order, reason string) error {
	o.Finished = true
	if reason != "" {
		o.Refused = append(o.Refused, api.Left{Reason: reason, Users: []string{}})
	}
	return s.saveJob(ctx, o.Job)
}

func (s *Server) carryOut(ctx context.Context, o *order) error {
	if o.chosen != nil {
		return s.fill(ctx, o, o.chosen)
	}
	return s.entries(ctx, o.query, func(entries []sqlstore.DirectoryEntry) error {
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i] = e.ID
		}
		return s.fill(ctx, o, ids)
	})
}

func (s *Server) fill(ctx context.Context, o *order, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	give := s.giveMany
	if o.Release {
		give = s.takeMany
	}
	assigned, left, err := give(ctx, o.by, o.Module, ids)
	if err != nil {
		return err
	}
	o.Done += int64(len(ids))
	o.Assigned += int64(assigned)
	for _, l := range left {
		o.leave(l)
	}
	return s.saveJob(ctx, o.Job)
}

// leave counts somebody under a reason.
func (j *order) leave(l left) {
	at := slices.IndexFunc(j.Refused, func(g api.Left) bool { return g.Reason == l.reason })
	if at < 0 {
		if len(j.Refused) == maxReasons {
			return
		}
		at, j.Refused = len(j.Refused), append(j.Refused, api.Left{Reason: l.reason})
	}
	g := &j.Refused[at]
	if g.Count++; len(g.Users) < maxLeft {
		g.Users = append(g.Users, cmp.Or(l.name, l.id))
	}
}

func (s *Server) saveJob(ctx context.Context, j api.Job) error {
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return s.db.exec(ctx, s.db, `INSERT INTO crm_order (tenant, id, job, finished, updated) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, id) DO UPDATE SET job = excluded.job, finished = excluded.finished, updated = excluded.updated`,
		s.config.Tenant, j.ID, string(text), j.Finished, s.config.Clock().Unix())
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
	title := "Assigning licenses"
	if j.Release {
		title = "Releasing licenses"
	}
	return s.show(w, r, v, http.StatusOK, "job", title, j)
}

// findJob returns a job as it is known. One that has not moved for long was cut
// off with the instance that had it.
func (s *Server) findJob(ctx context.Context, id string) (j api.Job, err error) {
	var text string
	var updated int64
	err = s.db.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&text, &updated) },
		`SELECT job, updated FROM crm_order WHERE tenant = $1 AND id = $2`, s.config.Tenant, id)
	switch {
	case err != nil:
		return j, err
	case text == "":
		return j, errNotFound
	}
	err = json.Unmarshal([]byte(text), &j)
	if !j.Finished && s.config.Clock().Sub(time.Unix(updated, 0)) > jobPatience {
		j.Finished, j.Refused = true, append(j.Refused, api.Left{Reason: jobCutOff, Users: []string{}})
	}
	return j, err
}
