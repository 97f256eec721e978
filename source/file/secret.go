package file

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/seatwright/seatwright/source"
)

// Secret returns a source for one envelope that the function returns, such as a
// secret from a cloud service or a configuration value. The function is called
// at every Check, so the value may change while the program runs. The envelope
// may be encoded in base64, as secrets often are. An error of the function
// becomes a problem, and an administrator sees its text.
func Secret(read func(ctx context.Context) ([]byte, error)) source.Source {
	return source.Func(func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		if err := ctx.Err(); err != nil {
			return source.Outcome{}, err
		}
		secret, err := read(ctx)
		if ended := ctx.Err(); err != nil && ended != nil {
			return source.Outcome{}, ended
		}
		var envelope []byte
		if err == nil {
			envelope, err = source.ReadEnvelope(bytes.NewReader(decoded(secret)))
		}
		return outcomeOf([][]byte{envelope}, err), nil
	})
}

// Env returns a source for an envelope in an environment variable. Use it for
// programs that are configured by environment variables alone. The envelope may
// be encoded in base64. A variable that is not set or empty is a problem.
func Env(name string) source.Source {
	return Secret(func(context.Context) ([]byte, error) {
		value := os.Getenv(name)
		if value == "" {
			return nil, fmt.Errorf("the variable %s is not set", name)
		}
		return []byte(value), nil
	})
}

// decoded decodes base64. It returns a text that is not base64 unchanged, for
// the caller to verify.
func decoded(secret []byte) []byte {
	trimmed := bytes.TrimSpace(secret)
	if bytes.HasPrefix(trimmed, []byte("{")) {
		return secret
	}
	envelope, err := base64.StdEncoding.AppendDecode(nil, trimmed)
	if err != nil {
		return secret
	}
	return envelope
}
