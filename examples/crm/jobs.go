package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
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
	if err := r.ParseForm(); err != nil {
		return &pageError{http.StatusBadRequest, "The form can't be read."}
	}
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	o := order{jobRecord: jobRecord{ID: rand.Text(), Module: r.PostFormValue("assign")}, by: v.ID, chosen: r.PostForm["user"]}
	if !contains(choices(status, ""), o.Module) {
		return &pageError{http.StatusUnprocessableEntity, "Choose which license to assign."}
	}
	if r.PostFormValue("whom") == "all" {
		o.chosen = nil
		l := listing{Search: r.PostFormValue("q"), Module: r.PostFormValue("module"), Type: r.PostFormValue("type"), Sort: "name"}
		if o.query, err = s.peopleQuery(status, l); err != nil {
			return err
		}
		if o.Total, err = s.db.directory.Count(r.Context(), s.config.Tenant, o.query); err != nil {
			return err
		}
		o.query.Limit = jobBatch
	} else if o.Total = int64(len(o.chosen)); o.Total == 0 || o.Total > maxChosen {
		return &pageError{http.StatusUnprocessableEntity, "Choose the users first."}
	}
	if err := s.saveJob(r.Context(), o.jobRecord); err != nil {
		return err
	}
	select {
	case s.jobs <- o:
	default:
		return &pageError{http.StatusServiceUnavailable, "Too many assignments are under way. Wait for one to end."}
	}
	http.Redirect(w, r, "/jobs/"+url.PathEscape(o.ID), http.StatusSeeOther)
	return nil
}

func contains(list []moduleChoice, module string) bool {
	for _, choice := range list {
		if choice.Name == module {
			return true
		}
	}
	return false
}

// work does one job after another until the context ends. One that is cut off
// may simply be ordered again: whoever has the module keeps it.
func (s *Server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-s.jobs:
			if err := s.carryOut(ctx, &o); err != nil {
				o.refuse(failure(err).sentence)
				s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job failed", slog.Any("error", err))
			}
			o.Finished = true
			if err := s.saveJob(context.WithoutCancel(ctx), o.jobRecord); err != nil {
				s.config.Logger.LogAttrs(ctx, slog.LevelError, "a job can't be recorded", slog.Any("error", err))
			}
		}
	}
}

func (s *Server) carryOut(ctx context.Context, o *order) error {
	batch := func(entries []sqlstore.DirectoryEntry) error {
		holders := make([]seat.Holder, len(entries))
		for i, e := range entries {
			holders[i] = e.Holder
		}
		return s.fill(ctx, o, holders)
	}
	if o.chosen == nil {
		return s.entries(ctx, o.query, batch)
	}
	entries, err := s.db.directory.Entries(ctx, s.config.Tenant, o.chosen...)
	if err != nil {
		return err
	}
	return batch(entries)
}

func (s *Server) fill(ctx context.Context, o *order, holders []seat.Holder) error {
	if len(holders) == 0 {
		return nil
	}
	filled, left, err := s.crm.Fill(ctx, o.by, o.Module, holders...)
	if err != nil {
		return err
	}
	o.Done += int64(len(holders))
	o.Assigned += int64(len(filled.Changes))
	for _, refusal := range left {
		o.refuse(refusal.Holder + ": " + sentence(refusal.Err.Error()))
	}
	return s.saveJob(ctx, o.jobRecord)
}

// refuse keeps the first reasons.
func (o *order) refuse(reason string) {
	if strings.Count(o.Refused, "\n")+1 >= maxReasons {
		return
	}
	o.Refused = strings.TrimPrefix(o.Refused+"\n"+strings.ReplaceAll(reason, "\n", " "), "\n")
}

func (s *Server) saveJob(ctx context.Context, j jobRecord) error {
	return s.db.exec(ctx, s.db, `INSERT INTO crm_job (tenant, id, module, total, done, assigned, refused, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, id)
		DO UPDATE SET done = excluded.done, assigned = excluded.assigned, refused = excluded.refused, finished = excluded.finished`,
		s.config.Tenant, j.ID, j.Module, j.Total, j.Done, j.Assigned, j.Refused, j.Finished)
}

// job shows how far a job is; the page loads itself again until it is done.
func (s *Server) job(w http.ResponseWriter, r *http.Request, v visitor) error {
	j, err := s.findJob(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !j.Finished {
		w.Header().Set("Refresh", "1")
	}
	return s.show(w, r, v, http.StatusOK, "job", "Assigning "+j.Module, j)
}

func (s *Server) findJob(ctx context.Context, id string) (j jobRecord, err error) {
	err = s.db.query(ctx, func(rows *sql.Rows) error {
		return rows.Scan(&j.ID, &j.Module, &j.Total, &j.Done, &j.Assigned, &j.Refused, &j.Finished)
	}, `SELECT id, module, total, done, assigned, refused, finished FROM crm_job WHERE tenant = $1 AND id = $2`, s.config.Tenant, id)
	if err == nil && j.ID == "" {
		err = errNotFound
	}
	return j, err
}
