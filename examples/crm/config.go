package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// Config is what the host is told from outside.
type Config struct {
	Addr     string
	Database string
	Tenant   string
	// Demo brings users, a vendor and a partner with their feeds, and the pages
	// on which to play them.
	Demo bool
	// Empty begins the demo with nothing, instead of in the middle of its story.
	Empty bool
	// Trust and Feeds say whom to believe and where to ask, without Demo.
	Trust *signed.Trust
	Feeds []Feed
	// Password is that of the first administrator, without Demo.
	Password string
	// PasswordCost is bcrypt's, for passwords that are set. Tests have it small.
	PasswordCost int
	// Secure says that the site is reached by https, so that cookies are for
	// that alone.
	Secure bool
	// MetricsToken is what /metrics asks for. Without one, it answers to this
	// machine alone.
	MetricsToken string
	// Words are the host's own words and names, as words.json has them.
	Words  [][]byte
	Logger *slog.Logger
	Clock  func() time.Time
}

// Feed is where an owner's licenses come from.
type Feed struct{ Owner, URL string }

// parse reads the command line. Secrets come from the environment, because
// other users of a machine can see command lines.
func parse(args []string, env func(string) string, output io.Writer) (Config, error) {
	c := Config{MetricsToken: env("CRM_METRICS_TOKEN")}
	set := flag.NewFlagSet("crm", flag.ContinueOnError)
	set.SetOutput(output)
	set.StringVar(&c.Addr, "addr", "127.0.0.1:8080", "`HOST:PORT` to listen on")
	set.StringVar(&c.Database, "db", "", "a postgres:// address, or the path of a SQLite file (default: seatwright-crm.db in the user's cache folder)")
	set.StringVar(&c.Tenant, "tenant", "demo", "the tenant's `id`: several may share a database; with -empty the default is empty")
	set.BoolVar(&c.Demo, "demo", true, "bring demo users, a vendor and a partner with feeds of their own")
	set.BoolVar(&c.Empty, "empty", false, "begin with nothing, as on the first day")
	set.BoolVar(&c.Secure, "https", false, "cookies are for https alone, since something in front of it speaks that")
	words := set.String("words", "", "a `file` of your own words, and names of modules and owners, as words.json has them")
	trust := set.String("trust", "", "without -demo: a `file` of the keys to trust, see docs/spec/vendor.md")
	set.Func("feed", "without -demo: `OWNER=URL` of a feed; may be repeated", func(text string) error {
		owner, url, ok := strings.Cut(text, "=")
		name, valid := license.FoldName(owner)
		if !ok || !valid {
			return errors.New("it is not of the form OWNER=URL")
		}
		c.Feeds = append(c.Feeds, Feed{name, url})
		return nil
	})
	if err := set.Parse(args); err != nil {
		return c, err
	}
	named := map[string]bool{}
	set.Visit(func(f *flag.Flag) { named[f.Name] = true })
	if c.Empty && !named["tenant"] {
		c.Tenant = "empty" // another tenant than that of the story
	}
	c.Password = env("CRM_ADMIN_PASSWORD")
	err := seat.CheckID(c.Tenant)
	switch {
	case set.NArg() > 0:
		return c, fmt.Errorf("unexpected argument %q", set.Arg(0))
	case err != nil:
		return c, fmt.Errorf("-tenant: %w", err)
	case c.MetricsToken != "" && len(c.MetricsToken) < minToken:
		return c, fmt.Errorf("the token in CRM_METRICS_TOKEN has fewer than %d bytes", minToken)
	case c.Demo && (named["trust"] || named["feed"]):
		return c, errors.New("-trust and -feed go with -demo=false: the demo has keys and feeds of its own")
	case !c.Demo && (!named["trust"] || !named["feed"]):
		return c, errors.New("-demo=false needs -trust and at least one -feed")
	case !c.Demo && (len(c.Password) < minPassword || len(c.Password) > maxPassword):
		return c, fmt.Errorf("-demo=false needs a password of %d to %d bytes for the first administrator in CRM_ADMIN_PASSWORD", minPassword, maxPassword)
	}
	return c.read(*words, *trust)
}

// read reads the files that flags name, and says where the database is by itself.
func (c Config) read(words, trust string) (Config, error) {
	folder, err := os.UserCacheDir()
	if c.Database == "" {
		if err != nil {
			return c, fmt.Errorf("say -db: %w", err)
		}
		c.Database = filepath.Join(folder, "seatwright-crm.db")
	}
	if words != "" {
		text, err := os.ReadFile(words) //nolint:gosec // the operator names the file
		if err != nil {
			return c, err
		}
		c.Words = append(c.Words, text)
	}
	if c.Demo {
		return c, nil
	}
	keys, err := os.ReadFile(trust) //nolint:gosec // the operator names the file
	if err != nil {
		return c, err
	}
	c.Trust, err = signed.ParseTrust(keys)
	return c, err
}
