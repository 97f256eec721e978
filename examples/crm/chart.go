package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// The size of a chart, in units of its picture.
const (
	chartWidth  = 600
	chartHeight = 120
)

// chart is the seats of a module over time, as lines of an SVG picture. Its
// table has the figures of the picture.
type chart struct {
	Module        string
	From, To      time.Time
	Last          activation.Sample
	Most          int64
	InUse         string // the points of a polyline
	Capacity      string // likewise; empty if unlimited
	Samples       []activation.Sample
	Width, Height int
	Top           int64 // what the upper edge stands for
	Limited       bool
}

// newChart draws at least one sample.
func newChart(module string, samples []activation.Sample) chart {
	c := chart{Module: module, Samples: samples, Width: chartWidth, Height: chartHeight}
	c.Last = samples[len(samples)-1]
	c.From, c.To, c.Limited = samples[0].Day, c.Last.Day, !c.Last.Unrestricted
	for _, sample := range samples {
		c.Most = max(c.Most, sample.InUse)
		c.Top = max(c.Top, sample.InUse, sample.Capacity)
	}
	c.Top = max(c.Top+c.Top/10, 1)
	var inUse, capacity strings.Builder
	if len(samples) == 1 {
		samples = append(samples, samples[0]) // the first day is a level line
	}
	for i, sample := range samples {
		x := c.x(sample.Day)
		if i > 0 && c.From.Equal(c.To) {
			x = chartWidth
		}
		fmt.Fprintf(&inUse, "%d,%d ", x, c.y(sample.InUse))
		if !sample.Unrestricted {
			fmt.Fprintf(&capacity, "%d,%d ", x, c.y(sample.Capacity))
		}
	}
	c.InUse, c.Capacity = strings.TrimSpace(inUse.String()), strings.TrimSpace(capacity.String())
	return c
}

// x is where a day is, and y where a number is; the picture's upper edge is 0.
func (c chart) x(day time.Time) int64 {
	days := max(int64(c.To.Sub(c.From)/(24*time.Hour)), 1)
	return chartWidth * int64(day.Sub(c.From)/(24*time.Hour)) / days
}

func (c chart) y(n int64) int64 { return chartHeight - chartHeight*n/c.Top }
