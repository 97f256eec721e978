package online

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// How long and how often a client tries, if it is not told otherwise.
const (
	// DefaultTries is the number of tries of one check.
	DefaultTries = 4
	// DefaultTimeout is how long one check takes at most, with all its tries.
	DefaultTimeout = 30 * time.Second
)

// The limits of what it can be told.
const (
	maxTries        = 10
	maxTimeout      = 10 * time.Minute
	maxTokenLength  = 4096
	maxWordsLength  = 200
	firstBackoff    = 250 * time.Millisecond
	maxBackoff      = 8 * time.Second
	connectTimeout  = 5 * time.Second
	tlsTimeout      = 5 * time.Second
	headerTimeout   = 10 * time.Second
	maxHeaderLength = 64 << 10
)

// Option is an option of [New].
type Option func(*settings) error

type settings struct {
	token     string
	userAgent string
	tries     int
	timeout   time.Duration
	transport http.RoundTripper
	now       func() time.Time                  // read for Retry-After and for the time that is left
	random    func(time.Duration) time.Duration // anything from 0 to below
}

func defaults() settings {
	return settings{
		userAgent: "seatwright/" + version(),
		tries:     DefaultTries,
		timeout:   DefaultTimeout,
		transport: newTransport((&net.Dialer{Timeout: connectTimeout}).DialContext),
		now:       time.Now, //nolint:forbidigo // tests replace it
		random:    rand.N[time.Duration],
	}
}

// WithToken sets the token that the feed knows this installation by, sent as
// "Authorization: Bearer". It is visible ASCII without spaces. It is never sent
// to another host or port than that of the feed, and is part of no error.
func WithToken(token string) Option {
	return func(s *settings) error {
		if token == "" || len(token) > maxTokenLength || strings.ContainsFunc(token, func(r rune) bool {
			return r <= ' ' || r > '~'
		}) {
			return fmt.Errorf("the token of the feed is not 1 to %d visible ASCII characters", maxTokenLength)
		}
		s.token = token
		return nil
	}
}

// WithHTTPClient makes the client use the transport of client, for a proxy or a
// client certificate. Nothing else of client is used, no cookies, time-out or
// policy for redirects, and nothing of it is changed. Time-outs of its own for
// connect, TLS and header are those of that transport; the total one is ours.
//
// A transport shows its client certificate to every host that asks for one, also
// after a redirect.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return errors.New("the HTTP client for the feed is nil")
		}
		s.transport = client.Transport
		if s.transport == nil {
			s.transport = http.DefaultTransport
		}
		return nil
	}
}

// WithUserAgent adds words of the host to the User-Agent header, which begins
// with the name and version of this library: "ExampleCRM/10.3".
func WithUserAgent(words string) Option {
	return func(s *settings) error {
		if strings.TrimSpace(words) == "" || len(words) > maxWordsLength || strings.ContainsFunc(words, func(r rune) bool {
			return r < ' ' || r > '~'
		}) {
			return fmt.Errorf("the words for the User-Agent header are not 1 to %d printable ASCII characters", maxWordsLength)
		}
		s.userAgent += " " + strings.TrimSpace(words)
		return nil
	}
}

// WithTries sets how often one check may try, 1 to 10, instead of [DefaultTries].
func WithTries(tries int) Option {
	return func(s *settings) error {
		if tries < 1 || tries > maxTries {
			return fmt.Errorf("the tries of a check are %d, not 1 to %d", tries, maxTries)
		}
		s.tries = tries
		return nil
	}
}

// WithTimeout sets how long one check may take, with all its tries, up to ten
// minutes, instead of [DefaultTimeout]. Lower it where somebody waits for the
// answer in a request. A check that takes longer also keeps other tenants of a slow
// feed waiting.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout <= 0 || timeout > maxTimeout {
			return fmt.Errorf("the time-out of a check is %s, not more than 0 and up to %s", timeout, maxTimeout)
		}
		s.timeout = timeout
		return nil
	}
}

const (
	modulePath  = "github.com/seatwright/seatwright"
	unversioned = "devel"
)

// version returns the version of this module in the running program, "devel"
// where it has none.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return unversioned
	}
	return versionIn(build)
}

func versionIn(build *debug.BuildInfo) string {
	for _, module := range append([]*debug.Module{&build.Main}, build.Deps...) {
		if module.Path != modulePath {
			continue
		}
		if module.Replace != nil { // by a folder, which has no version, or by a fork, which has its own
			module = module.Replace
		}
		if number, found := strings.CutPrefix(module.Version, "v"); found {
			return number
		}
	}
	return unversioned
}
