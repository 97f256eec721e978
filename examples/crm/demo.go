package main

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/source/online"
)

// The licenses that the demo's vendor and partner issue at first. Instants are
// set when they are signed.
var (
	//go:embed demo_superoffice.json
	demoSuperoffice []byte
	//go:embed demo_acme.json
	demoAcme []byte
)

// vendors is what vendor and partner keep, in the database, so that they are the
// same on all instances. Real ones are somewhere else, of course.
type vendors struct {
	db     *database
	tenant string
}

// Get implements [feed.Store].
func (v vendors) Get(ctx context.Context, name string) (value []byte, err error) {
	err = v.db.QueryRowContext(ctx, `SELECT value FROM crm_demo WHERE tenant = $1 AND name = $2`, v.tenant, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

// Put implements [feed.Store].
func (v vendors) Put(ctx context.Context, name string, value []byte) error {
	return v.db.exec(ctx, v.db, `INSERT INTO crm_demo (tenant, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`, v.tenant, name, value)
}

// Add implements [feed.Store].
func (v vendors) Add(ctx context.Context, name string, value []byte) ([]byte, error) {
	err := v.db.exec(ctx, v.db, `INSERT INTO crm_demo (tenant, name, value) VALUES ($1, $2, $3) ON CONFLICT (tenant, name) DO NOTHING`,
		v.tenant, name, value)
	if err != nil {
		return nil, err
	}
	return v.Get(ctx, name)
}

// demoSources brings vendor and partner, the people, and their past.
func (s *Server) demoSources(ctx context.Context) (options []activation.Option, err error) {
	if s.demo, err = feed.New(ctx, vendors{s.db, s.config.Tenant}, demoSuperoffice, demoAcme); err != nil {
		return nil, err
	}
	client, err := online.New("http://localhost", online.WithHTTPClient(&http.Client{Transport: s.demo}), online.WithTries(1))
	if err != nil {
		return nil, err
	}
	s.config.Trust, s.owners = s.demo.Trust, s.demo.Owners
	for _, owner := range s.owners {
		s.words["name."+owner] = s.demo.First[owner].Owner.Description
		options = append(options, activation.WithSource(owner, client))
	}
	var told story
	err = errors.Join(json.Unmarshal(demoStory, &told), s.settle(ctx, told.People))
	if err == nil && !s.config.Empty {
		err = s.tell(ctx, told, slices.Clone(options))
	}
	for _, owner := range s.owners {
		err = errors.Join(err, s.demo.Begin(ctx, owner, feed.Change{}, s.config.Clock()))
	}
	return options, err
}
