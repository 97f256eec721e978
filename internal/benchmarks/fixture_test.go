package benchmarks

import (
	"sync"
	"testing"

	"github.com/casbin/casbin/v3"

	"github.com/seatwright/seatwright/seat"
)

// fixture is a tenant with both sides.
type fixture struct {
	*tenant
	ours *seat.Entitlements
	maps *plainMaps
}

func newFixture(tb testing.TB, holders int, withBundles bool) *fixture {
	tb.Helper()
	t := newTenant(tb, holders, withBundles)
	return &fixture{tenant: t, ours: t.entitlements(), maps: newPlainMaps(t)}
}

// last is the fixture that was needed last. Others are not kept, because the
// garbage collector, which runs before each benchmark, goes through them all.
var last struct {
	lock sync.Mutex
	*fixture
}

// fixtureOf returns the fixture with so many holders, and makes it if it was
// not the last one.
func fixtureOf(tb testing.TB, holders int) *fixture {
	tb.Helper()
	last.lock.Lock()
	defer last.lock.Unlock()
	if last.fixture == nil || len(last.holders) != holders {
		last.fixture = newFixture(tb, holders, true)
	}
	return last.fixture
}

// casbinFixture is a fixture with casbin as another side. It has no bundles,
// because casbin's rules know none.
type casbinFixture struct {
	*fixture
	enforcer *casbin.Enforcer
	cached   *casbin.CachedEnforcer
}

func newCasbinFixture(tb testing.TB, holders int) *casbinFixture {
	tb.Helper()
	f := &casbinFixture{fixture: newFixture(tb, holders, false)}
	f.enforcer, f.cached = enforcers(tb, f.tenant)
	return f
}
