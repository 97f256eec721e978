package main

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// chart is the seats of a module over time, as lines of an SVG picture, whose units
// are a day and a seat. Its table has the figures of the picture.
type chart struct {
	Module    string
	From, To  time.Time
	Last      activation.Sample
	Most      int64
	InUse     string // the points of a polyline
	Capacity  string // the points of a polyline; empty if unlimited
	Samples   []activation.Sample
	Days, Top int64 // the size of the picture
	Limited   bool
}

// newChart draws at least one sample.
func newChart(module string, samples []activation.Sample) chart {
	c := chart{Module: module, Samples: samples, From: samples[0].Day, Last: samples[len(samples)-1], Top: 1}
	for _, sample := range samples {
		c.Most = max(c.Most, sample.InUse)
		c.Top = max(c.Top, sample.InUse, sample.Capacity)
	}
	c.To, c.Limited, c.Top = c.Last.Day, !c.Last.Unrestricted, c.Top+c.Top/10
	for _, sample := range samples {
		c.Days = int64(sample.Day.Sub(c.From) / (24 * time.Hour))
		c.draw(sample)
	}
	if c.Days == 0 { // a single day is drawn as a level line
		c.Days = 1
		c.draw(c.Last)
	}
	return c
}

// draw goes on to a sample; the picture's upper edge is 0.
func (c *chart) draw(sample activation.Sample) {
	c.InUse += fmt.Sprintf(" %d,%d", c.Days, c.Top-sample.InUse)
	if !sample.Unrestricted {
		c.Capacity += fmt.Sprintf(" %d,%d", c.Days, c.Top-sample.Capacity)
	}
}
