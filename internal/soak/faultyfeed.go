package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"
)

// faultKind is what is wrong with an answer of the feed.
type faultKind string

const (
	timeOut  faultKind = "time-out"
	status5  faultKind = "status 500"
	tampered faultKind = "tampered answer"
)

var faultKinds = []faultKind{timeOut, status5, tampered}

// longest is how long an answer that comes too late is held back at most, if
// the client does not hang up.
const longest = 10 * time.Second

// fault is one answer that was spoiled.
type fault struct {
	ID             int
	Kind           faultKind
	Worker, Tenant string
	At             time.Time // in real time
}

// faultyFeed spoils some of the answers of a feed.
type faultyFeed struct {
	next http.Handler

	mu       sync.Mutex
	rate     float64 // how often each kind happens
	random   *rand.Rand
	requests int
	answers  map[int]int // by status, without the spoiled ones
	faults   []fault
}

func newFaultyFeed(next http.Handler, rate float64, seed uint64) *faultyFeed {
	return &faultyFeed{next: next, rate: rate, random: drawn(seed, "faults"), answers: make(map[int]int)}
}

// calm has no more answers spoiled.
func (f *faultyFeed) calm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rate = 0
}

// counted is what a feed has done.
type counted struct {
	requests int
	answers  map[int]int
	faults   []fault
}

func (f *faultyFeed) counted() counted {
	f.mu.Lock()
	defer f.mu.Unlock()
	return counted{f.requests, maps.Clone(f.answers), slices.Clone(f.faults)}
}

// ServeHTTP implements [http.Handler].
func (f *faultyFeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spoiled, bit := f.draw(r)
	switch spoiled.Kind {
	case timeOut:
		timer := time.NewTimer(longest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case status5:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `{"title":%q}`, titleOf(spoiled.ID)) // the client may have gone
	case tampered:
		f.tamper(w, r, bit)
	default:
		answer := f.record(r)
		f.mu.Lock()
		f.answers[answer.Code]++
		f.mu.Unlock()
		send(w, answer)
	}
}

// titleOf is by which a status 500 is found again.
func titleOf(id int) string { return "injected fault " + strconv.Itoa(id) + "." }

// draw decides what is wrong with an answer, and notes it.
func (f *faultyFeed) draw(r *http.Request) (spoiled fault, bit uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	// Each kind has as large a part of the numbers from 0 to 1 as the rate says.
	kind := int(f.random.Float64() / max(f.rate, 1e-9))
	if kind >= len(faultKinds) {
		return fault{}, 0
	}
	spoiled = fault{
		ID: len(f.faults) + 1, Kind: faultKinds[kind], At: time.Now(),
		Worker: askedBy(r.UserAgent()), Tenant: path.Base(r.URL.Path),
	}
	f.faults = append(f.faults, spoiled)
	return spoiled, f.random.Uint64()
}

// tamper turns a bit of an envelope, whether the client has it or not.
func (f *faultyFeed) tamper(w http.ResponseWriter, r *http.Request, bit uint64) {
	r = r.Clone(r.Context())
	r.Header.Del("If-None-Match")
	answer := f.record(r)
	body := answer.Body.Bytes()
	place := int(bit % uint64(8*len(body)))
	body[place/8] ^= 1 << (place % 8)
	send(w, answer)
}

func (f *faultyFeed) record(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	f.next.ServeHTTP(answer, r)
	return answer
}

func send(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the client may have gone
}
