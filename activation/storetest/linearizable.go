package storetest

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/anishathalye/porcupine"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// updateIsLinearizable records random histories of concurrent operations, of
// several tenants at a time, which may share transactions. Then it looks for an
// order in which package seat would have given the same answers.
func updateIsLinearizable(e *env) {
	const tenants = 4
	for first := 0; first < e.amount(8, 40) && !e.Failed(); first += tenants {
		name := func(i int) string { return fmt.Sprintf("tenant-%d", first+i) }
		for i := range tenants {
			e.update(name(i), func(ctx context.Context, w activation.Writer) error { return w.PutHolders(ctx, citizens()...) })
		}
		histories := make([][]porcupine.Operation, tenants)
		together(tenants, func(i int) { histories[i] = e.record(name(i), uint64(first+i)) })
		e.explain(first, histories)
	}
}

// explain fails the test if a history has no order that explains its answers.
func (e *env) explain(first int, histories [][]porcupine.Operation) {
	for i, history := range histories {
		seed := first + i
		if e.Failed() {
			return
		}
		// Histories are short, so the time is never needed.
		switch porcupine.CheckOperationsTimeout(model(), history, patience) {
		case porcupine.Ok:
		case porcupine.Unknown:
			e.Errorf("seed %d: whether the history is linearizable could not be found out", seed)
		default:
			e.Errorf("seed %d: no order of these operations gives these answers:\n%s", seed, describeHistory(history))
			return
		}
	}
}

// record runs operations from several goroutines. The time of a history is
// counted, not measured: it matters only what came before what.
func (e *env) record(tenant string, seed uint64) []porcupine.Operation {
	const goroutines, each = 4, 12
	var clock atomic.Int64
	var lock sync.Mutex
	var history []porcupine.Operation
	together(goroutines, func(i int) {
		random := randomOf(seed<<8 + uint64(i))
		for n := range each {
			op := randomOperation(random, n/2)
			if random.IntN(4) == 0 {
				op = operation{kind: reading}
			}
			call := clock.Add(1)
			answer, err := op.answer(e.Context(), e.store, tenant)
			end := clock.Add(1)
			if err != nil {
				e.Errorf("seed %d: %s: %v", seed, op, err)
				return
			}
			lock.Lock()
			history = append(history, porcupine.Operation{ClientId: i, Input: op, Call: call, Output: answer, Return: end})
			lock.Unlock()
		}
	})
	return history
}

// answer makes an operation and returns what it tells: a refusal with its
// figures, or what was read.
func (op operation) answer(ctx context.Context, store activation.Store, tenant string) (answer string, err error) {
	if op.kind != reading {
		refusal, err := op.run(ctx, store, tenant)
		if refusal != nil {
			answer = refusal.Error()
		}
		return answer, err
	}
	err = store.View(ctx, tenant, func(r activation.Reader) error {
		number, census, err := situation(ctx, r)
		if err != nil {
			return err
		}
		holders, err := listHolders(ctx, r, nil, 100)
		if err != nil {
			return err
		}
		answer = describeTown(number, holders)
		return differs(census, holders)
	})
	return answer, err
}

// town is the state of the model. It is immutable.
type town struct {
	number  int64
	holders []seat.Holder
	text    string
}

// model is package seat, one operation after another.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return town{holders: citizens(), text: describeTown(0, citizens())} },
		Step: func(state, input, output any) (bool, any) {
			next, answer := state.(town).after(input.(operation)) //nolint:errcheck // record made both, of these types
			return answer == output, next
		},
		Equal: func(a, b any) bool { return a.(town).text == b.(town).text }, //nolint:errcheck // record made both, of this type
		Hash: func(state any) uint64 {
			sum := fnv.New64a()
			_, _ = io.WriteString(sum, state.(town).text) //nolint:errcheck // record made it, of this type
			return sum.Sum64()
		},
	}
}

func (t town) after(op operation) (next town, answer string) {
	if op.kind == reading {
		return t, t.text
	}
	decision, refusal := op.decide(t.number, seat.NewCensus(slices.Values(t.holders)), t.holders)
	if refusal != nil {
		return t, refusal.Error()
	}
	next = town{number: t.number, holders: slices.Clone(t.holders)}
	if op.kind == activating {
		next.number = op.number
	}
	for _, changed := range decision.Holders {
		i := slices.IndexFunc(next.holders, func(h seat.Holder) bool { return h.ID == changed.ID })
		next.holders[i] = changed
	}
	next.text = describeTown(next.number, next.holders)
	return next, ""
}

func describeHistory(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, op := range history {
		answer := op.Output
		if answer == "" {
			answer = "done"
		}
		fmt.Fprintf(&b, "%4d-%-4d goroutine %d: %v: %v\n", op.Call, op.Return, op.ClientId, op.Input, answer)
	}
	return b.String()
}
