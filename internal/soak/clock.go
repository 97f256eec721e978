package main

import "time"

// origin is the instant at which every soak begins, two hours before the day
// ends and samples of seats are taken.
var origin = time.Date(2026, 6, 1, 22, 0, 0, 0, time.UTC)

// clock shows the time of a soak, alike in all its processes.
type clock struct {
	Began time.Time // in real time
	Speed int       // how many times faster than real time it runs
}

func newClock(speed int) clock { return clock{Began: time.Now().Round(0), Speed: speed} }

func (c clock) now() time.Time {
	return origin.Add(time.Since(c.Began) * time.Duration(c.Speed))
}
