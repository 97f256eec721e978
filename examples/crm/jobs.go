package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/sqlstore"
)

const (
	// jobBatch is how many people are given a module in one transaction, so
	// that others come in between, and the bar moves.
	jobBatch = 1000
	// maxReasons is how many refusals are kept to be shown.
	maxReasons = 20
	maxChosen  = 1000
	// maxOrders is how many jobs wait at most.
	maxOrders = 16
	// jobPatience is after which time without progress a job counts as cut off:
	// the instance that had it is gone.
	jobPatience = 10 * time.Minute
	// What the page of a job says then, and of one that is refused.
	jobCutOff = "The host was stopped before this was done. Assign it again: whoever has it keeps it."
	jobsFull  = "Too many assignments are under way. Wait for one to end."
)

// jobs is what is to be assigned to many, in the background of this instance.
type jobs chan order

// jobRecord is a job as the database has it, so that any instance can show it.
type jobRecord struct {
	ID, Module            string
	Total, Done, Assigned int64
	Refused               string
	Finished              bool
}

// Refusals is the first reasons, a line each.
func (j jobRecord) Refusals() []string {
	if j.Refused == "" {
		return nil
	}
	return strings.Split(j.Refused, "\n")
}

// order is a job of this instance that is still to be done.
type order struct {
	jobRecord
	by     string
	chosen []string
	query  sqlstore.DirectoryQuery
}

// assignMany gives a module to those who are chosen on a page, or to all whom
// the filters find, as far as there is room.
func (s *Server) assignMany(w http.ResponseWriter, r *http.Request, v visitor) error {
	wanted := many{Module: r.PostFormValue("assign"), Users: r.PostForm["user"]}
	if r.PostFormValue("whom") == "all" {
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
	Module string
	Users  []string
	All    *listing
}

// order records a job, and has it done in the background.
func (s *Server) order(ctx context.Context, by string, wanted many) (jobRecord, error) {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return jobRecord{}, err
	}
	if !contains(choices(status, ""), wanted.Module) {
		return jobRecord{}, &pageError{http.StatusUnprocessableEntity, "Choose which license to assign."}
	}
	o := order{jobRecord: jobRecord{ID: rand.Text(), Module: wanted.Module}, by: by, chosen: wanted.Users}
	if wanted.All != nil {
		if o.query, err = s.peopleQuery(status, *wanted.All); err != nil {
			return jobRecord{}, err
		}
		if o.Total, err = s.db.directory.Count(ctx, s.config.Tenant, o.query); err != nil {
			return jobRecord{}, err
		}
		o.query.Limit = jobBatch
	} else if o.Total = int64(len(o.chosen)); o.Total == 0 || o.Total > maxChosen {
		return jobRecord{}, &pageError{http.StatusUnprocessableEntity, "Choose the users first: 1 to " + plain(maxChosen) + "."}
	}
	if err := s.saveJob(ctx, o.jobRecord); err != nil {
		return jobRecord{}, err
	}
	select {
	case s.jobs <- o:
		return o.jobRecord, nil
	default:
		return jobRecord{}, errors.Join(&pageError{http.StatusServiceUnavailable, jobsFull}, s.endJob(ctx, &o, jobsFull))
	}
}

func contains(list []moduleChoice, module string) bool {
	for _, choice := range list {
		if choice.Name == module {
			return true
		}
	}
	return false
}

// work does one job after another until the context ends. The one that is cut
// off then, and those that wait, say so. They may simply be ordered again:
// whoever has the module keeps it.
func (s *Server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.cutOff(ctx)
			return
		case o := <-s.jobs:
			s.finish(ctx, &o)
		}
	}
}

// cutOff finishes those that wait with a context that has ended.
func (s *Server) cutOff(ctx context.Context) {
	for {
		select {
		case o := <-s.jobs:
			s.finish(ctx, &o)
		default:
			return
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
		reason = failure(err).sentence
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
		o.Refused = strings.TrimPrefix(o.Refused+"\n"+reason, "\n")
	}
	return s.saveJob(ctx, o.jobRecord)
}

func (s *Server) carryOut(ctx context.Context, o *order) error {
	batch := func(entries []sqlstore.DirectoryEntry) error {
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i] = e.ID
		}
		return s.fill(ctx, o, ids)
	}
	if o.chosen == nil {
		return s.entries(ctx, o.query, batch)
	}
	return s.fill(ctx, o, o.chosen)
}

func (s *Server) fill(ctx context.Context, o *order, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	assigned, left, absent, err := s.giveMany(ctx, o.by, o.Module, ids)
	if err != nil {
		return err
	}
	o.Done += int64(len(ids))
	o.Assigned += int64(assigned)
	for _, id := range absent {
		o.refuse(id + ": " + sentence(errNobody.Error()))
	}
	for i, refusal := range left {
		if i > 0 && refusal.Holder == left[i-1].Holder {
			continue // one reason is enough
		}
		o.refuse(refusal.Holder + ": " + brief(sentence(refusal.Err.Error())))
	}
	return s.saveJob(ctx, o.jobRecord)
}

// refuse keeps the first reasons.
func (o *order) refuse(reason string) {
	if o.Refused != "" && strings.Count(o.Refused, "\n")+1 >= maxReasons {
		return
	}
	o.Refused = strings.TrimPrefix(o.Refused+"\n"+strings.ReplaceAll(reason, "\n", " "), "\n")
}

func (s *Server) saveJob(ctx context.Context, j jobRecord) error {
	return s.db.exec(ctx, s.db, `INSERT INTO crm_job (tenant, id, module, total, done, assigned, refused, finished, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, id) DO UPDATE
		SET done = excluded.done, assigned = excluded.assigned, refused = excluded.refused, finished = excluded.finished, updated = excluded.updated`,
		s.config.Tenant, j.ID, j.Module, j.Total, j.Done, j.Assigned, j.Refused, j.Finished, s.config.Clock().Unix())
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
	return s.show(w, r, v, http.StatusOK, "job", "Assigning "+j.Module, j)
}

// findJob returns a job as it is known. One that has not moved for long was cut
// off with the instance that had it.
func (s *Server) findJob(ctx context.Context, id string) (j jobRecord, err error) {
	var updated int64
	err = s.db.query(ctx, func(rows *sql.Rows) error {
		return rows.Scan(&j.ID, &j.Module, &j.Total, &j.Done, &j.Assigned, &j.Refused, &j.Finished, &updated)
	}, `SELECT id, module, total, done, assigned, refused, finished, updated FROM crm_job WHERE tenant = $1 AND id = $2`, s.config.Tenant, id)
	switch {
	case err != nil:
	case j.ID == "":
		err = errNotFound
	case !j.Finished && s.config.Clock().Sub(time.Unix(updated, 0)) > jobPatience:
		j.Finished, j.Refused = true, strings.TrimPrefix(j.Refused+"\n"+jobCutOff, "\n")
	}
	return j, err
}
