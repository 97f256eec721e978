package seat

import "slices"

// queue holds the positions of holders in their order, each once.
type queue struct{ places []int }

func (q *queue) push(place int) {
	if i, there := slices.BinarySearch(q.places, place); !there {
		q.places = slices.Insert(q.places, i, place)
	}
}

// pop returns false if the queue is empty.
func (q *queue) pop() (first int, some bool) {
	if len(q.places) == 0 {
		return 0, false
	}
	first, q.places = q.places[0], q.places[1:]
	return first, true
}
