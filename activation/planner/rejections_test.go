package planner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// renewal returns a license of "vendor" with one module, which two of the same
// number have alike.
func renewal(number int64, changes ...func(*license.License)) *license.License {
	l := &license.License{
		Owner:    license.Owner{Name: "vendor"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "42"},
		Number:   number, IssuedAt: planned, Product: "crm", Deployment: "onsite",
		Modules: []license.Module{{Name: "web", Kind: license.User, Quantity: 5}},
	}
	for _, change := range changes {
		change(l)
	}
	return l
}

func licensee(company, serial string) func(*license.License) {
	return func(l *license.License) { l.Licensee = license.Licensee{Company: company, Serial: serial} }
}

func expires(end time.Time) func(*license.License) {
	return func(l *license.License) { l.Expires = &end }
}

func graceUntil(end time.Time) func(*license.License) {
	return func(l *license.License) { l.GraceUntil = &end }
}

func validFrom(begin time.Time) func(*license.License) {
	return func(l *license.License) { l.ValidFrom = &begin }
}

func TestRejections(t *testing.T) {
	const tick = time.Nanosecond
	other := licensee("Other AS", "43")
	for _, test := range []struct {
		name    string
		active  *license.License
		offered *license.License
		change  func(*planner.Input)
		want    []planner.Rejection
	}{
		{name: "a later license of the same licensee", active: renewal(5), offered: renewal(6)},
		{name: "a first license", offered: renewal(1)},

		{name: "other serial", active: renewal(5), offered: renewal(6, licensee("Example AS", "43")), want: []planner.Rejection{"wrong-serial"}},
		{name: "other company", active: renewal(5), offered: renewal(6, licensee("Other AS", "42")), want: []planner.Rejection{"wrong-company"}},
		{name: "both", active: renewal(5), offered: renewal(6, other), want: []planner.Rejection{"wrong-company", "wrong-serial"}},
		{name: "white space around", active: renewal(5), offered: renewal(6, licensee("\n Example AS", "42\t"))},
		{name: "white space inside", active: renewal(5), offered: renewal(6, licensee("Example  AS", "42")), want: []planner.Rejection{"wrong-company"}},
		{name: "case", active: renewal(5), offered: renewal(6, licensee("example as", "42")), want: []planner.Rejection{"wrong-company"}},
		{
			name: "identity may change", active: renewal(5), offered: renewal(6, other),
			change: func(in *planner.Input) { in.AllowIdentityChange = true },
		},
		{
			name: "identity may change, but not to any other", active: renewal(5), offered: renewal(6, other),
			change: func(in *planner.Input) {
				in.AllowIdentityChange, in.Expected = true, planner.Expected{Serial: "44", Company: "Third AS"}
			},
			want: []planner.Rejection{"wrong-company", "wrong-serial"},
		},
		{
			name: "the expected identity alone allows nothing", active: renewal(5), offered: renewal(6, other),
			change: func(in *planner.Input) { in.Expected = planner.Expected{Serial: "43", Company: "Other AS"} },
			want:   []planner.Rejection{"wrong-company", "wrong-serial"},
		},

		{
			name: "expected serial", offered: renewal(1), change: func(in *planner.Input) { in.Expected.Serial = "43" },
			want: []planner.Rejection{"wrong-serial"},
		},
		{
			name: "expected company", offered: renewal(1), change: func(in *planner.Input) { in.Expected.Company = "Other AS" },
			want: []planner.Rejection{"wrong-company"},
		},
		{
			name: "expected product", offered: renewal(1), change: func(in *planner.Input) { in.Expected.Product = "erp" },
			want: []planner.Rejection{"wrong-product"},
		},
		{
			name: "expected deployment", offered: renewal(1), change: func(in *planner.Input) { in.Expected.Deployment = "cloud" },
			want: []planner.Rejection{"wrong-deployment"},
		},
		{
			name: "a product is expected and none is named", offered: renewal(1, func(l *license.License) { l.Product = "" }),
			change: func(in *planner.Input) { in.Expected.Product = "crm" },
			want:   []planner.Rejection{"wrong-product"},
		},
		{
			name: "as expected, but for white space", offered: renewal(1),
			change: func(in *planner.Input) {
				in.Expected = planner.Expected{Serial: " 42", Company: "Example AS\n", Product: "\tcrm", Deployment: "onsite "}
			},
		},
		{
			name: "blank is nothing expected", offered: renewal(1),
			change: func(in *planner.Input) {
				in.Expected = planner.Expected{Serial: " ", Company: "\t", Product: "\n", Deployment: "\u00a0"}
			},
		},

		{
			name: "the stored licensee is another", offered: renewal(1),
			change: func(in *planner.Input) { in.StoredLicensee = &license.Licensee{Company: "Other AS", Serial: "43"} },
			want:   []planner.Rejection{"wrong-company", "wrong-serial"},
		},
		{
			name: "the stored licensee is the same", offered: renewal(1),
			change: func(in *planner.Input) {
				in.StoredLicensee = &license.Licensee{Company: " Example AS", Serial: "42 "}
			},
		},
		{
			name: "the stored licensee, and identity may change", offered: renewal(1),
			change: func(in *planner.Input) {
				in.AllowIdentityChange, in.StoredLicensee = true, &license.Licensee{Company: "Other AS", Serial: "43"}
			},
		},
		{
			name: "the active license comes before the stored licensee", active: renewal(5), offered: renewal(6),
			change: func(in *planner.Input) { in.StoredLicensee = &license.Licensee{Company: "Other AS", Serial: "43"} },
		},

		{name: "an earlier number", active: renewal(5), offered: renewal(4), want: []planner.Rejection{"older"}},
		{
			name: "an earlier number of another serial", active: renewal(5), offered: renewal(4, licensee("Example AS", "43")),
			change: func(in *planner.Input) { in.AllowIdentityChange = true },
		},
		{
			name: "an earlier number of the same serial, which may change", active: renewal(5), offered: renewal(4),
			change: func(in *planner.Input) { in.AllowIdentityChange = true },
			want:   []planner.Rejection{"older"},
		},
		{name: "below the highest", offered: renewal(6), change: func(in *planner.Input) { in.Highest = 7 }, want: []planner.Rejection{"older"}},
		{name: "the highest", offered: renewal(7), change: func(in *planner.Input) { in.Highest = 7 }},
		{name: "above the highest", offered: renewal(8), change: func(in *planner.Input) { in.Highest = 7 }},
		{
			name: "earlier and below the highest", active: renewal(5), offered: renewal(4),
			change: func(in *planner.Input) { in.Highest = 5 }, want: []planner.Rejection{"older"},
		},

		{
			name: "the number again, another content", active: renewal(5), offered: renewal(5, expires(planned.Add(tick))),
			want: []planner.Rejection{"number-reused"},
		},
		{
			name: "a number that was another's once", offered: renewal(5),
			change: func(in *planner.Input) { in.Highest, in.NumberReused = 5, true }, want: []planner.Rejection{"number-reused"},
		},
		{
			name: "the number again, another serial", active: renewal(5), offered: renewal(5, licensee("Example AS", "43")),
			change: func(in *planner.Input) { in.AllowIdentityChange = true },
		},

		{name: "the last instant before the end", offered: renewal(1, expires(planned.Add(tick)))},
		{name: "the end", offered: renewal(1, expires(planned)), want: []planner.Rejection{"lapsed"}},
		{name: "the last instant of grace", offered: renewal(1, expires(planned.Add(-tick)), graceUntil(planned.Add(tick)))},
		{
			name: "the end of grace", offered: renewal(1, expires(planned.Add(-tick)), graceUntil(planned)),
			want: []planner.Rejection{"lapsed"},
		},
		{name: "the first instant", offered: renewal(1, validFrom(planned))},
		{name: "the instant before the first", offered: renewal(1, validFrom(planned.Add(tick))), want: []planner.Rejection{"not-yet-valid"}},
		{name: "the active license's own end is no concern", active: renewal(5, expires(planned)), offered: renewal(6)},

		{
			name: "all that can come together, alphabetically", active: renewal(5),
			offered: renewal(4, licensee("Other AS", "42"), expires(planned)),
			change: func(in *planner.Input) {
				in.Expected = planner.Expected{Serial: "43", Company: "Example AS", Product: "erp", Deployment: "cloud"}
			},
			want: []planner.Rejection{"lapsed", "older", "wrong-company", "wrong-deployment", "wrong-product", "wrong-serial"},
		},
		{
			name: "the number again and too early", active: renewal(5), offered: renewal(5, validFrom(planned.Add(tick))),
			want: []planner.Rejection{"not-yet-valid", "number-reused"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := planner.Input{Offered: test.offered, Now: planned}
			if test.active != nil {
				in.Active = in.Active.With(test.active)
			}
			if test.change != nil {
				test.change(&in)
			}
			p := mustPlan(t, in)
			if diff := cmp.Diff(append([]planner.Rejection{}, test.want...), p.Rejections); diff != "" {
				t.Errorf("rejections (-want +got):\n%s", diff)
			}
			if rejected := p.Status == planner.Rejected; rejected != (test.want != nil) {
				t.Errorf("status %s", p.Status)
			}
		})
	}
}

