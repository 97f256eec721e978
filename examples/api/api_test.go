package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/api"
)

// TestStory plays a license's story by calls alone, and sees each succeed once.
func TestStory(t *testing.T) {
	h := newHost(t)
	h.licenses()
	h.users()
	h.offer()
	job := ok[api.Job](h, "POST", "/api/jobs", `{"module":"acme.light","users":["ann","bob"]}`)
	require.Equal(t, int64(2), ok[api.Job](h, "GET", "/api/jobs/"+job.ID, "").Total)
	type entries struct{ Entries []struct{ ID int64 } }
	history := ok[entries](h, "GET", "/api/history", "").Entries
	require.Len(t, ok[entries](h, "GET", fmt.Sprintf("/api/history?before=%d", history[0].ID), "").Entries, len(history)-1)
	require.NotEmpty(t, ok[entries](h, "GET", "/api/log", "").Entries)
	require.Equal(t, `{"samples":[]}`+"\n", h.call("GET", "/api/samples?module=acme.nothing", "").Body)
	for _, call := range h.contract.Calls() {
		require.True(t, h.contract.Seen(call, http.StatusOK), "%s was not seen to succeed", call)
	}
}

func (h *host) licenses() {
	t := h.t
	ok[struct{}](h, "PUT", "/api/licenses/acme/licensee", `{"company":"Example AS","serial":"4711"}`)
	require.True(t, ok[activation.Result](h, "POST", "/api/licenses", string(envelope(t, 1, 3))).Activated)
	h.feed = envelope(t, 2, 3)
	require.True(t, ok[activation.Result](h, "POST", "/api/licenses/acme/check", "").Activated, "nothing is lost")
	owner := ok[struct {
		Owners []struct {
			Unseen bool
			Digest string
		}
	}](h, "GET", "/api/licenses", "").Owners[0]
	require.True(t, owner.Unseen)
	ok[struct{}](h, "POST", "/api/licenses/acme/acknowledgement", fmt.Sprintf(`{"digest":%q}`, owner.Digest))
}

func (h *host) users() {
	t := h.t
	type users struct {
		Users []api.User
		Next  string
	}
	page := ok[users](h, "GET", "/api/users", "")
	require.Len(t, page.Users, 2)
	require.Len(t, ok[users](h, "GET", "/api/users?after="+page.Next, "").Users, 2)

	for _, id := range []string{"ann", "bob", "~..%2Fx"} {
		require.Equal(t, []string{"acme.sales"}, ok[api.User](h, "POST", "/api/users/"+id+"/assignments", `{"module":"acme.sales"}`).Assigned)
	}
	require.Equal(t, "no-free-seat", h.refused(http.StatusUnprocessableEntity, "POST", "/api/users/cid/assignments", `{"module":"acme.sales"}`).Refusals[0].Rule)
	require.Equal(t, []string{"acme.light"}, ok[api.User](h, "POST", "/api/users/ann/switch", `{"from":"acme.sales","to":"acme.light"}`).Assigned)
	require.Empty(t, ok[api.User](h, "DELETE", "/api/users/ann/assignments", `{"module":"acme.light"}`).Assigned)
	ok[api.User](h, "POST", "/api/users/cid/assignments", `{"module":"acme.sales"}`)
	require.False(t, ok[api.User](h, "POST", "/api/users/~..%2Fx/retire", "").Active)
	require.True(t, ok[api.User](h, "POST", "/api/users/~..%2Fx/return", "").Active)
	require.Empty(t, ok[api.User](h, "GET", "/api/users/~..%2Fx", "").Assigned)

	uses := ok[struct{ Entitlements []api.Entitlement }](h, "GET", "/api/users/bob/entitlements", "").Entitlements
	require.Len(t, uses, 3, "hidden ones too: they are what a front end asks for")
	h.caller = api.Caller{ID: "bob", Name: "Bob"}
	me := ok[struct {
		ID   string
		Uses []api.Entitlement
	}](h, "GET", "/api/me", "")
	require.Equal(t, "bob", me.ID)
	require.Len(t, me.Uses, 2, "what may be used")
	h.caller = api.Caller{ID: "eva", Administrator: true}
}

// offer has two users with a plan, when a license with one comes.
func (h *host) offer() {
	t := h.t
	h.feed = envelope(t, 3, 1)
	require.Equal(t, activation.WaitingBlocked, ok[activation.Result](h, "POST", "/api/licenses/acme/check", "").Waiting)
	preview := ok[activation.Preview](h, "POST", "/api/licenses/acme/plan", `{}`)
	require.Equal(t, int64(1), preview.Plan.Blockers[0].MustRemove)
	moved := h.refused(http.StatusConflict, "POST", "/api/licenses/acme/activation", fmt.Sprintf(`{"offer":%q,"seen":%q}`, preview.Offer, preview.Seen))
	require.Equal(t, planner.Blocked, moved.Fresh.Plan.Status)
	proposal := ok[planner.Proposal](h, "POST", "/api/licenses/acme/proposal", `{}`)
	require.Equal(t, 1, len(proposal.Releases)+len(proposal.Switches))
	released := `"releases":[{"holder":"cid","module":"acme.sales"}]`
	preview = ok[activation.Preview](h, "POST", "/api/licenses/acme/plan", `{`+released+`}`)
	require.Equal(t, planner.Ready, preview.Plan.Status)
	require.True(t, ok[activation.Result](h, "POST", "/api/licenses/acme/activation", fmt.Sprintf(`{"offer":%q,"seen":%q,%s}`, preview.Offer, preview.Seen, released)).Activated)

	h.feed = envelope(t, 4, 0)
	ok[activation.Result](h, "POST", "/api/licenses/acme/check", "")
	preview = ok[activation.Preview](h, "POST", "/api/licenses/acme/plan", `{}`)
	ok[struct{}](h, "DELETE", "/api/licenses/acme/offer", fmt.Sprintf(`{"offer":%q}`, preview.Offer))
	h.refused(http.StatusNotFound, "POST", "/api/licenses/acme/plan", `{}`)
}

