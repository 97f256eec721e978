package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// sight is what is in the tables at one instant, read and counted without the
// library.
type sight struct {
	tenants map[string]*tenantSight
	// wrong is what must not be, whatever the licenses are.
	wrong []string
}

// tenantSight is what there is of a tenant.
type tenantSight struct {
	revision string // the number and the token
	holders  []seat.Holder
	number   int64 // of the active license, 0 if there is none
	digest   string
	envelope []byte
}

// look reads everything in one consistent state.
func look(ctx context.Context, e *estate) (*sight, error) {
	options := &sql.TxOptions{ReadOnly: true}
	if e.database == postgresql {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := e.db.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	s := &sight{tenants: make(map[string]*tenantSight)}
	for _, read := range []func(context.Context, *sql.Tx) error{s.revisions, s.holders, s.census, s.licenses, s.envelopes} {
		if err := read(ctx, tx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func each(ctx context.Context, tx *sql.Tx, query string, scan func(func(...any) error) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err returns the same error
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *sight) note(format string, figures ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, figures...))
}

func (s *sight) revisions(ctx context.Context, tx *sql.Tx) error {
	const query = `SELECT t.tenant, t.revision, r.token FROM seatwright_tenant t
		LEFT JOIN seatwright_revision r ON r.tenant = t.tenant AND r.revision = t.revision`
	return each(ctx, tx, query, func(scan func(...any) error) error {
		var tenant string
		var number int64
		var token sql.NullString
		if err := scan(&tenant, &number, &token); err != nil {
			return err
		}
		if token.String == "" {
			s.note("%s: revision %d has no token", tenant, number)
		}
		s.tenants[tenant] = &tenantSight{revision: fmt.Sprint(number, " ", token.String)}
		return nil
	})
}

// holders reads all holders. A user who has a seat must be there and active.
func (s *sight) holders(ctx context.Context, tx *sql.Tx) error {
	const query = `SELECT h.tenant, h.holder, c.kind, c.modules, u.active FROM seatwright_holder h
		LEFT JOIN seatwright_combination c ON c.tenant = h.tenant AND c.combination = h.combination
		LEFT JOIN users u ON u.tenant = h.tenant AND u.id = h.holder ORDER BY h.tenant, h.holder`
	return each(ctx, tx, query, func(scan func(...any) error) error {
		var tenant, id string
		var kind, modules sql.NullString
		var active sql.NullBool
		if err := scan(&tenant, &id, &kind, &modules, &active); err != nil {
			return err
		}
		h := seat.Holder{ID: id, Kind: license.Kind(kind.String)}
		if err := json.Unmarshal([]byte(modules.String), &h.Assigned); err != nil {
			s.note("%s: holder %s has the combination %q: %v", tenant, id, modules.String, err)
		}
		if len(h.Assigned) > 0 && h.Kind == license.User && !active.Bool {
			s.note("%s: %s has %v and is no active user", tenant, id, h.Assigned)
		}
		if s.tenants[tenant] == nil {
			s.note("%s: holder %s is of no tenant", tenant, id)
			return nil
		}
		s.tenants[tenant].holders = append(s.tenants[tenant].holders, h)
		return nil
	})
}

// census compares the census with the holders.
func (s *sight) census(ctx context.Context, tx *sql.Tx) error {
	const query = `SELECT c.tenant, c.combination, c.holders, count(h.holder) FROM seatwright_combination c
		LEFT JOIN seatwright_holder h ON h.tenant = c.tenant AND h.combination = c.combination
		GROUP BY c.tenant, c.combination, c.holders HAVING c.holders <> count(h.holder)`
	return each(ctx, tx, query, func(scan func(...any) error) error {
		var tenant string
		var combination, kept, counted int64
		if err := scan(&tenant, &combination, &kept, &counted); err != nil {
			return err
		}
		s.note("%s: the census has %d holders of combination %d, there are %d", tenant, kept, combination, counted)
		return nil
	})
}

// licenses reads which licenses are active.
func (s *sight) licenses(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, "SELECT tenant, record FROM seatwright_owner", func(scan func(...any) error) error {
		var tenant, text string
		if err := scan(&tenant, &text); err != nil {
			return err
		}
		var record struct {
			Active struct {
				Number int64
				Digest string
			}
		}
		err := json.Unmarshal([]byte(text), &record)
		if t := s.tenants[tenant]; t != nil {
			t.number, t.digest = record.Active.Number, record.Active.Digest
		}
		return err
	})
}

func (s *sight) envelopes(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, "SELECT tenant, digest, envelope FROM seatwright_envelope", func(scan func(...any) error) error {
		var tenant string
		var digest, envelope []byte
		if err := scan(&tenant, &digest, &envelope); err != nil {
			return err
		}
		if t := s.tenants[tenant]; t != nil && fmt.Sprintf("%x", digest) == t.digest {
			t.envelope = envelope
		}
		return nil
	})
}

// verifies reports whether the active license does under a trust.
func (t *tenantSight) verifies(trust *signed.Trust) bool {
	_, err := trust.Open(t.envelope, time.Time{})
	return t.number > 0 && err == nil
}

// oversold lists what is in use beyond what the vendor has licensed.
func (t *tenantSight) oversold(v vendor, tenant string) (modules []string) {
	capacities := make(caps)
	if t.number > 0 {
		capacities = capacitiesOf(v.license(tenant, t.number))
	}
	inUse := occupied(t.holders)
	for _, module := range oversold(inUse, capacities) {
		modules = append(modules, fmt.Sprintf("%s: license %d has %d seats of %s, and %d are in use", tenant, t.number, capacities[module], module, inUse[module]))
	}
	return modules
}

// has reports whether a holder occupies a seat of a module.
func has(h seat.Holder, module string) bool {
	return slices.ContainsFunc(h.Assigned, func(given string) bool {
		return given == module || slices.Contains(included[given], module)
	})
}
