package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// screens is the API behind an administrator's screen of licenses.
type screens struct {
	crm *activation.Tenant
	// leastNeeded is who should go first, without those whom the host protects.
	leastNeeded []string
}

func (s screens) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /licenses", s.list)
	mux.HandleFunc("POST /licenses", s.upload)
	mux.HandleFunc("GET /licenses/{owner}/offer", s.plan)
	mux.HandleFunc("POST /licenses/{owner}/offer", s.activate)
	mux.HandleFunc("GET /licenses/{owner}/proposal", s.propose)
	return mux
}

// list fills the screen: a tab for each owner.
func (s screens) list(w http.ResponseWriter, r *http.Request) {
	status, err := s.crm.Status(r.Context())
	answer(w, tabsOf(status), err)
}

// plan fills the dialog. It is asked again at every tick of a box.
func (s screens) plan(w http.ResponseWriter, r *http.Request) {
	ticked := tickedIn(r.URL.Query())
	preview, err := s.crm.Plan(r.Context(), r.PathValue("owner"), ticked)
	if err != nil {
		answer(w, nil, err)
		return
	}
	seen := dialog{Approval: preview.Approve(), Plan: preview.Plan, Waiting: preview.Waiting}
	for _, blocker := range preview.Plan.Blockers { // whom to choose from, the first page
		concerned := activation.HolderQuery{Plan: preview.Plan, Blocker: blocker}
		var holders []seat.Holder
		if holders, err = s.crm.HolderPage(r.Context(), concerned, "", 50); err != nil {
			break
		}
		seen.Choose = append(seen.Choose, holders)
	}
	answer(w, seen, err)
}

// propose ticks the boxes that solve it, for the administrator to look at.
func (s screens) propose(w http.ResponseWriter, r *http.Request) {
	ticked := tickedIn(r.URL.Query())
	preview, _, err := s.crm.Propose(r.Context(), r.PathValue("owner"), s.leastNeeded, ticked)
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, dialog{
		Approval: preview.Approve(), Plan: preview.Plan, // all that was ticked and proposed
	}, nil)
}

// activate gets back what the dialog had. Who asks is never taken from there.
func (s screens) activate(w http.ResponseWriter, r *http.Request) {
	var seen activation.Approval
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&seen); err != nil {
		http.Error(w, "this is no dialog", http.StatusBadRequest)
		return
	}
	done, err := s.crm.As(userOf(r)).Activate(r.Context(), seen)
	answer(w, done, err)
}

// upload takes a license that came by mail.
func (s screens) upload(w http.ResponseWriter, r *http.Request) {
	result, err := s.crm.As(userOf(r)).Load(r.Context(), r.Body)
	answer(w, result, err)
}

type tab struct {
	Owner, State           string
	Modules                []line
	JustActivated, Offered bool
}

type line struct {
	Module              string
	Bought, InUse, Free int64
}

func tabsOf(status *activation.TenantStatus) []tab {
	tabs := []tab{}
	if status == nil {
		return tabs
	}
	for _, owner := range status.Owners {
		t := tab{Owner: owner.Owner, State: string(owner.State), JustActivated: owner.Unseen, Offered: owner.Pending != nil}
		for _, m := range owner.Modules {
			if !m.Module.Hidden {
				t.Modules = append(t.Modules, line{m.Name, m.Module.Quantity, m.InUse, m.Free})
			}
		}
		tabs = append(tabs, t)
	}
	return tabs
}

// dialog is what a browser is sent. It sends back the approval that is in it.
type dialog struct {
	activation.Approval
	Plan    *planner.Plan      `json:"plan"`
	Waiting activation.Waiting `json:"waiting,omitzero"`
	Choose  [][]seat.Holder    `json:"choose,omitzero"`
}

func tickedIn(query url.Values) (ticked planner.Selection) {
	for _, value := range query["release"] {
		module, holder, _ := strings.Cut(value, "/")
		ticked.Releases = append(ticked.Releases, seat.Assignment{Holder: holder, Module: module})
	}
	for _, value := range query["switch"] {
		from, rest, _ := strings.Cut(value, "/")
		to, holder, _ := strings.Cut(rest, "/")
		ticked.Switches = append(ticked.Switches, seat.Swap{Holder: holder, From: from, To: to})
	}
	return ticked
}

func userOf(*http.Request) string { return "eva" }

// answer sends the offer as it is now where it is not as it was looked at.
func answer(w http.ResponseWriter, value any, err error) {
	class := activation.Classify(err)
	var waits *activation.NotActivatedError
	switch {
	case errors.As(err, &waits):
		value = waits.Fresh
	case err != nil:
		value = class
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(class.HTTPStatus())
	_ = json.NewEncoder(w).Encode(value) // the client may be gone
}

func TestScreens(t *testing.T) {
	s := newStory(t)
	s.load(issue(t, vendorKey(t), 1, 2))
	s.seated("ann", "bob")
	handler := screens{s.crm, []string{"bob"}}.handler()
	ask := func(method, path string, body []byte) (int, string) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body)))
		return recorder.Code, recorder.Body.String()
	}

	_, body := ask(http.MethodGet, "/licenses", nil)
	assert.JSONEq(t, `[{"Owner": "acme", "State": "active", "JustActivated": true, "Offered": false,
		"Modules": [{"Module": "acme.sales", "Bought": 2, "InUse": 2, "Free": 0}]}]`, body)
	status, _ := ask(http.MethodGet, "/licenses/acme/offer", nil)
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = ask(http.MethodPost, "/licenses", []byte("{}"))
	assert.Equal(t, http.StatusBadRequest, status)
	status, body = ask(http.MethodPost, "/licenses", make([]byte, 1<<20+1))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "\"invalid\"\n", body)

	status, body = ask(http.MethodPost, "/licenses", issue(t, vendorKey(t), 2, 1, func(l *license.License) {
		l.Modules = append(l.Modules, license.Module{Name: "lite", Kind: license.User, Quantity: 1, Bundle: true, Includes: []string{"web"}})
	}))
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"status":"blocked"`)
	_, seen := ask(http.MethodGet, "/licenses/acme/offer", nil)
	assert.Contains(t, seen, `"mustRemove":1`)
	assert.Contains(t, seen, `"id":"bob"`)
	assert.Contains(t, seen, `"waiting":"blocked"`)
	status, body = ask(http.MethodPost, "/licenses/acme/offer", []byte(seen))
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, body, `"mustRemove":1`)

	_, seen = ask(http.MethodGet, "/licenses/acme/proposal", nil)
	assert.Contains(t, seen, `"status":"ready"`)
	assert.Contains(t, seen, `"switches":[{"holder":"bob","from":"acme.sales","to":"acme.lite"}]`)
	_, seen = ask(http.MethodGet, "/licenses/acme/offer?switch=acme.sales/acme.lite/ann", nil)
	assert.Contains(t, seen, `"status":"ready"`)
	assert.Contains(t, seen, `"switches":[{"holder":"ann","from":"acme.sales","to":"acme.lite"}]`)
	_, seen = ask(http.MethodGet, "/licenses/acme/offer?release=acme.sales/bob", nil)
	assert.Contains(t, seen, `"status":"ready"`)
	status, body = ask(http.MethodPost, "/licenses/acme/offer", []byte(seen))
	require.Equal(t, http.StatusOK, status, body)
	_, body = ask(http.MethodGet, "/licenses", nil)
	assert.Contains(t, body, `"Bought":1,"InUse":1`)

	status, _ = ask(http.MethodPost, "/licenses/acme/offer", []byte(`{"offer": 1}`))
	assert.Equal(t, http.StatusBadRequest, status)
}
