package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// invite makes a user who has a seat, or none.
func (h *host) invite(ctx context.Context, id string) error {
	return h.admit(ctx, id, `INSERT INTO users (id) VALUES ($1) RETURNING jsonb_build_array('acme.sales')`)
}

// reactivate gives a user all that it had, the plan if nobody has remembered
// that, or does not let it return.
func (h *host) reactivate(ctx context.Context, id string) error {
	return h.admit(ctx, id, `UPDATE users SET active = true WHERE id = $1 AND NOT active
		RETURNING coalesce(jsonb_path_query_array(held, '$[*].module'), jsonb_build_array('acme.sales'))`)
}

// admit writes a user, and gives it the modules that the statement returns.
func (h *host) admit(ctx context.Context, id, statement string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		user := seat.Holder{ID: id, Kind: license.User, Type: "internal"}
		if err := tx.QueryRow(ctx, statement, id).Scan(&user.Assigned); err != nil {
			return err
		}
		_, err := h.crm.As("admin").In(h.store.Bind(tx)).Admit(ctx, user)
		return err
	})
}

// deactivate gives back all that a user has, and remembers what it was.
func (h *host) deactivate(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `UPDATE users SET active = false WHERE id = $1 AND active RETURNING id`, id).Scan(&id); err != nil {
			return err // pgx.ErrNoRows if there is no such active user
		}
		retired, err := h.crm.As("admin").In(h.store.Bind(tx)).Retire(ctx, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE users SET held = coalesce($2::jsonb, '[]') WHERE id = $1`, id, retired.Changes)
		return err
	})
}
