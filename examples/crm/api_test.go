package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/api/apitest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// call sends JSON, and holds the answer, and what was sent if it was taken, to
// what is described.
func (b *browser) call(method, path, body string) answer {
	b.t.Helper()
	a := b.json(method, path, body)
	b.site.contract.Check(b.t, method, path, body, a.described())
	return a
}

func (a answer) described() apitest.Answer {
	return apitest.Answer{Status: a.status, Kind: a.header.Get("Content-Type"), Body: a.body}
}

// decode reads an answer.
func decode[T any](t testing.TB, a answer) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.body), &value), a.body)
	return value
}

// statusMembers is what tests read of a status. Its licenses lack hidden modules,
// so that they can't be read as licenses.
type statusMembers struct {
	Owners []struct {
		Owner    string
		Number   int64
		Digest   activation.Digest
		Unseen   bool
		Licensee license.Licensee
		License  struct{ ShopURL string }
		Modules  []moduleMembers
	}
}

type moduleMembers struct {
	Name       string
	Free       int64
	Assignable *int64
	Module     struct{ Description string }
}

// ok calls the API, and it is done.
func (b *browser) ok(method, path, body string) answer {
	b.t.Helper()
	a := b.call(method, path, body)
	require.Equal(b.t, http.StatusOK, a.status, "%s %s: %s", method, path, a.body)
	return a
}

// told is a problem document as a front end reads it.
type told struct {
	Status        int
	Title, Detail string
	Refusals      []refused
	Fresh         *activation.Preview
}

type refused struct {
	Holder, Module, Rule string
	Figures              seat.NoFreeSeatError
}

// problem calls the API, which refuses with a status.
func (b *browser) problem(status int, method, path, body string) told {
	b.t.Helper()
	a := b.call(method, path, body)
	require.Equal(b.t, status, a.status, "%s %s: %s", method, path, a.body)
	d := decode[told](b.t, a)
	require.Equal(b.t, status, d.Status)
	require.Equal(b.t, http.StatusText(status), d.Title)
	return d
}

// offered publishes the next license of an owner, and asks the feed for it.
func (b *browser) offered(owner string, fields ...string) activation.Result {
	b.t.Helper()
	a := b.post("/vendor/"+owner, append(fields, "then", "publish")...)
	require.Equal(b.t, http.StatusSeeOther, a.status, a.body)
	return decode[activation.Result](b.t, b.ok("POST", "/api/licenses/"+owner+"/check", ""))
}

// TestAPI plays the story by calls alone, and sees each succeed once.
func TestAPI(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s := newSite(t, database)
		eva := s.as(t, "eva")
		t.Run("Licenses", func(t *testing.T) { eva.in(t).firstLicenses() })
		t.Run("Users", func(t *testing.T) { eva.in(t).usersByAPI() })
		t.Run("Offer", func(t *testing.T) { eva.in(t).offerByAPI() })
		t.Run("Job", func(t *testing.T) { eva.in(t).jobByAPI() })
		t.Run("Past", func(t *testing.T) { eva.in(t).pastByAPI() })
		for _, call := range s.contract.Calls() {
			require.True(t, s.contract.Seen(call, http.StatusOK), "%s was not seen to succeed", call)
		}
	})
}

