package main

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
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

const demoPassword = "demo demo demo" //nolint:gosec,dupword // which the page for signing in shows

// demo is a vendor and a partner, each with a key of its own. The licenses that
// they have issued are in the database, so that all instances see the same.
// Real vendors are somewhere else, of course, and so are their keys.
type demo struct {
	db     *database
	tenant string
	clock  func() time.Time
	owners []string // the vendor first
	first  map[string]*license.License
	keys   map[string]ed25519.PrivateKey
	trust  *signed.Trust
}

func newDemo(ctx context.Context, db *database, tenant string, clock func() time.Time) (*demo, error) {
	d := &demo{
		db: db, tenant: tenant, clock: clock, owners: []string{"superoffice", "acme"},
		first: make(map[string]*license.License), keys: make(map[string]ed25519.PrivateKey),
	}
	var trusted []signed.TrustedKey
	for i, document := range [][]byte{demoSuperoffice, demoAcme} {
		owner, l := d.owners[i], &license.License{}
		if err := json.Unmarshal(document, l); err != nil {
			return nil, fmt.Errorf("the first license of %s: %w", owner, err)
		}
		key, err := d.key(ctx, owner)
		if err != nil {
			return nil, err
		}
		d.first[owner], d.keys[owner] = l, key
		trusted = append(trusted, signed.TrustedKey{Key: key.Public().(ed25519.PublicKey), Owners: []string{owner}}) //nolint:errcheck,forcetypeassert // what an Ed25519 key has
	}
	var err error
	d.trust, err = signed.NewTrust(trusted...)
	return d, err
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

// publishFirst publishes a license, unless there is one.
func (d *demo) publishFirst(ctx context.Context, owner string, l *license.License) error {
	envelope, err := d.sign(owner, l)
	if err != nil {
		return err
	}
	_, err = d.keep(ctx, "license "+owner, envelope)
	return err
}

// sign dates a license, looks whether it is valid, and signs it.
func (d *demo) sign(owner string, l *license.License) ([]byte, error) {
	l.IssuedAt = d.clock().UTC().Truncate(time.Second)
	if l.Expires == nil {
		lasts(l, l.IssuedAt.AddDate(1, 0, 0))
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

// lasts sets when a license ends, from when that is said, and until when it works
// all the same.
func lasts(l *license.License, expires time.Time) {
	warn, grace := expires.AddDate(0, 0, -30), expires.AddDate(0, 0, 14)
	l.WarnFrom, l.Expires, l.GraceUntil = &warn, &expires, &grace
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
	l := d.first[owner].Licensee
	return fmt.Sprintf("In this demo: company %s, serial number %s.", l.Company, l.Serial)
}

// server answers for an owner's license server, which an installation asks. In
// a host that is an [online.Client].
type server struct {
	*demo
	owner string
}

// Check implements [source.Source]: what the vendor corner says shall be answered,
// or else the license that was published last.
func (s server) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	plays, err := s.value(ctx, "answer "+s.owner)
	if err != nil {
		return source.Outcome{}, err
	}
	l, envelope, err := s.published(ctx, s.owner)
	if err != nil {
		return source.Outcome{}, err
	}
	said := source.Message{Text: "The price list for next year is out.", URL: "https://shop.example.com/" + s.owner}
	switch string(plays) {
	case "silence":
		return source.NewProblem(source.Problem{Reason: source.ReasonUnavailable, Title: "It can't be reached.", Temporary: true}), nil
	case "problem":
		said.Text = "The last invoice is not paid."
		return source.Outcome{Kind: source.KindProblem, Message: said, Problem: source.Problem{Reason: source.ReasonReported, Title: "The license is on hold."}}, nil
	case "identity":
		now := license.Licensee{Company: l.Licensee.Company + " Group", Serial: l.Licensee.Serial}
		return source.Outcome{Kind: source.KindIdentityChanged, Licensee: now}, nil
	case "wrong":
		wrong := *l
		wrong.Number, wrong.Licensee.Serial = l.Number+1, "9"+l.Licensee.Serial
		if envelope, err = s.sign(s.owner, &wrong); err != nil {
			return source.Outcome{}, err
		}
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{envelope}}, nil
	case "message":
	default:
		said = source.Message{}
	}
	switch etag := online.ETag(envelope); {
	case l.Licensee.Serial != request.Serial:
		return source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "This serial number is not known."}), nil
	case request.ETag == etag:
		return source.Outcome{Kind: source.KindCurrent, ETag: etag, Message: said}, nil
	default:
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{envelope}, ETag: etag, Message: said}, nil
	}
}
