package activation

import (
	"maps"
	"math"
	"slices"

	"github.com/seatwright/seatwright/license"
)

// usage is what is counted of each module, by its full name. It is a function of
// the samples that it was given, and for one module of their order by day.
type usage map[string]*ModuleUsage

func (u usage) module(name string) *ModuleUsage {
	if u[name] == nil {
		u[name] = &ModuleUsage{Module: name}
	}
	return u[name]
}

func (u usage) add(samples ...Sample) {
	for _, s := range samples {
		u.module(s.Module).add(s)
	}
}

// add counts the sample of a further day.
func (m *ModuleUsage) add(s Sample) {
	m.Days++
	m.SeatDays += s.InUse
	m.Average = math.Round(float64(m.SeatDays)/float64(m.Days)*100) / 100
	if s.InUse > m.Peak {
		m.Peak, m.PeakDay = s.InUse, s.Day
	}
	if s.Wished > 0 {
		m.Wished++
		m.WishedPeak = max(m.WishedPeak, s.Wished)
	}
	m.Capacity, m.Unrestricted = s.Capacity, s.Unrestricted
	if s.Unrestricted {
		return
	}
	if s.InUse >= s.Capacity {
		m.Full++
	}
	if beyond := s.InUse - (s.Capacity - s.Overdraft); beyond > 0 {
		m.Overdraft++
		m.OverdraftSeatDays += beyond
		m.OverdraftPeak = max(m.OverdraftPeak, beyond)
	}
}

// owners sorts it by owner, with whose license is active.
func (u usage) owners(records []OwnerRecord) []OwnerUsage {
	owners := make(map[string]*OwnerUsage)
	for _, record := range records {
		if active := record.Active; active != nil {
			owners[record.Owner] = &OwnerUsage{Owner: record.Owner, Licensee: active.Licensee, Number: active.Number, Modules: []ModuleUsage{}}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u)) {
		owner, _ := license.SplitName(name)
		if owners[owner] == nil {
			owners[owner] = &OwnerUsage{Owner: owner}
		}
		owners[owner].Modules = append(owners[owner].Modules, *u[name])
	}
	sorted := []OwnerUsage{}
	for _, owner := range slices.Sorted(maps.Keys(owners)) {
		sorted = append(sorted, *owners[owner])
	}
	return sorted
}