// TestRejectedAndCurrentPlansHaveNothingElse: neither changes, though modules
// differ, nor an error, though the releases are wrong.
func TestRejectedAndCurrentPlansHaveNothingElse(t *testing.T) {
	for _, test := range []struct {
		name    string
		offered *license.License
		want    planner.Plan
	}{
		{
			name:    "rejected",
			offered: renewal(4, func(l *license.License) { l.Modules = nil }),
			want:    planner.Plan{To: 4, Status: planner.Rejected, Rejections: []planner.Rejection{planner.RejectionOlder}},
		},
		{
			name:    "current",
			offered: renewal(5, licensee(" Example AS ", "42")),
			want:    planner.Plan{To: 5, Status: planner.Current, Rejections: []planner.Rejection{}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			twice := seat.Holder{ID: "a", Kind: license.Satellite, Assigned: []string{"vendor.web"}}
			in := planner.Input{
				Active: (*license.Set)(nil).With(renewal(5)), Offered: test.offered, Now: planned,
				Census:    seat.Census{{Kind: license.Satellite, Assigned: []string{"vendor.web"}, Count: 99}},
				Holders:   []seat.Holder{twice, twice},
				Selection: planner.Selection{Releases: []seat.Assignment{{Holder: "stranger", Module: "vendor.web"}}},
			}
			test.want.Owner, test.want.From = "vendor", 5
			test.want.Changes, test.want.Blockers = []planner.ModuleChange{}, []planner.Blocker{}
			test.want.Releases, test.want.Warnings = []planner.Release{}, []planner.Warning{}
			p := mustPlan(t, in)
			if diff := cmp.Diff(&test.want, p, exported); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			after, changes := p.Apply(twice)
			if diff := cmp.Diff(twice, after); diff != "" || changes != nil {
				t.Errorf("applied, it changes %v (-before +after):\n%s", changes, diff)
			}
			b := planner.Blocker{Kind: planner.OverAllocated, Module: "vendor.web"}
			if p.Affects(b, twice) || p.AssignedNames(b) != nil {
				t.Errorf("a blocker that the plan has not concerns somebody, by %v", p.AssignedNames(b))
			}
		})
	}
}