func (b *browser) firstLicenses() {
	t := b.t
	require.Empty(t, decode[statusMembers](t, b.ok("GET", "/api/licenses", "")).Owners)
	b.ok("PUT", "/api/licenses/superoffice/licensee", `{"company":"Example AS","serial":"1234567890"}`)
	require.True(t, decode[activation.Result](t, b.ok("POST", "/api/licenses/superoffice/check", "")).Activated)

	// The partner's comes as a file.
	b.ok("PUT", "/api/licenses/acme/licensee", `{"company":"Example AS","serial":"A-2001"}`)
	_, envelope, err := b.site.demo.Published(t.Context(), "acme")
	require.NoError(t, err)
	require.True(t, decode[activation.Result](t, b.ok("POST", "/api/licenses", string(envelope))).Activated)

	owners := decode[statusMembers](t, b.ok("GET", "/api/licenses", "")).Owners
	require.Len(t, owners, 2)
	require.Equal(t, "acme", owners[0].Owner)
	vendor := owners[1]
	require.Equal(t, int64(1), vendor.Number)
	require.Equal(t, "1234567890", vendor.Licensee.Serial)
	require.Equal(t, "https://shop.example.com/superoffice", vendor.License.ShopURL)
	plan := vendor.Modules[slices.IndexFunc(vendor.Modules, func(m moduleMembers) bool { return m.Name == demoPlan })]
	require.Equal(t, int64(21), plan.Free)
	require.Equal(t, int64(21), *plan.Assignable)
	require.Equal(t, "Sales plan", plan.Module.Description)
}

func (b *browser) usersByAPI() {
	t := b.t
	found := decode[struct {
		Users []api.User `json:"users"`
		Next  string     `json:"next"`
	}](t, b.ok("GET", "/api/users", ""))
	require.Len(t, found.Users, pageLength)
	require.NotEmpty(t, found.Next)
	rest := decode[struct {
		Users []api.User `json:"users"`
	}](t, b.ok("GET", "/api/users?after="+found.Next, ""))
	require.Len(t, rest.Users, 10)

	for i := range 10 {
		u := decode[api.User](t, b.ok("POST", fmt.Sprintf("/api/users/u%02d/assignments", i+1), `{"module":"superoffice.ten-light"}`))
		require.Equal(t, []string{"superoffice.ten-light"}, u.Assigned)
	}
	// Who has nothing is refused with the figures, and nothing has changed.
	d := b.problem(http.StatusUnprocessableEntity, "POST", "/api/users/ann/assignments", `{"module":"superoffice.ten-light"}`)
	require.Equal(t, refused{"ann", "superoffice.ten-light", "no-free-seat", seat.NoFreeSeatError{Module: "superoffice.ten-light", Capacity: 10, InUse: 10, Wanted: 1}}, d.Refusals[0])
	require.Empty(t, decode[api.User](t, b.ok("GET", "/api/users/ann", "")).Assigned)

	d = b.problem(http.StatusUnprocessableEntity, "POST", "/api/users/ann/assignments", `{"module":"acme.forms-cal"}`)
	require.Equal(t, "prerequisite", d.Refusals[0].Rule)
	d = b.problem(http.StatusUnprocessableEntity, "POST", "/api/users/u09/assignments", `{"module":"superoffice.quote-cal"}`)
	require.Equal(t, "not-assignable", d.Refusals[0].Rule, "u09 is external")

	require.Equal(t, []string{demoPlan}, decode[api.User](t, b.ok("POST", "/api/users/u01/switch", `{"from":"superoffice.ten-light","to":"`+demoPlan+`"}`)).Assigned)
	uses := decode[struct {
		Entitlements []api.Entitlement `json:"entitlements"`
	}](t, b.ok("GET", "/api/users/u01/entitlements", "")).Entitlements
	require.Contains(t, uses, api.Entitlement{Module: "superoffice.web", Access: "full", Entitlement: seat.Entitlement{Reason: "licensed", Through: demoPlan}})
	require.Contains(t, uses, api.Entitlement{Module: "superoffice.travel", Access: "none", Entitlement: seat.Entitlement{Reason: "not-assigned"}})
	require.Empty(t, decode[api.User](t, b.ok("DELETE", "/api/users/u01/assignments", `{"module":"`+demoPlan+`"}`)).Assigned)

	require.False(t, decode[api.User](t, b.ok("POST", "/api/users/u02/retire", "")).Active)
	b.problem(http.StatusConflict, "POST", "/api/users/u02/assignments", `{"module":"superoffice.ten-light"}`)
	u := decode[api.User](t, b.ok("POST", "/api/users/u02/return", ""))
	require.True(t, u.Active)
	require.Empty(t, u.Assigned)
	require.NotNil(t, u.LastSeen)
	require.Contains(t, b.problem(http.StatusConflict, "POST", "/api/users/eva/retire", "").Detail, "yourself")

	me := decode[struct {
		ID    string            `json:"id"`
		Admin bool              `json:"administrator"`
		Uses  []api.Entitlement `json:"uses"`
	}](t, b.ok("GET", "/api/me", ""))
	require.Equal(t, "eva", me.ID)
	require.True(t, me.Admin)
}

