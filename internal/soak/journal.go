package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"sync"

	"github.com/seatwright/seatwright/seat"
)

// acknowledged is a change of an assignment that a worker was told is done.
type acknowledged struct {
	Tenant string `json:"tenant"`
	// By is the actor, another one for each operation.
	By     string     `json:"by"`
	Holder string     `json:"holder"`
	Module string     `json:"module"`
	Cause  seat.Cause `json:"cause"`
}

// lines writes values as lines of JSON, each by one call of the system, so that
// none is cut in two when the process is killed, nor lost.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) write(value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.to.Write(append(line, '\n'))
	return err
}

// create makes a file to which lines are written.
func create(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
}

// readLines reads what [lines] has written. A file that was never made has
// none, as of a worker that was killed before.
func readLines[T any](name string) (values []T, err error) {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	scanner := bufio.NewScanner(file)
	const longestLine = 1 << 20
	scanner.Buffer(nil, longestLine)
	for scanner.Scan() {
		var value T
		if err := json.Unmarshal(scanner.Bytes(), &value); err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, scanner.Err()
}
