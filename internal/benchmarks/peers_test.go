package benchmarks

import (
	"sync"
	"testing"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	"github.com/casbin/casbin/v3/persist/cache"

	"github.com/seatwright/seatwright/internal/occupancy"
)

// plainMaps is what a host writes by hand: a word for each holder, with a bit for
// each module that it occupies. It knows neither time nor requirements nor
// reasons.
type plainMaps struct {
	holders map[string]uint64
	bits    map[string]uint
}

func newPlainMaps(t *tenant) *plainMaps {
	m := &plainMaps{holders: make(map[string]uint64, len(t.holders)), bits: make(map[string]uint)}
	for _, e := range t.licenses.Entries() {
		m.bits[e.Name] = uint(e.Index)
	}
	words := make([]uint64, len(t.roles))
	for i, assigned := range t.roles {
		for e := range occupancy.Of(t.licenses, assigned).All() {
			words[i] |= 1 << e.Index
		}
	}
	for _, h := range t.holders {
		m.holders[h.id] = words[h.role]
	}
	return m
}

func (m *plainMaps) allowed(holder, module string) bool {
	bit, known := m.bits[module]
	return known && m.holders[holder]>>bit&1 != 0
}

// guardedMaps is the same for a host whose assignments change.
type guardedMaps struct {
	lock sync.RWMutex
	*plainMaps
}

func (m *guardedMaps) allowed(holder, module string) bool {
	m.lock.RLock()
	defer m.lock.RUnlock()
	return m.plainMaps.allowed(holder, module)
}

// casbinModel is the plainest model that can answer: a rule is a holder and a
// module.
const casbinModel = `
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj
`

// enforcers returns casbin's two, with as many rules as there are assignments.
// The cached one has every question of the tenant in its cache already.
func enforcers(tb testing.TB, t *tenant) (*casbin.Enforcer, *casbin.CachedEnforcer) {
	tb.Helper()
	rules, err := model.NewModelFromString(casbinModel)
	if err != nil {
		tb.Fatal(err)
	}
	cached, err := casbin.NewCachedEnforcer(rules)
	if err != nil {
		tb.Fatal(err)
	}
	var assignments [][]string
	for _, h := range t.holders {
		for _, module := range t.roles[h.role] {
			assignments = append(assignments, []string{h.id, module})
		}
	}
	if _, err := cached.AddPolicies(assignments); err != nil {
		tb.Fatal(err)
	}
	cached.SetCache(answers(tb, t))
	return cached.Enforcer, cached
}

// answers is the cache as it is once everything has been asked, which would
// take casbin hours.
func answers(tb testing.TB, t *tenant) cache.Cache {
	tb.Helper()
	known, err := cache.NewDefaultCache()
	if err != nil {
		tb.Fatal(err)
	}
	plain := newPlainMaps(t)
	for _, q := range t.questions {
		key, ok := casbin.GetCacheKey(q.holder, q.module)
		if !ok {
			tb.Fatalf("casbin has no key for %q and %q", q.holder, q.module)
		}
		if err := known.Set(key, plain.allowed(q.holder, q.module)); err != nil {
			tb.Fatal(err)
		}
	}
	return known
}

// enforcer is either of casbin's.
type enforcer interface {
	Enforce(values ...any) (bool, error)
}

// count is how many of the questions casbin answers with yes.
func count(tb testing.TB, e enforcer, asked []question) int {
	tb.Helper()
	yes := 0
	for _, q := range asked {
		allowed, err := e.Enforce(q.holder, q.module)
		if err != nil {
			tb.Fatal(err)
		}
		if allowed {
			yes++
		}
	}
	return yes
}
