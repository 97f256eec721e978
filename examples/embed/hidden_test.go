package main

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// service is a host that hides its transaction in the context.
type service struct {
	*host
	users hiddenUsers
}

type transactionKey struct{}

func (s *service) inTransaction(ctx context.Context, fn func(ctx context.Context) error) error {
	defer s.crm.Committed() // after the commit, so that answers follow at once
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return fn(context.WithValue(ctx, transactionKey{}, tx))
	})
}

// seats changes the tenant, in the transaction that the context hides, if it does.
func (s *service) seats(ctx context.Context) *activation.Actor {
	crm := s.crm.As("admin")
	if tx, hidden := ctx.Value(transactionKey{}).(pgx.Tx); hidden {
		return crm.In(s.store.Bind(tx))
	}
	return crm
}

func (s *service) invite(ctx context.Context, id string) error {
	return s.inTransaction(ctx, func(ctx context.Context) error {
		if err := s.users.insert(ctx, id); err != nil {
			return err
		}
		return s.admit(ctx, id, "acme.sales")
	})
}

func (s *service) deactivate(ctx context.Context, id string) error {
	return s.inTransaction(ctx, func(ctx context.Context) error {
		if err := s.users.deactivate(ctx, id); err != nil {
			return err
		}
		retired, err := s.seats(ctx).Retire(ctx, id)
		if err != nil {
			return err
		}
		return s.users.remember(ctx, id, retired.Changes)
	})
}

func (s *service) reactivate(ctx context.Context, id string) error {
	return s.inTransaction(ctx, func(ctx context.Context) error {
		held, err := s.users.reactivate(ctx, id)
		if err != nil {
			return err
		}
		return s.admit(ctx, id, held...)
	})
}

func (s *service) admit(ctx context.Context, id string, modules ...string) error {
	user := seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: modules}
	_, err := s.seats(ctx).Admit(ctx, user)
	return err
}

// hiddenUsers is the repository of such a host.
type hiddenUsers struct{}

func transactionOf(ctx context.Context) pgx.Tx {
	return ctx.Value(transactionKey{}).(pgx.Tx) //nolint:errcheck // nobody calls without
}

func (hiddenUsers) insert(ctx context.Context, id string) error {
	_, err := transactionOf(ctx).Exec(ctx, `INSERT INTO users (id) VALUES ($1)`, id)
	return err
}

func (hiddenUsers) deactivate(ctx context.Context, id string) error {
	return transactionOf(ctx).QueryRow(ctx,
		`UPDATE users SET active = false WHERE id = $1 AND active RETURNING id`, id).Scan(&id)
}

func (hiddenUsers) remember(ctx context.Context, id string, ended []seat.Change) error {
	_, err := transactionOf(ctx).Exec(ctx, `UPDATE users SET held = coalesce($2::jsonb, '[]') WHERE id = $1`, id, ended)
	return err
}

func (hiddenUsers) reactivate(ctx context.Context, id string) (held []string, err error) {
	err = transactionOf(ctx).QueryRow(ctx, `UPDATE users SET active = true WHERE id = $1 AND NOT active
		RETURNING coalesce(jsonb_path_query_array(held, '$[*].module'), jsonb_build_array('acme.sales'))`, id).Scan(&held)
	return held, err
}

func TestHiddenTransaction(t *testing.T) {
	ctx := t.Context()
	s := &service{host: openHost(t, 1)}
	require.NoError(t, s.invite(ctx, "ann"))
	require.ErrorIs(t, s.invite(ctx, "bob"), seat.ErrNoFreeSeat)
	both(t, s.host, "ann true", "ann [acme.sales]")
	require.NoError(t, s.deactivate(ctx, "ann"))
	both(t, s.host, "ann false acme.sales", "ann []")
	require.NoError(t, s.invite(ctx, "bob"))
	require.ErrorIs(t, s.reactivate(ctx, "ann"), seat.ErrNoFreeSeat)
	require.NoError(t, s.deactivate(ctx, "bob"))
	require.NoError(t, s.reactivate(ctx, "ann"))
	both(t, s.host, "ann true acme.sales\nbob false acme.sales", "ann [acme.sales]\nbob []")

	// Outside of a transaction the tenant is the usual one.
	retired, err := s.seats(ctx).DryRun().Retire(ctx, "ann")
	require.NoError(t, err)
	assert.Len(t, retired.Changes, 1)
}
