package file_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/file"
)

// What an administrator has uploaded.
func ExampleReader() {
	upload := strings.NewReader(`{"license":"…"}`)
	outcome, err := file.Reader(upload).Check(context.Background(), source.Request{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s\n", outcome.Kind, outcome.Envelopes[0])
	// Output: new: {"license":"…"}
}

// A folder that holds the licenses of several owners.
func ExampleFS() {
	server := fstest.MapFS{
		"licenses/acme-4711-0007.license.json":    {Data: []byte(`{"license":"…7"}`)},
		"licenses/acme-4711-0008.license.json":    {Data: []byte(`{"license":"…8"}`)},
		"licenses/partner-4711-0001.license.json": {Data: []byte(`{"license":"…1"}`)},
		"licenses/README.txt":                     {Data: []byte("Put license files here.")},
	}
	for _, folder := range []string{"licenses", "nowhere"} {
		outcome, err := file.FS(server, folder).Check(context.Background(), source.Request{})
		if err != nil {
			fmt.Println(err)
			return
		}
		if outcome.Kind == source.KindProblem {
			fmt.Println(outcome.Problem)
			continue
		}
		fmt.Println(outcome.Kind, len(outcome.Envelopes))
	}
	// Output:
	// new 3
	// unavailable: there is no license file that can be read: open nowhere: file does not exist
}