// offerByAPI has 8 users with the light plan, when a license with 6 comes.
func (b *browser) offerByAPI() {
	t := b.t
	require.Equal(t, activation.WaitingBlocked, b.offered("superoffice", "quantity ten-light", "6").Waiting)
	preview := decode[activation.Preview](t, b.ok("POST", "/api/licenses/superoffice/plan", `{}`))
	require.Equal(t, int64(2), preview.Plan.Blockers[0].MustRemove)
	require.Equal(t, int64(8), preview.Plan.Blockers[0].InUse)

	request := func(p activation.Preview, selection string) string {
		return fmt.Sprintf(`{"offer":%q,"seen":%q,%s`, p.Offer, p.Seen, selection[1:])
	}
	d := b.problem(http.StatusConflict, "POST", "/api/licenses/superoffice/activation", request(preview, `{"releases":[]}`))
	require.Equal(t, planner.Blocked, d.Fresh.Plan.Status)
	require.Equal(t, int64(2), d.Fresh.Plan.Blockers[0].MustRemove)

	proposed := decode[planner.Proposal](t, b.ok("POST", "/api/licenses/superoffice/proposal", `{}`))
	require.Equal(t, 2, len(proposed.Releases)+len(proposed.Switches))
	text, err := json.Marshal(proposed.Selection)
	require.NoError(t, err)
	preview = decode[activation.Preview](t, b.ok("POST", "/api/licenses/superoffice/plan", string(text)))
	require.Equal(t, proposed.Plan.Switches, preview.Plan.Switches)
	require.Empty(t, preview.Plan.Blockers)

	// Meanwhile the partner's license is renewed, and nobody has seen that.
	require.True(t, b.offered("acme", "quantity forms-cal", "6").Activated)
	d = b.problem(http.StatusConflict, "POST", "/api/licenses/superoffice/activation", request(preview, string(text)))
	require.Equal(t, planner.Ready, d.Fresh.Plan.Status, "it is not blocked, but not as it was seen")
	require.Equal(t, preview.Offer, d.Fresh.Offer)
	require.NotEqual(t, preview.Seen, d.Fresh.Seen)
	result := decode[activation.Result](t, b.ok("POST", "/api/licenses/superoffice/activation", request(*d.Fresh, string(text))))
	require.True(t, result.Activated)
	again := decode[activation.Result](t, b.ok("POST", "/api/licenses/superoffice/activation", request(preview, string(text))))
	require.False(t, again.Activated, "repeating it changes nothing")
	require.Equal(t, planner.Current, again.Plan.Status)
	unknown := request(activation.Preview{Offer: activation.DigestOf(nil)}, `{"releases":[]}`)
	require.Contains(t, b.problem(http.StatusNotFound, "POST", "/api/licenses/superoffice/activation", unknown).Detail, "No license is waiting")

	// The partner's activated itself: it is to be acknowledged, once.
	status := b.ok("GET", "/api/licenses", "")
	owners := decode[statusMembers](t, status).Owners
	require.True(t, owners[0].Unseen)
	b.ok("POST", "/api/licenses/acme/acknowledgement", fmt.Sprintf(`{"digest":%q}`, owners[0].Digest))
	require.NotContains(t, b.ok("GET", "/api/licenses", "").body, `"unseen":true`)

	// Releases that can't be are the caller's mistake.
	require.Equal(t, activation.WaitingBlocked, b.offered("superoffice", "quantity ten-light", "5").Waiting)
	d = b.problem(http.StatusBadRequest, "POST", "/api/licenses/superoffice/plan", `{"releases":[{"holder":"ann","module":"superoffice.ten-light"}]}`)
	require.Contains(t, d.Detail, "ann")
	preview = decode[activation.Preview](t, b.ok("POST", "/api/licenses/superoffice/plan", `{}`))
	b.ok("DELETE", "/api/licenses/superoffice/offer", fmt.Sprintf(`{"offer":%q}`, preview.Offer))
	b.problem(http.StatusNotFound, "POST", "/api/licenses/superoffice/plan", `{}`)
}