// TestCallers: who is no administrator may ask who that is, and nobody anything.
func TestCallers(t *testing.T) {
	h := newHost(t)
	for _, call := range h.contract.Calls() {
		method, path, _ := strings.Cut(strings.NewReplacer("{owner}", "acme", "{id}", "ann").Replace(call), " ")
		h.caller = api.Caller{}
		h.refused(http.StatusUnauthorized, method, path, "{}")
		h.caller = api.Caller{ID: "ann"}
		if path != "/api/me" {
			require.Equal(t, "Only an administrator may do this.", h.refused(http.StatusForbidden, method, path, "{}").Detail)
		}
	}
	for _, path := range []string{"/api/x", "/api/", "/"} {
		a := h.send("PATCH", path, "", "")
		require.Equal(t, http.StatusNotFound, a.Status)
		require.Equal(t, "application/problem+json", a.Kind)
	}
}

// TestBodies sends what no schema allows to every call that takes a body, and what
// parsers read differently.
func TestBodies(t *testing.T) {
	h := newHost(t)
	digest := strings.Repeat("0", 64)
	for _, call := range h.contract.Calls() {
		method, path, _ := strings.Cut(strings.NewReplacer("{owner}", "acme", "{id}", "ann").Replace(call), " ")
		if !h.contract.TakesBody(t, method, path) {
			continue
		}
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "; ;"} {
			require.Equal(t, http.StatusUnsupportedMediaType, h.send(method, path, kind, "{}").Status, "%s as %q", call, kind)
		}
		if path == "/api/licenses" { // a license is read by the library
			h.refused(http.StatusBadRequest, method, path, "{}")
			continue
		}
		h.refused(http.StatusRequestEntityTooLarge, method, path, `{"module":"`+strings.Repeat("x", 2<<20)+`"}`)
		for _, body := range []string{
			"", "{", "[]", `"x"`, "null", "{}{}", "{}\xff", "{}x", strings.Repeat("[", 20_000), `{"nobody":"knows"}`,
			`{"module":1}`, `{"module":null}`, `{"Module":"a"}`, `{"module":"a","module":"a"}`, "{\"module\":\"\xff\"}", `{"module":"\ud800"}`, `{"users":["ann"]}`,
			`{"module":"a","users":null}`, `{"module":"a","users":[null]}`, `{"module":"a","users":[]}`, `{"module":"a","all":null}`, `{"module":"a","all":{"q":null}}`,
			`{"module":"a","all":{"q":"a","q":"b"}}`, `{"module":"a","all":{"sort":"name"}}`,
			`{"from":"a"}`, `{"to":"a"}`, `{"from":null,"to":null}`, `{"company":"a"}`, `{"serial":"a"}`, `{"company":"a","serial":null}`,
			`{"offer":"x"}`, `{"offer":null}`, `{"digest":"x"}`, `{"digest":null}`, `{"seen":"x"}`, `{"offer":"` + digest + `","seen":null}`,
			`{"releases":null}`, `{"releases":[null]}`, `{"releases":[{"holder":"ann"}]}`, `{"releases":[{"holder":"ann","module":null}]}`, `{"switches":[{"holder":"ann","from":"a"}]}`,
		} {
			h.refused(http.StatusBadRequest, method, path, body)
		}
	}
	h.refused(http.StatusUnprocessableEntity, "PUT", "/api/licenses/acme/licensee", `{"company":" ","serial":"1"}`)
	h.refused(http.StatusUnprocessableEntity, "POST", "/api/jobs", `{"module":"a","users":["ann"],"all":{}}`)
}

// TestForms has the deeds done by the fields of a form, as pages do.
func TestForms(t *testing.T) {
	h := newHost(t)
	h.licenses()
	form := func(fields ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(fields); i += 2 {
				if fields[i] == name {
					return fields[i+1]
				}
			}
			return ""
		}
	}
	deeds := h.api.Deeds()
	require.NoError(t, deeds["POST /api/users/{id}/assignments"].Do(t.Context(), "eva", "ann", form("module", "acme.sales")))
	require.Equal(t, []string{"acme.sales"}, ok[api.User](h, "GET", "/api/users/ann", "").Assigned)
	var refused *api.StatusError
	require.ErrorAs(t, deeds["DELETE /api/licenses/{owner}/offer"].Do(t.Context(), "eva", "acme", form("offer", "x")), &refused)
	require.Equal(t, http.StatusBadRequest, refused.Status)
}
