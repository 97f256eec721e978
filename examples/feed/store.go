package feed

import (
	"context"
	"sync"
)

// Store keeps the data of a server, by names of the server's own: keys, published
// licenses, used numbers, and how to answer. Servers on one store are one vendor.
// Many goroutines use a Store at once.
type Store interface {
	// Get returns a value, nil if there is none.
	Get(ctx context.Context, name string) ([]byte, error)
	// Put sets a value.
	Put(ctx context.Context, name string, value []byte) error
	// Add sets a value unless there is one, and returns the value that is there. If
	// several calls come at once, all get the value of the first.
	Add(ctx context.Context, name string, value []byte) ([]byte, error)
}

// Memory is a [Store] that ends with the process.
type Memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{values: make(map[string][]byte)} }

// Get implements [Store].
func (m *Memory) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[name], nil
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[name] = value
	return nil
}

// Add implements [Store].
func (m *Memory) Add(_ context.Context, name string, value []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.values[name]; !taken {
		m.values[name] = value
	}
	return m.values[name], nil
}
