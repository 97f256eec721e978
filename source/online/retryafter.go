package online

import (
	"net/http"
	"strings"
	"time"

	"github.com/seatwright/seatwright/source"
)

// retryAfter reads a Retry-After header, in seconds or as a date (RFC 9110,
// section 10.2.3), up to [source.MaxRetryAfter]. It returns 0 for an invalid or
// past value.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0
	}
	if strings.Trim(header, "0123456789") == "" {
		seconds := time.Duration(0)
		for _, digit := range header {
			seconds = min(seconds*10+time.Duration(digit-'0'), source.MaxRetryAfter/time.Second)
		}
		return seconds * time.Second
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), source.MaxRetryAfter)
}
