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
	preview, err := s.crm.Plan(r.Context(), r.PathValue("owner"), ticked...)
	if err != nil {
		answer(w, nil, err)
		return
	}
	seen := dialog{Offer: preview.Offer, Seen: preview.Seen, Plan: preview.Plan, Releases: ticked}
	for _, blocker := range preview.Plan.Blockers { // whom to choose from, the first page
		var holders []seat.Holder
		if holders, err = preview.Plan.BlockerHolders(r.Context(), blocker, s.crm, "", 50); err != nil {
			break
		}
		seen.Choose = append(seen.Choose, holders)
	}
	answer(w, seen, err)
}

// propose ticks the boxes that solve it, for the administrator to look at.
func (s screens) propose(w http.ResponseWriter, r *http.Request) {
	ticked := tickedIn(r.URL.Query())
	preview, proposal, err := s.crm.Propose(r.Context(), r.PathValue("owner"), s.leastNeeded, ticked...)
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, dialog{
		Offer: preview.Offer, Seen: preview.Seen, Plan: preview.Plan,
		Releases: append(ticked, proposal.Releases...),
		Switches: proposal.Switches, // to be carried out by Switch, before Activate
	}, nil)
}

// activate gets back what the dialog had. Who asks is never taken from there.
func (s screens) activate(w http.ResponseWriter, r *http.Request) {
	var seen dialog
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&seen); err != nil {
		http.Error(w, "this is no dialog", http.StatusBadRequest)
		return
	}
	done, err := s.crm.Activate(r.Context(), activation.Request{
		Offer: seen.Offer, Seen: seen.Seen, Releases: seen.Releases, By: userOf(r),
	})
	answer(w, done, err)
}

// upload takes a license that came by mail.
func (s screens) upload(w http.ResponseWriter, r *http.Request) {
	result, err := s.crm.Load(r.Context(), userOf(r), r.Body)
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

// dialog is what a browser is sent and sends back. A plan is only sent.
type dialog struct {
	Offer    activation.Digest
	Seen     string
	Plan     any
	Releases []seat.Assignment
	Switches []seat.Swap
	Choose   [][]seat.Holder
}

func tickedIn(query url.Values) (ticked []seat.Assignment) {
	for _, value := range query["release"] {
		module, holder, _ := strings.Cut(value, "/")
		ticked = append(ticked, seat.Assignment{Holder: holder, Module: module})
	}
	return ticked
}

func userOf(*http.Request) string { return "eva" }

// answer sends the plan as it is now along with a refusal that has one.
func answer(w http.ResponseWriter, value any, err error) {
	var stale *activation.StaleError
	var blocked *activation.BlockedError
	var rejected *activation.RejectedError
	switch {
	case errors.As(err, &stale):
		value = stale.Fresh.Plan
	case errors.As(err, &blocked):
		value = blocked.Fresh.Plan
	case errors.As(err, &rejected):
		value = rejected.Fresh.Plan
	case err != nil:
		value = http.StatusText(statusOf(err))
	}
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(statusOf(err))
	}
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
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	status, _ = ask(http.MethodPost, "/licenses", make([]byte, 1<<20+1))
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)

	status, body = ask(http.MethodPost, "/licenses", issue(t, vendorKey(t), 2, 1))
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"status":"blocked"`)
	_, seen := ask(http.MethodGet, "/licenses/acme/offer", nil)
	assert.Contains(t, seen, `"mustRemove":1`)
	assert.Contains(t, seen, `"ID":"bob"`)
	status, _ = ask(http.MethodPost, "/licenses/acme/offer", []byte(seen))
	assert.Equal(t, http.StatusConflict, status)

	_, seen = ask(http.MethodGet, "/licenses/acme/proposal", nil)
	assert.Contains(t, seen, `"status":"ready"`)
	assert.Contains(t, seen, `"Releases":[{"Holder":"bob","Module":"acme.sales"}]`)
	_, seen = ask(http.MethodGet, "/licenses/acme/offer?release=acme.sales/bob", nil)
	assert.Contains(t, seen, `"status":"ready"`)
	status, body = ask(http.MethodPost, "/licenses/acme/offer", []byte(seen))
	require.Equal(t, http.StatusOK, status, body)
	_, body = ask(http.MethodGet, "/licenses", nil)
	assert.Contains(t, body, `"Bought":1,"InUse":1`)

	status, _ = ask(http.MethodPost, "/licenses/acme/offer", []byte(`{"Offer": 1}`))
	assert.Equal(t, http.StatusBadRequest, status)
}
