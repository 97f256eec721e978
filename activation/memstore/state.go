package memstore

import (
	"bytes"
	"cmp"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// state is everything that is kept of a tenant. It is immutable, except the one
// that a writer is making.
type state struct {
	record     activation.TenantRecord
	tokens     tree[int64, string]                  // of the latest revisions, and the first
	owners     tree[string, activation.OwnerRecord] // by name, without the bytes of envelopes
	envelopes  tree[activation.Digest, []byte]
	highest    tree[identity, int64]
	population population
	history    tree[int64, activation.HistoryEntry]
	log        tree[int64, activation.LogEntry]
	samples    tree[sampleKey, activation.Sample]
	wishes     wishes
}

// identity is an owner and serial. Numbers of licenses grow within one.
type identity struct{ owner, serial string }

func (i identity) compare(other identity) int {
	return cmp.Or(cmp.Compare(i.owner, other.owner), cmp.Compare(i.serial, other.serial))
}

type sampleKey struct {
	day    time.Time
	module string
}

func (k sampleKey) compare(other sampleKey) int {
	return cmp.Or(k.day.Compare(other.day), cmp.Compare(k.module, other.module))
}

// empty is the state of a tenant that was never written.
var empty = &state{
	tokens:     newTree[int64, string](cmp.Compare[int64]).with(0, ""),
	owners:     newTree[string, activation.OwnerRecord](strings.Compare),
	envelopes:  newTree[activation.Digest, []byte](func(a, b activation.Digest) int { return bytes.Compare(a[:], b[:]) }),
	highest:    newTree[identity, int64](identity.compare),
	population: newPopulation(),
	history:    newTree[int64, activation.HistoryEntry](cmp.Compare[int64]),
	log:        newTree[int64, activation.LogEntry](cmp.Compare[int64]),
	samples:    newTree[sampleKey, activation.Sample](sampleKey.compare),
	wishes:     newWishes(),
}