func (b *browser) jobByAPI() {
	t := b.t
	b.problem(http.StatusUnprocessableEntity, "POST", "/api/jobs", `{"module":"superoffice.nothing","users":["ann"]}`)
	b.problem(http.StatusUnprocessableEntity, "POST", "/api/jobs", `{"module":"`+demoPlan+`"}`)
	b.problem(http.StatusUnprocessableEntity, "POST", "/api/jobs", `{"module":"`+demoPlan+`","users":["ann"],"all":{}}`)
	finished := func(j api.Job) api.Job {
		for !j.Finished {
			j = decode[api.Job](t, b.ok("GET", "/api/jobs/"+j.ID, ""))
		}
		return j
	}
	j := finished(decode[api.Job](t, b.ok("POST", "/api/jobs", `{"module":"`+demoPlan+`","users":["ann","nobody"]}`)))
	require.Equal(t, api.Job{ID: j.ID, Module: demoPlan, Total: 2, Done: 2, Assigned: 1, Refused: []api.Left{{Reason: "There is no such user.", Count: 1, Users: []string{"nobody"}}}, Finished: true}, j)
	j = finished(decode[api.Job](t, b.ok("POST", "/api/jobs", `{"module":"`+demoPlan+`","all":{"type":"external"}}`)))
	require.Equal(t, int64(6), j.Total)
}

func (b *browser) pastByAPI() {
	t := b.t
	type entries struct {
		Entries []struct {
			ID    int64  `json:"id"`
			Kind  string `json:"kind"`
			Cause string `json:"cause"`
		} `json:"entries"`
	}
	history := decode[entries](t, b.ok("GET", "/api/history", "")).Entries
	require.Equal(t, "activated", history[0].Kind)
	require.Len(t, decode[entries](t, b.ok("GET", fmt.Sprintf("/api/history?before=%d", history[0].ID), "")).Entries, len(history)-1)
	for _, odd := range []string{"x", "-1", "99999999999999999999"} {
		require.Len(t, decode[entries](t, b.ok("GET", "/api/history?before="+odd, "")).Entries, len(history), "the first page")
	}
	log := decode[entries](t, b.ok("GET", "/api/log", "")).Entries
	require.Len(t, log, historyLength)
	require.Equal(t, "assigned", log[0].Cause)
	require.NoError(t, b.site.db.store.Update(t.Context(), "demo", func(w activation.Writer) error {
		return w.PutSamples(t.Context(), activation.Sample{Day: today(start), Module: demoPlan, InUse: 7, Capacity: 21})
	}))
	samples := decode[struct {
		Samples []struct {
			InUse int64 `json:"inUse"`
		} `json:"samples"`
	}](t, b.ok("GET", "/api/samples?module="+demoPlan, "")).Samples
	require.Equal(t, int64(7), samples[len(samples)-1].InUse)
	require.Equal(t, `{"samples":[]}`+"\n", b.ok("GET", "/api/samples?module=acme.nothing", "").body)
}

