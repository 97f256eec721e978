package benchmarks

import "testing"

// TestSidesAgree: a benchmark that compares different answers is worth nothing.
func TestSidesAgree(t *testing.T) {
	for name, f := range map[string]*fixture{
		"with bundles":    newFixture(t, 300, true),
		"without bundles": newFixture(t, 300, false),
	} {
		t.Run(name, func(t *testing.T) {
			guarded := &guardedMaps{plainMaps: f.maps}
			yes := 0
			for _, h := range f.holders {
				grants := f.ours.For(h.id)
				for _, e := range f.licenses.Entries() {
					want := f.ours.Check(h.id, e.Name).Allowed()
					if want {
						yes++
					}
					for peer, got := range map[string]bool{
						"grants": grants.Check(e.Name).Allowed(), "module": f.ours.Module(e.Name).Check(h.id).Allowed(),
						"maps": f.maps.allowed(h.id, e.Name), "guarded maps": guarded.allowed(h.id, e.Name),
					} {
						if got != want {
							t.Fatalf("%s: %s for %s is %t, want %t", peer, e.Name, h.id, got, want)
						}
					}
				}
			}
			if all := len(f.holders) * len(f.licenses.Entries()); yes == 0 || yes == all {
				t.Errorf("%d of %d were allowed", yes, all)
			}
		})
	}
}

// TestCasbinAgrees asks the enforcers one by one what their benchmarks ask.
func TestCasbinAgrees(t *testing.T) {
	f := newCasbinFixture(t, 30)
	asked := f.questions[:2000]
	if yes := f.byNames().answer(0, len(asked)); yes == 0 || yes == len(asked) {
		t.Errorf("%d of %d are allowed", yes, len(asked))
	}
	for name, e := range map[string]enforcer{"plain": f.enforcer, "cached": f.cached} {
		for i, q := range asked {
			one := []question{q}
			if got, want := count(t, e, one), f.byNames().answer(i, i+1); got != want {
				t.Fatalf("%s: %s for %s is %d, want %d", name, q.module, q.holder, got, want)
			}
		}
	}
}
