package file

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/seatwright/seatwright/source"
)

// Secret returns a source with the one envelope that read returns, such as a
// secret of a cloud's, or a value of a configuration. It is read at every Check,
// and so may change while the program runs. It may be in base64, as secrets
// often are. An error of read is a problem, of which an administrator sees the
// text.
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

// Env returns a source with the envelope in a variable of the environment, for
// programs that are configured by those alone. It may be in base64. A variable
// that is not set, or is empty, is a problem.
func Env(name string) source.Source {
	return Secret(func(context.Context) ([]byte, error) {
		value := os.Getenv(name)
		if value == "" {
			return nil, fmt.Errorf("the variable %s is not set", name)
		}
		return []byte(value), nil
	})
}

// decoded is what base64 stands for. A text that is no base64 stays as it is,
// for the caller that verifies it.
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
