package online_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

// A vendor serves a folder of licenses, and an installation asks for its own:
// once without a license, and once when it has the newest.
func Example() {
	folder, err := os.MkdirTemp("", "feed")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := serveAndAsk(folder); err != nil {
		fmt.Println(err)
	}
	// Output:
	// new: {"license":"…"}
	// current
	// problem - refused, HTTP status 401, application/problem+json: a token of this license is needed
}

func serveAndAsk(folder string) error {
	if err := os.Mkdir(filepath.Join(folder, "acme"), 0o750); err != nil {
		return err
	}
	path := filepath.Join(folder, "acme", "4711.license.json")
	if err := os.WriteFile(path, []byte(`{"license":"…"}`), 0o600); err != nil {
		return err
	}
	directory, err := online.NewFolder(folder)
	if err != nil {
		return err
	}
	handler, err := online.NewHandler(directory, online.WithTokens(tokens))
	if err != nil {
		return err
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	feed, err := online.New(server.URL, online.WithToken("4711-secret"))
	if err != nil {
		return err
	}
	ctx := context.Background()
	first, err := feed.Check(ctx, source.Request{Owner: "acme", Serial: "4711"})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s\n", first.Kind, first.Envelopes[0])
	second, err := feed.Check(ctx, source.Request{Owner: "acme", Serial: "4711", Have: 1, ETag: first.ETag})
	if err != nil {
		return err
	}
	fmt.Println(second.Kind)
	third, err := feed.Check(ctx, source.Request{Owner: "acme", Serial: "4712"})
	if err != nil {
		return err
	}
	fmt.Println(third.Kind, "-", third.Problem)
	return nil
}

// tokens stands for a vendor's table of digests.
func tokens(_ context.Context, owner, serial string) ([][sha256.Size]byte, error) {
	if owner != "acme" || serial != "4711" {
		return nil, online.ErrNotFound
	}
	return [][sha256.Size]byte{sha256.Sum256([]byte("4711-secret"))}, nil
}
