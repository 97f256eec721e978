package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
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

const (
	demoPassword = "demo demo demo" //nolint:gosec,dupword // which the page for signing in shows
	// demoFeeds is where the client finds the feeds. It is no address of the
	// network: see feedTransport.
	demoFeeds = "http://localhost/feeds/"
	// demoTime is how long the licenses of the demo last.
	demoTime = 365 * 24 * time.Hour
)

// demo is a vendor and a partner, each with a key and a feed of its own. What
// they have published is in the database, so that all instances see the same.
// Real vendors are somewhere else, of course, and so are their keys.
type demo struct {
	db     *database
	tenant string
	clock  func() time.Time
	owners []string // the vendor first
	keys   map[string]ed25519.PrivateKey
	trust  *signed.Trust
}

func newDemo(ctx context.Context, db *database, p people, cost int, clock func() time.Time) (*demo, error) {
	d := &demo{db: db, tenant: p.tenant, clock: clock, owners: []string{"superoffice", "acme"}, keys: make(map[string]ed25519.PrivateKey)}
	var trusted []signed.TrustedKey
	for _, owner := range d.owners {
		key, err := d.key(ctx, owner)
		if err != nil {
			return nil, err
		}
		d.keys[owner] = key
		trusted = append(trusted, signed.TrustedKey{Key: key.Public().(ed25519.PublicKey), Owners: []string{owner}}) //nolint:errcheck,forcetypeassert // what an Ed25519 key has
	}
	var err error
	if d.trust, err = signed.NewTrust(trusted...); err != nil {
		return nil, err
	}
	if err := demoPeople(ctx, p, clock(), cost); err != nil {
		return nil, err
	}
	for owner, document := range map[string][]byte{"superoffice": demoSuperoffice, "acme": demoAcme} {
		if err := d.publishFirst(ctx, owner, document); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// key returns an owner's key. Of instances that make one at once, all take the
// first.
func (d *demo) key(ctx context.Context, owner string) (ed25519.PrivateKey, error) {
	_, fresh, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	jwk, err := signed.MarshalKey(fresh)
	if err != nil {
		return nil, err
	}
	kept, err := d.keep(ctx, "key "+owner, jwk)
	if err != nil {
		return nil, err
	}
	return signed.ParsePrivateKey(kept)
}

// keep stores a value unless there is one, and returns what is there.
func (d *demo) keep(ctx context.Context, name string, value []byte) ([]byte, error) {
	err := d.db.exec(ctx, d.db, `INSERT INTO crm_demo (tenant, name, value) VALUES ($1, $2, $3) ON CONFLICT (tenant, name) DO NOTHING`,
		d.tenant, name, value)
	if err != nil {
		return nil, err
	}
	return d.value(ctx, name)
}

func (d *demo) put(ctx context.Context, name string, value []byte) error {
	return d.db.exec(ctx, d.db, `INSERT INTO crm_demo (tenant, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`, d.tenant, name, value)
}

// value returns nil if there is none.
func (d *demo) value(ctx context.Context, name string) (value []byte, err error) {
	err = d.db.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&value) },
		`SELECT value FROM crm_demo WHERE tenant = $1 AND name = $2`, d.tenant, name)
	return value, err
}

func (d *demo) publishFirst(ctx context.Context, owner string, document []byte) error {
	l := &license.License{}
	if err := json.Unmarshal(document, l); err != nil {
		return fmt.Errorf("the first license of %s: %w", owner, err)
	}
	envelope, err := d.sign(owner, l)
	if err != nil {
		return err
	}
	_, err = d.keep(ctx, "license "+owner, envelope)
	return err
}

// sign dates a license, looks whether it is valid, and signs it.
func (d *demo) sign(owner string, l *license.License) ([]byte, error) {
	now := d.clock().UTC().Truncate(time.Second)
	l.IssuedAt = now
	if l.Expires == nil {
		expires := now.Add(demoTime)
		warn, grace := expires.AddDate(0, 0, -30), expires.AddDate(0, 0, 14)
		l.WarnFrom, l.Expires, l.GraceUntil = &warn, &expires, &grace
	}
	document, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if _, err := license.Parse(document); err != nil {
		return nil, err
	}
	return signed.Sign(document, d.keys[owner])
}

