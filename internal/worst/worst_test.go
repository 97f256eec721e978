package worst_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/seatwright/seatwright/internal/worst"
	"github.com/seatwright/seatwright/license"
)

// TestLicenses are valid, and about as large as can be.
func TestLicenses(t *testing.T) {
	for _, kind := range worst.Kinds {
		for _, size := range []int{license.MaxDocumentSize, worst.Enveloped} {
			document, err := json.Marshal(worst.License(kind, size, 1, time.Unix(1_700_000_000, 0).UTC()))
			if err != nil {
				t.Fatal(err)
			}
			if len(document) < 9*size/10 || len(document) > size {
				t.Errorf("%s has %d bytes, not almost %d", kind, len(document), size)
			}
			if _, err := license.Parse(document); err != nil {
				t.Errorf("%s: %v, %d bytes", kind, err, len(document))
			}
		}
	}
}
