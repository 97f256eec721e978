package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	// usersOfWorker and satellitesOfWorker are how many holders each worker
	// looks after in each tenant. Nobody else gives them seats, so that a
	// worker knows what its assignments have changed.
	usersOfWorker      = 3
	satellitesOfWorker = 1
)

// town is what there is: tenants, each with holders for every worker.
type town struct {
	Tenants, Workers int
}

// tenants returns the ids of all tenants, which are the serials of their
// licenses too.
func (t town) tenants() []string {
	ids := make([]string, t.Tenants)
	for i := range ids {
		ids[i] = fmt.Sprintf("t%03d", i)
	}
	return ids
}

// holders returns those that a worker looks after in a tenant.
func (t town) holders(worker int) []seat.Holder {
	var holders []seat.Holder
	for i := range usersOfWorker {
		holders = append(holders, seat.Holder{ID: fmt.Sprintf("w%d-user%d", worker, i), Kind: license.User, Type: "internal"})
	}
	for i := range satellitesOfWorker {
		holders = append(holders, seat.Holder{ID: fmt.Sprintf("w%d-shop%d", worker, i), Kind: license.Satellite, Type: "shop"})
	}
	return holders
}

// everybody returns all holders of a tenant.
func (t town) everybody() (holders []seat.Holder) {
	for worker := range t.Workers {
		holders = append(holders, t.holders(worker)...)
	}
	return holders
}

// people returns the users of a tenant, and shops its satellites.
func (t town) people() []seat.Holder { return t.ofKind(license.User) }
func (t town) shops() []seat.Holder  { return t.ofKind(license.Satellite) }

func (t town) ofKind(kind license.Kind) []seat.Holder {
	return slices.DeleteFunc(t.everybody(), func(h seat.Holder) bool { return h.Kind != kind })
}

// drawn returns random numbers that follow from what is named.
func drawn(seed uint64, names ...string) *rand.Rand {
	digest := fnv.New64a()
	for _, name := range names {
		_, _ = digest.Write([]byte(name + "\x00"))
	}
	return rand.New(rand.NewPCG(seed, digest.Sum64()))
}

// oneOf returns an element of a list that is not empty.
func oneOf[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// shuffled returns the elements in another order.
func shuffled[T any](random *rand.Rand, list []T) []T {
	list = slices.Clone(list)
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
