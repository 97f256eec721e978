// Package instant reads instants in the one form that this library accepts:
// RFC 3339 as docs/spec/domain.md narrows it.
package instant

import "time"

// nanosecondDigits is how many digits of a fraction are read.
const nanosecondDigits = 9

// Parse reads an instant, and reports whether the text is one: a zone is
// required, and seconds, T and Z in upper case, no leap second, offsets to
// 23:59; digits of the fraction after the ninth are ignored. It returns it in
// UTC, where it is in the years 0 to 9999 as well. [time.Parse] would let more pass, and would read the time zone of the
// machine.
func Parse(s string) (time.Time, bool) {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) || !hasForm(s[:len(form)], form) {
		return time.Time{}, false
	}
	year, month, day := number(s[0:4]), number(s[5:7]), number(s[8:10])
	hour, minute, second := number(s[11:13]), number(s[14:16]), number(s[17:19])
	nanosecond, zone, ok := parseFraction(s[len(form):])
	if !ok || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || second > 59 || !isClock(hour, minute) {
		return time.Time{}, false
	}
	offset, ok := parseZone(zone)
	if !ok {
		return time.Time{}, false
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, time.UTC).Add(-offset)
	if at.Year() < 0 || at.Year() > 9999 { // in UTC, or it could not be written back
		return time.Time{}, false
	}
	return at, true
}

// parseFraction reads the fraction of a second, if there is one, and returns
// what follows it.
func parseFraction(s string) (nanosecond int, rest string, ok bool) {
	if s[0] != '.' {
		return 0, s, true
	}
	digits := 1
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	for i := 1; i <= nanosecondDigits; i++ {
		nanosecond *= 10
		if i < digits {
			nanosecond += int(s[i] - '0')
		}
	}
	return nanosecond, s[digits:], digits > 1
}

func parseZone(s string) (offset time.Duration, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if !hasForm(s, "+00:00") && !hasForm(s, "-00:00") {
		return 0, false
	}
	hours, minutes := number(s[1:3]), number(s[4:6])
	offset = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, isClock(hours, minutes)
}

// hasForm reports whether a text is like the form, in which 0 stands for any
// digit.
func hasForm(s, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		if s[i] != form[i] && (form[i] != '0' || !isDigit(s[i])) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isClock(hour, minute int) bool { return hour <= 23 && minute <= 59 }

// number returns the value of a few digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}

// daysIn returns the number of days in a month of the Gregorian calendar.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
