package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// usagePage is how many seats were used in a quarter.
type usagePage struct {
	Usage    *activation.Usage
	Quarter  string // "2026-2"
	Quarters []quarter
}

// quarter is one of a year's, by the code in an address.
type quarter struct {
	Code, Words string
	from, to    time.Time
}

// quarters are this one and those before it, as far as a year back.
func quarters(now time.Time) (list []quarter) {
	from := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	for range 5 {
		n := (from.Month()-1)/3 + 1
		list = append(list, quarter{fmt.Sprintf("%d-%d", from.Year(), n), fmt.Sprintf("Quarter %d of %d", n, from.Year()), from, from.AddDate(0, 3, -1)})
		from = from.AddDate(0, -3, 0)
	}
	return list
}

func (s *Server) usage(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := usagePage{Quarters: quarters(v.status.At.UTC())}
	chosen := page.Quarters[0]
	for _, q := range page.Quarters {
		if q.Code == r.URL.Query().Get("quarter") {
			chosen = q
		}
	}
	var err error
	if page.Usage, err = s.crm.Usage(r.Context(), chosen.from, chosen.to); err != nil {
		return err
	}
	page.Quarter = chosen.Code
	switch r.URL.Query().Get("format") {
	case "csv":
		attach(w, "usage-"+chosen.Code+".csv", "text/csv; charset=utf-8")
		return page.Usage.WriteCSV(w)
	case "json":
		attach(w, "usage-"+chosen.Code+".json", "application/json")
		return json.NewEncoder(w).Encode(page.Usage)
	}
	for _, o := range page.Usage.Owners { // as licenses are displayed; what is licensed no more comes last
		shown, place := rowsOf(v.status.Owner(o.Owner).Modules), make(map[string]int)
		for i, m := range shown {
			place[m.Name] = i - len(shown)
		}
		slices.SortStableFunc(o.Modules, func(a, b activation.ModuleUsage) int { return cmp.Compare(place[a.Module], place[b.Module]) })
	}
	return s.show(w, r, v, http.StatusOK, "usage", "Usage report", page)
}
