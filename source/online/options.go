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

// The defaults for tries and time.
const (
	// DefaultTries is the number of tries of one check.
	DefaultTries = 4
	// DefaultTimeout is the longest duration of one check, with all its
	// tries.
	DefaultTimeout = 30 * time.Second
)

// The limits of the options.
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
	now       func() time.Time                  // for Retry-After and for the time that is left
	random    func(time.Duration) time.Duration // a random duration from 0 to below the argument
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

// WithToken sets the token by which the feed knows this installation. It is
// sent as "Authorization: Bearer", and must be visible ASCII without spaces. It
// is sent only to the host and port of the feed, and is part of no error. Leave
// it out for a feed that answers without one.
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

// WithHTTPClient makes the client use the transport of another one. Use it for
// a proxy or a client certificate. Everything else of that client is ignored:
// cookies, its timeout, its policy for redirects. It is not changed. Timeouts
// for connecting, TLS and headers are those of the transport; the total one is
// [WithTimeout].
//
// Note that a transport shows its client certificate to every host that asks
// for one, even after a redirect.
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

// WithUserAgent adds words of the host, such as "ExampleCRM/10.3", to the
// User-Agent header. The header begins with the name and version of this
// library.
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

// WithTries sets how often one check may try, 1 to 10. The default is
// [DefaultTries]. Use 1 if you have retries of your own.
func WithTries(tries int) Option {
	return func(s *settings) error {
		if tries < 1 || tries > maxTries {
			return fmt.Errorf("the tries of a check are %d, not 1 to %d", tries, maxTries)
		}
		s.tries = tries
		return nil
	}
}

// WithTimeout sets how long one check may take with all its tries, up to ten
// minutes. The default is [DefaultTimeout]. Lower it if somebody waits for the
// answer. Raising it has a cost: a slow check also keeps other tenants of the
// same feed waiting.
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

// version returns the version of this module in the running program, or
// "devel".
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
		if module.Replace != nil { // a folder has no version, and a fork has a version of its own
			module = module.Replace
		}
		if number, found := strings.CutPrefix(module.Version, "v"); found {
			return number
		}
	}
	return unversioned
}
