package pgtest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Line is a way to a server that notes what is sent over it, and that may be a
// long one.
type Line struct {
	delay    time.Duration // of each answer
	listener net.Listener
	to       string
	open     sync.WaitGroup

	mu    sync.Mutex
	trips [][]string
}

// NewLine returns a line to the server of a DSN, and the DSN that uses it. Each
// answer takes so much longer.
func NewLine(t testing.TB, dsn string, delay time.Duration) (line *Line, through string) {
	t.Helper()
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	line = &Line{delay: delay, listener: listener, to: at.Host}
	line.open.Go(line.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		line.open.Wait()
	})
	at.Host = listener.Addr().String()
	return line, at.String()
}

// Trips returns the round trips since it was asked last, in their order: the
// statements of each, those that begin and end transactions included. Where they
// were prepared alone, they begin with "prepare ".
func (l *Line) Trips() [][]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	trips := l.trips
	l.trips = nil
	return trips
}

func (l *Line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.open.Go(func() { l.serve(client) })
	}
}

func (l *Line) serve(client net.Conn) {
	defer client.Close() //nolint:errcheck // nobody reads or writes after this
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", l.to)
	if err != nil {
		return
	}
	answered := make(chan struct{})
	l.open.Go(func() {
		defer close(answered)
		defer client.Close() //nolint:errcheck // nobody reads or writes after this
		l.answer(client, server)
	})
	_ = l.ask(server, client)
	_ = server.Close()
	<-answered
}

// maxMessage is more than any message of a test.
const maxMessage = 1 << 30

var errMessage = errors.New("pgtest: a message is too large")

// ask passes on what the client says, message by message.
func (l *Line) ask(server io.Writer, client io.Reader) error {
	said := conversation{line: l, prepared: make(map[string]string)}
	head := make([]byte, 5)
	for first := true; ; first = false {
		read := head
		if first {
			read = head[1:] // the first message has no letter for its type
		}
		if _, err := io.ReadFull(client, read); err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(head[1:])
		if size < 4 || size > maxMessage {
			return errMessage
		}
		message := make([]byte, len(read)+int(size)-4)
		copy(message, read)
		if _, err := io.ReadFull(client, message[len(read):]); err != nil {
			return err
		}
		if !first {
			said.hear(head[0], message[len(head):])
		}
		if _, err := server.Write(message); err != nil {
			return err
		}
	}
}

// conversation is what a connection has said.
type conversation struct {
	line     *Line
	prepared map[string]string // texts by name
	bound    string
	parsed   []string // since the client last waited
	trip     []string
}

// hear takes a message by its letter.
func (c *conversation) hear(letter byte, message []byte) {
	texts := strings.SplitN(string(message), "\x00", 3)
	switch letter {
	case 'P': // Parse
		c.prepared[texts[0]] = texts[1]
		c.parsed = append(c.parsed, "prepare "+texts[1])
	case 'B': // Bind
		c.bound = c.prepared[texts[1]]
	case 'E': // Execute
		c.trip = append(c.trip, c.bound)
	case 'Q': // a simple query
		c.trip = append(c.trip, texts[0])
		c.waits()
	case 'S': // Sync
		c.waits()
	}
}

// waits notes a round trip: the client waits for the answer.
func (c *conversation) waits() {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	if len(c.trip) == 0 {
		c.trip = c.parsed
	}
	c.line.trips = append(c.line.trips, c.trip)
	c.trip, c.parsed = nil, nil
}

// answer passes on what the server says, later.
func (l *Line) answer(client io.Writer, server io.Reader) {
	type part struct {
		bytes []byte
		due   time.Time
	}
	parts := make(chan part, 1024)
	l.open.Go(func() {
		for p := range parts {
			time.Sleep(time.Until(p.due)) //nolint:forbidigo // it is the delay of the line
			_, _ = client.Write(p.bytes)
		}
	})
	defer close(parts)
	for {
		buffer := make([]byte, 16*1024)
		n, err := server.Read(buffer)
		if n > 0 {
			parts <- part{buffer[:n], time.Now().Add(l.delay)} //nolint:forbidigo // it is the delay of the line
		}
		if err != nil {
			return
		}
	}
}
