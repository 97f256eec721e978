package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seatwright/seatwright/source/online"
)

// catalog is what the vendor has in its feed.
type catalog struct {
	vendor
	known map[string]bool

	mu  sync.Mutex
	now func() time.Time
}

func newCatalog(v vendor, now func() time.Time) *catalog {
	c := &catalog{vendor: v, known: make(map[string]bool), now: now}
	for _, tenant := range v.Town.tenants() {
		c.known[tenant] = true
	}
	return c
}

// stop has the vendor issue nothing after an instant.
func (c *catalog) stop(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = func() time.Time { return at }
}

// Lookup implements [online.Catalog].
func (c *catalog) Lookup(_ context.Context, name, serial string) (online.Content, error) {
	if name != owner || !c.known[serial] {
		return online.Content{}, online.ErrNotFound
	}
	c.mu.Lock()
	now := c.now()
	c.mu.Unlock()
	envelope, err := c.envelope(serial, c.newest(serial, now))
	if err != nil {
		return online.Content{}, err
	}
	return online.Content{
		Type: online.EnvelopeType, ETag: online.ETag(envelope),
		Read: func(context.Context) ([]byte, error) { return envelope, nil },
	}, nil
}

// agent is what the words of a worker in the User-Agent header begin with.
const agent = "soak/"

// askedBy returns the worker that a User-Agent header names.
func askedBy(userAgent string) string {
	words := strings.Fields(userAgent)
	i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, agent) })
	if i < 0 {
		return ""
	}
	return strings.TrimPrefix(words[i], agent)
}
