package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Deed is something that an administrator does in one step, by a call or by a form
// with the same fields.
type Deed struct {
	// Body is the name of the call's schema in openapi.json.
	Body string
	// Do carries it out on a user or an owner, on behalf of an administrator.
	Do func(ctx context.Context, by, of string, field func(name string) string) error
}

// Deeds returns the deeds by the patterns of their calls. A host's pages use them to
// do the same as the calls.
func (a *API) Deeds() map[string]Deed {
	return map[string]Deed{
		"POST /api/users/{id}/assignments": {"ModuleBody", func(ctx context.Context, by, id string, field func(string) string) error {
			return a.host.Assign(ctx, by, id, field("module"))
		}},
		// It needs no transaction of the host: whoever is there, active or not, may
		// lose a module.
		"DELETE /api/users/{id}/assignments": {"ModuleBody", func(ctx context.Context, by, id string, field func(string) string) error {
			who, err := a.host.User(ctx, id)
			if err == nil {
				_, err = a.tenant.As(by).Release(ctx, seat.Assignment{Holder: who.ID, Module: field("module")})
			}
			return err
		}},
		"POST /api/users/{id}/switch": {"SwitchBody", func(ctx context.Context, by, id string, field func(string) string) error {
			return a.host.Switch(ctx, by, seat.Swap{Holder: id, From: field("from"), To: field("to")})
		}},
		"POST /api/users/{id}/retire": {"", func(ctx context.Context, by, id string, _ func(string) string) error {
			return a.host.Retire(ctx, by, id)
		}},
		"POST /api/users/{id}/return": {"", func(ctx context.Context, by, id string, _ func(string) string) error {
			return a.host.Return(ctx, by, id)
		}},
		"PUT /api/licenses/{owner}/licensee": {"Licensee", func(ctx context.Context, by, owner string, field func(string) string) error {
			to := planner.Expected{Company: field("company"), Serial: field("serial")}
			if license.SameText(to.Company, "") || license.SameText(to.Serial, "") {
				return errLicensee
			}
			return a.tenant.As(by).Expect(ctx, owner, to)
		}},
		"POST /api/licenses/{owner}/acknowledgement": {"DigestBody", func(ctx context.Context, by, _ string, field func(string) string) error {
			return digested(ctx, field("digest"), a.tenant.As(by).Acknowledge)
		}},
		"DELETE /api/licenses/{owner}/offer": {"OfferBody", func(ctx context.Context, by, _ string, field func(string) string) error {
			return digested(ctx, field("offer"), a.tenant.As(by).Dismiss)
		}},
	}
}

func digested(ctx context.Context, text string, do func(context.Context, activation.Digest) error) error {
	var digest activation.Digest
	if err := digest.UnmarshalText([]byte(text)); err != nil {
		return errDigest
	}
	return do(ctx, digest)
}

// onCall answers a call with a deed, and returns the user that it is about.
func (a *API) onCall(d Deed) call {
	return func(r *http.Request, by Caller) (any, error) {
		in := make(map[string]string)
		if d.Body != "" {
			if err := a.read(r, d.Body, &in); err != nil {
				return nil, err
			}
		}
		id := part(r, "id")
		if err := d.Do(r.Context(), by.ID, cmp.Or(id, part(r, "owner")), func(name string) string { return in[name] }); err != nil {
			return nil, err
		}
		if id != "" {
			return a.user(r, by)
		}
		return struct{}{}, nil
	}
}
