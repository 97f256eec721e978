package planner

// maxMarshaled is how many blockers the JSON of a plan has. A license that an
// enemy has written may have a hundred times as many, which nobody reads.
const maxMarshaled = 1_000

// MarshalJSON writes the members that docs/spec/scenario.md names under "expect".
// Of more than 1,000 blockers it writes the first, and as "moreBlockers" how many
// are left out.
func (p *Plan) MarshalJSON() ([]byte, error) {
	type plain Plan
	shown := struct {
		plain
		MoreBlockers int `json:"moreBlockers,omitzero"`
	}{plain: plain(*p)}
	if more := len(p.Blockers) - maxMarshaled; more > 0 {
		shown.Blockers, shown.MoreBlockers = p.Blockers[:maxMarshaled], more
	}
	return marshal(shown)
}
