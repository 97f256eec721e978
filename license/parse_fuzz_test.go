package license_test

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seatwright/seatwright/license"
)

// maxSeed keeps the largest cases out of the corpus: they say no more than
// smaller ones of their kind and slow the fuzzer down.
const maxSeed = 4096

func addCases(f *testing.F) {
	f.Helper()
	for _, lines := range [][]byte{invalidCases, validCases} {
		for _, c := range readCases(f, lines) {
			if raw := c.bytes(f); len(raw) <= maxSeed {
				f.Add(raw)
			}
		}
	}
	f.Add([]byte(everything))
}

func FuzzParse(f *testing.F) {
	addCases(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := license.Parse(raw)
		if (l == nil) == (err == nil) {
			t.Fatalf("license %v and error %v", l, err)
		}
		if err != nil {
			checkFindings(t, err)
			return
		}
		checkReadAlike(t, raw, l)
	})
}

// checkReadAlike checks that encoding/json reads the same from a document.
func checkReadAlike(t *testing.T, raw []byte, l *license.License) {
	t.Helper()
	var read plain
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatalf("encoding/json does not read it: %v", err)
	}
	foldPlain(&read)
	if diff := gocmp.Diff(read, plain(*l), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-encoding/json +Parse):\n%s", diff)
	}
}

func FuzzParseMarshalParse(f *testing.F) {
	addCases(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := license.Parse(raw)
		if err != nil {
			return
		}
		written, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		again, err := license.Parse(written)
		if err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
		if diff := gocmp.Diff(l, again); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}

// checkFindings checks that findings are in order, each of them once.
func checkFindings(t *testing.T, err error) {
	t.Helper()
	found := license.FindingsOf(err)
	if len(found) == 0 || len(found) > license.MaxFindings {
		t.Fatalf("%d findings", len(found))
	}
	if strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("the text %q is more than a line", err)
	}
	for i, f := range found {
		if f.Detail == "" || strings.HasSuffix(f.Detail, " ") {
			t.Errorf("the detail of %s is %q", f.Code, f.Detail)
		}
		if i > 0 && orderFindings(found[i-1], f) >= 0 {
			t.Errorf("%s %s is before %s %s", found[i-1].Code, found[i-1].Pointer, f.Code, f.Pointer)
		}
	}
}

func orderFindings(a, b *license.Finding) int {
	return cmp.Or(
		slices.CompareFunc(strings.Split(a.Pointer, "/"), strings.Split(b.Pointer, "/"), orderSegments),
		cmp.Compare(a.Code, b.Code),
	)
}

func orderSegments(a, b string) int {
	x, y := index(a), index(b)
	switch {
	case x != nil && y != nil:
		return x.Cmp(y)
	case x != nil:
		return -1
	case y != nil:
		return 1
	}
	return strings.Compare(a, b)
}

// index returns the value of a segment that is an index, otherwise nil.
func index(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.String() != s || n.Sign() < 0 {
		return nil
	}
	return n
}

// foldPlain does what Parse does beyond encoding/json: lower case, and UTC.
func foldPlain(l *plain) {
	fold := func(names ...*string) {
		for _, name := range names {
			*name = strings.ToLower(*name)
		}
	}
	foldAll := func(list []string) {
		for i := range list {
			fold(&list[i])
		}
	}
	fold(&l.Owner.Name)
	for i := range l.Modules {
		m := &l.Modules[i]
		fold(&m.Name)
		foldAll(m.Includes)
		foldAll(m.Requires)
		foldAll(m.Replaces)
	}
	l.IssuedAt = l.IssuedAt.UTC()
	for _, instant := range []**time.Time{&l.ValidFrom, &l.NextCheck, &l.WarnFrom, &l.MaintenanceUntil, &l.Expires, &l.GraceUntil} {
		if *instant != nil {
			utc := (*instant).UTC()
			*instant = &utc
		}
	}
}
