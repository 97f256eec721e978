package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// contents is all that a store keeps of a tenant, as far as it can be listed.
type contents struct {
	Tenant    activation.TenantRecord
	Owners    []activation.OwnerRecord
	Envelopes map[string]string // by owner and whether it is active or pending
	Highest   map[identity]int64
	Census    map[string]int64 // by the combination as text
	Holders   []seat.Holder
	History   []activation.HistoryEntry // the newest first
	Log       []activation.LogEntry
	Samples   []activation.Sample
	Wishes    []activation.Wish // in their order
	Counts    []activation.WishCount
}

type identity struct{ Owner, Serial string }

// exactly compares everything that a store keeps: no difference is made
// between nil and empty, or by the order of a set, and none is overlooked that
// an Equal method would.
var exactly = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b license.Licensee) bool { return a == b }),
	cmp.Transformer("Holder", describe),
}

// butForIDs is exactly, but for what a store sets by itself.
var butForIDs = append(slices.Clone(exactly),
	cmpopts.IgnoreFields(activation.TenantRecord{}, "Revision"),
	cmpopts.IgnoreFields(activation.HistoryEntry{}, "ID"),
	cmpopts.IgnoreFields(activation.LogEntry{}, "ID", "History"),
)

// describe returns a text that is the same for two holders who are alike.
func describe(h seat.Holder) string {
	return fmt.Sprintf("%q %s", h.ID, describeCombination(h.Kind, h.Type, h.Assigned))
}

func describeCombination(kind license.Kind, holderType string, assigned []string) string {
	return fmt.Sprintf("%s %q %q", kind, holderType, slices.Compact(slices.Sorted(slices.Values(assigned))))
}

// probes are the identities that are asked for their highest number.
var probes = []identity{{"acme", "S-1"}, {"acme", "S-2"}, {"partner", "S-1"}}

func readContents(ctx context.Context, r activation.Reader) (c contents, err error) {
	if c.Tenant, err = r.Tenant(ctx); err != nil {
		return c, err
	}
	if c.Owners, err = r.Owners(ctx); err != nil {
		return c, err
	}
	if c.Envelopes, err = envelopesOf(ctx, r, c.Owners); err != nil {
		return c, err
	}
	c.Highest = make(map[identity]int64)
	for _, id := range probes {
		number, err := r.Highest(ctx, id.Owner, id.Serial)
		if err != nil {
			return c, err
		}
		if number != 0 {
			c.Highest[id] = number
		}
	}
	if c.Census, err = readCensus(ctx, r); err != nil {
		return c, err
	}
	if c.Holders, err = listHolders(ctx, r, nil, 500); err != nil {
		return c, err
	}
	if c.History, err = list(ctx, r.History, 100, func(e activation.HistoryEntry) int64 { return e.ID }); err != nil {
		return c, err
	}
	if c.Log, err = list(ctx, r.Log, 1000, func(e activation.LogEntry) int64 { return e.ID }); err != nil {
		return c, err
	}
	if c.Wishes, err = listWishes(ctx, r, nil, 100); err != nil {
		return c, err
	}
	if c.Counts, err = r.WishCounts(ctx); err != nil {
		return c, err
	}
	c.Samples, err = r.Samples(ctx, "", time.Time{}, day(1).AddDate(1000, 0, 0))
	return c, err
}

func envelopesOf(ctx context.Context, r activation.Reader, owners []activation.OwnerRecord) (map[string]string, error) {
	envelopes := make(map[string]string)
	for _, record := range owners {
		for name, stored := range namedLicenses(&record) {
			raw, err := r.Envelope(ctx, stored.Digest)
			if err != nil {
				return nil, err
			}
			envelopes[name] = string(raw)
		}
	}
	return envelopes, nil
}

// licensesOf are the licenses of a record, as part of it.
func licensesOf(record *activation.OwnerRecord) []*activation.StoredLicense {
	var licenses []*activation.StoredLicense
	if record.Active != nil {
		licenses = append(licenses, record.Active)
	}
	for i := range record.Pending {
		licenses = append(licenses, &record.Pending[i])
	}
	return licenses
}

