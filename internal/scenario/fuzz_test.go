package scenario

import (
	"encoding/json"
	"errors"
	"testing"
)

// FuzzRead: there is a scenario or an error that says what is wrong, and never
// both. A scenario has a plan, or releases and switches that can't be made, and the plan is
// JSON.
func FuzzRead(f *testing.F) {
	for _, data := range cases(f) {
		f.Add(data)
	}
	f.Add([]byte(minimal))
	f.Add([]byte(with(`"holders":[{"id":"u","kind":"satellite","assigned":["acme.web"]}],"release":[{"holder":"u","module":"acme.x"}]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(data)
		var invalid *InvalidError
		if err != nil {
			if s != nil || !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
				t.Fatalf("scenario %v with error %v", s, err)
			}
			return
		}
		plan, err := s.Plan()
		if err != nil {
			if plan != nil || !errors.As(err, &invalid) || len(s.Releases)+len(s.Switches) == 0 {
				t.Fatalf("plan %v with error %v", plan, err)
			}
			return
		}
		text, err := json.Marshal(plan)
		if err != nil || !json.Valid(text) {
			t.Fatalf("a plan that is no JSON: %v", err)
		}
	})
}
