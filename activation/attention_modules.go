package activation

import (
	"github.com/seatwright/seatwright/activation/attention"
)

// moduleItems is what is to be known of the seats. Hidden modules are left out,
// but for one that holds back a bundle which is shown.
func (s OwnerStatus) moduleItems() (items []attention.Item) {
	for _, m := range s.Modules {
		if m.Module == nil || m.Module.Hidden {
			continue
		}
		item, found := s.seats(m)
		if found {
			items = append(items, item)
		}
		if m.Module.Restricted() && m.InUse > m.Module.Quantity {
			items = append(items, attention.Item{
				Code: attention.SeatsOverdraft, Severity: attention.Warning, Owner: s.Owner, Module: m.Name,
				InUse: m.InUse, Quantity: m.Module.Quantity, Capacity: m.Capacity,
			})
		}
	}
	return items
}

// seats says that a module is full or nearly so, by its own seats or those of
// what is hidden in it and has fewer free. That all seats are in use is what they
// were bought for, and no alarm.
func (s OwnerStatus) seats(m ModuleStatus) (attention.Item, bool) {
	by := s.Module(m.HeldBackBy)
	for _, code := range []attention.Code{attention.SeatsFull, attention.SeatsNearlyFull} {
		for _, of := range []ModuleStatus{by, m} {
			if of.Module == nil || !of.Module.Restricted() || of.Name != m.Name && !of.Module.Hidden || !uses(of, code) {
				continue
			}
			item := attention.Item{
				Code: code, Severity: attention.Info, Owner: s.Owner, Module: m.Name,
				InUse: of.InUse, Quantity: of.Module.Quantity, Capacity: of.Capacity,
			}
			if of.Name != m.Name {
				item.HeldBackBy = of.Name
			}
			return item, true
		}
	}
	return attention.Item{}, false
}

func uses(m ModuleStatus, code attention.Code) bool {
	if code == attention.SeatsFull {
		return m.InUse >= m.Capacity
	}
	return 100*m.InUse >= nearlyFull*m.Capacity
}