// namedLicenses are the licenses of a record by the keys of their envelopes.
func namedLicenses(record *activation.OwnerRecord) map[string]*activation.StoredLicense {
	licenses := make(map[string]*activation.StoredLicense)
	if record.Active != nil {
		licenses[record.Owner+" active"] = record.Active
	}
	for i := range record.Pending {
		licenses[pendingName(record.Owner, i)] = &record.Pending[i]
	}
	return licenses
}

// copyRecord copies what is changed of a record.
func copyRecord(record activation.OwnerRecord) activation.OwnerRecord {
	record.Active, record.Pending = copyOf(record.Active), slices.Clone(record.Pending)
	for _, stored := range licensesOf(&record) {
		stored.Selected = stored.Selected.And(planner.Selection{})
		if stored.Schedule = copyOf(stored.Schedule); stored.Schedule != nil {
			stored.Schedule.Selection = stored.Schedule.And(planner.Selection{})
		}
	}
	return record
}

// pendingName is the key of an offer among the envelopes.
func pendingName(owner string, i int) string { return fmt.Sprintf("%s pending %d", owner, i) }

func readCensus(ctx context.Context, r activation.Reader) (map[string]int64, error) {
	census, err := r.Census(ctx)
	if err != nil {
		return nil, err
	}
	return censusMap(census)
}

// censusMap returns an error for a census that is none.
func censusMap(census seat.Census) (map[string]int64, error) {
	counts := make(map[string]int64, len(census))
	for _, c := range census {
		key := describeCombination(c.Kind, c.Type, c.Assigned)
		if _, known := counts[key]; known {
			return nil, fmt.Errorf("the census has the combination %s twice", key)
		}
		if c.Count < 1 {
			return nil, fmt.Errorf("the census counts %d for %s", c.Count, key)
		}
		counts[key] = c.Count
	}
	return counts, nil
}

// countHolders is the census that a store should have.
func countHolders(holders []seat.Holder) map[string]int64 {
	counts := make(map[string]int64)
	for _, h := range holders {
		counts[describeCombination(h.Kind, h.Type, h.Assigned)]++
	}
	return counts
}

// listHolders pages through the holders with one of the modules, and returns
// an error where a page is not as it should be.
func listHolders(ctx context.Context, r activation.Reader, modules []string, limit int) ([]seat.Holder, error) {
	var all []seat.Holder
	after := ""
	for {
		page, err := r.HoldersWith(ctx, modules, after, limit)
		if err != nil {
			return nil, err
		}
		if len(page) > limit {
			return nil, fmt.Errorf("a page of %d holders was asked for, and has %d", limit, len(page))
		}
		for _, h := range page {
			if h.ID <= after {
				return nil, fmt.Errorf("holder %q is listed after %q", h.ID, after)
			}
			after = h.ID
		}
		all = append(all, page...)
		if len(page) < limit {
			return all, nil
		}
	}
}

// list pages through entries, and returns an error where their IDs do not
// fall.
func list[E any](
	ctx context.Context, page func(context.Context, int64, int) ([]E, error), limit int, id func(E) int64,
) ([]E, error) {
	var all []E
	var before int64
	for {
		entries, err := page(ctx, before, limit)
		if err != nil {
			return nil, err
		}
		if len(entries) > limit {
			return nil, fmt.Errorf("a page of %d entries was asked for, and has %d", limit, len(entries))
		}
		for _, e := range entries {
			if id(e) <= 0 || before != 0 && id(e) >= before {
				return nil, fmt.Errorf("entry %d is listed after entry %d", id(e), before)
			}
			before = id(e)
		}
		all = append(all, entries...)
		if len(entries) < limit {
			return all, nil
		}
	}
}

// sortedHolders returns the holders of a map in the order of a store.
func sortedHolders(byID map[string]seat.Holder) []seat.Holder {
	return slices.SortedFunc(maps.Values(byID), func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
}