// TestAPIRefuses sends what is wrong to every call that takes it.
func TestAPIRefuses(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	eva := s.as(t, "eva")
	eva.activateFirst()
	c := s.contract
	for _, call := range c.Calls() {
		method, path, _ := strings.Cut(call, " ")
		path = strings.NewReplacer("{owner}", "superoffice", "{id}", "ann").Replace(path)
		t.Run(call, func(t *testing.T) {
			eva := eva.in(t)
			if c.TakesBody(t, method, path) && path != "/api/licenses" {
				for name, body := range map[string]string{
					"no JSON": "{", "nothing": "", "an array": "[]", "a text": `"x"`, "two": "{}{}", "wrong types": `{"module":1,"offer":1,"releases":1,"from":1,"company":1,"digest":1}`,
					"unknown": `{"nobody":"knows"}`, "invalid UTF-8 outside": "{}\xff", "null": "null", "deep": strings.Repeat("[", 20_000),
				} {
					eva.problem(http.StatusBadRequest, method, path, body)
					require.NotEmpty(t, name)
				}
				for _, body := range []string{
					`{"module":null}`, `{"module":"superoffice.travel","module":"superoffice.travel"}`, `{"Module":"superoffice.travel"}`,
					`{"module":"superoffice.travel","users":null}`, `{"module":"superoffice.travel","users":[null]}`, `{"module":"superoffice.travel","all":null}`,
					`{"module":"superoffice.travel","all":{"q":null}}`, `{"module":"superoffice.travel","all":{"q":"a","q":"b"}}`, `{"users":["ann"]}`,
					`{"from":null,"to":null}`, `{"from":"superoffice.ten-light"}`, `{"to":"superoffice.ten-light"}`, `{"company":"Example AS","serial":null}`,
					`{"company":"Example AS"}`, `{"serial":"1"}`, `{"releases":null}`, `{"releases":[null]}`, `{"releases":[{"holder":"ann","module":null}]}`,
					`{"releases":[{"holder":"ann"}]}`, `{"offer":null,"seen":null}`, `{"offer":null}`, `{"digest":null}`, `{"seen":"x"}`,
				} {
					eva.problem(http.StatusBadRequest, method, path, body)
				}
			}
			if c.TakesBody(t, method, path) {
				for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "; ;"} {
					a := eva.send(eva.request(method, path, kind, "{}"))
					require.Equal(t, http.StatusUnsupportedMediaType, a.status, "%q: %s", kind, a.body)
					c.Check(t, method, path, "", a.described())
				}
				status := http.StatusRequestEntityTooLarge
				if path == "/api/licenses" { // the library limits the body itself
					status = http.StatusBadRequest
				}
				eva.problem(status, method, path, `{"module":"`+strings.Repeat("x", 10<<20)+`"}`)
			}
			if strings.Contains(call, "{id}") {
				eva.problem(http.StatusNotFound, method, strings.Replace(path, "ann", "nobody", 1), exampleBody(path))
			}
		})
	}
	eva.problem(http.StatusNotFound, "POST", "/api/licenses/superoffice/proposal", `{}`)
	eva.problem(http.StatusNotFound, "POST", "/api/licenses/unknown/check", "")
	eva.problem(http.StatusUnprocessableEntity, "PUT", "/api/licenses/superoffice/licensee", `{"company":" ","serial":"1"}`)
	eva.problem(http.StatusBadRequest, "GET", "/api/users?after=nonsense", "")
	eva.problem(http.StatusBadRequest, "POST", "/api/licenses", `{"license":"x"}`)
	a := eva.json("PATCH", "/api/users/ann", "{}")
	require.Equal(t, http.StatusNotFound, a.status)
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
}

// exampleBody is a body that a call for a user takes.
func exampleBody(path string) string {
	switch {
	case strings.HasSuffix(path, "/switch"):
		return `{"from":"superoffice.ten-light","to":"superoffice.ten-sales"}`
	default:
		return `{"module":"superoffice.ten-light"}`
	}
}
