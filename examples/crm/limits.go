package main

import "reflect"

// A license has up to a megabyte, and whoever has signed it decides what is in
// it. So all that is said about one has limits, and says how much is left out.
const (
	// maxListed is how many rows a list on a page has, or options a choice.
	maxListed = 200
	// maxInner is how many elements a row has in a list of its own.
	maxInner = 20
	// maxCharts is how many charts a page has.
	maxCharts = 20
)

// upto returns the first elements of a list, for templates.
func upto(limit int, list any) any {
	if over(limit, list) > 0 {
		return reflect.ValueOf(list).Slice(0, limit).Interface()
	}
	return list
}

// over counts what [upto] leaves out.
func over(limit int, list any) int {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice {
		return 0
	}
	return max(0, v.Len()-limit)
}