// published is the newest license of an owner, as the vendor has it.
func (d *demo) published(ctx context.Context, owner string) (*license.License, []byte, error) {
	envelope, err := d.value(ctx, "license "+owner)
	if err != nil {
		return nil, nil, err
	}
	opened, err := d.trust.Open(envelope, d.clock())
	if err != nil {
		return nil, nil, err
	}
	return opened.License, envelope, nil
}

// hint is what to enter, for whoever plays the demo.
func (d *demo) hint(owner string) string {
	document := demoSuperoffice
	if owner == "acme" {
		document = demoAcme
	}
	var l struct{ Licensee license.Licensee }
	if json.Unmarshal(document, &l) != nil {
		return ""
	}
	return fmt.Sprintf("In this demo: company %s, serial number %s.", l.Licensee.Company, l.Licensee.Serial)
}

// feeds is where the demo's owners can be asked.
func (d *demo) feeds() (feeds []Feed) {
	for _, owner := range d.owners {
		feeds = append(feeds, Feed{owner, demoFeeds + owner})
	}
	return feeds
}

func (d *demo) clientOptions() []online.Option {
	return []online.Option{
		online.WithHTTPClient(&http.Client{Transport: feedTransport{d}}),
		online.WithTries(2), online.WithTimeout(5 * time.Second),
	}
}

// feedTransport answers what a feed would over the network.
type feedTransport struct{ demo *demo }

// RoundTrip implements [http.RoundTripper].
func (t feedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	rest := strings.TrimPrefix(r.URL.Path, "/feeds/")
	owner, _, _ := strings.Cut(rest, "/")
	down, err := t.demo.value(r.Context(), "down "+owner)
	if err != nil {
		return nil, err
	}
	if string(down) == "yes" {
		return nil, errors.New("connection refused")
	}
	handler, err := online.NewHandler(catalog{t.demo, owner})
	if err != nil {
		return nil, err
	}
	answer := &feedAnswer{header: make(http.Header), status: http.StatusOK}
	http.StripPrefix("/feeds/"+owner, handler).ServeHTTP(answer, r.Clone(r.Context()))
	return &http.Response{
		StatusCode: answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: answer.header, Request: r,
		Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()),
	}, nil
}

// feedAnswer is a response as a handler writes it.
type feedAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *feedAnswer) Header() http.Header         { return a.header }
func (a *feedAnswer) WriteHeader(status int)      { a.status = status }
func (a *feedAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }

// catalog is what the feed of an owner has.
type catalog struct {
	demo  *demo
	owner string
}

// Lookup implements [online.Catalog].
func (c catalog) Lookup(ctx context.Context, owner, serial string) (online.Content, error) {
	if owner != c.owner {
		return online.Content{}, online.ErrNotFound
	}
	l, envelope, err := c.demo.published(ctx, owner)
	if err != nil {
		return online.Content{}, err
	}
	if l.Licensee.Serial != serial {
		return online.Content{}, online.ErrNotFound
	}
	read := func(context.Context) ([]byte, error) { return envelope, nil }
	return online.Content{Type: online.EnvelopeType, ETag: online.ETag(envelope), Read: read}, nil
}

// fillSamples gives the demo a past, so that its charts show something.
func (d *demo) fillSamples(ctx context.Context, s *Server) error {
	return s.db.store.Update(ctx, d.tenant, func(w activation.Writer) error {
		day := today(d.clock())
		known, err := w.Samples(ctx, demoPlan, day.AddDate(0, 0, -chartDays), day)
		if err != nil || len(known) > 0 {
			return err
		}
		var samples []activation.Sample
		for i := range 60 {
			at := day.AddDate(0, 0, i-60)
			samples = append(samples,
				activation.Sample{Day: at, Module: demoPlan, InUse: int64(min(18, 4+i/4)), Capacity: 21},
				activation.Sample{Day: at, Module: "superoffice.ten-service", InUse: int64(min(10, 3+i/7)), Capacity: int64(8 + i/30*4)},
			)
		}
		return w.PutSamples(ctx, samples...)
	})
}
