//go:build unix

package storetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"time"
)

// Watch looks at the ends of both files again and again.
func (j *journal) Watch(ctx context.Context, notify func(tenant string)) error {
	if j.watchesItself {
		return j.Store.Watch(ctx, notify)
	}
	files := []*os.File{j.file, j.notices}
	ends := make([]int64, len(files))
	for first := true; ; first = false {
		for i, file := range files {
			raw, err := io.ReadAll(io.NewSectionReader(file, ends[i], math.MaxInt64-ends[i]))
			if err != nil {
				return err
			}
			raw = raw[:bytes.LastIndexByte(raw, '\n')+1]
			ends[i] += int64(len(raw))
			for whole := range bytes.Lines(raw) {
				var l line
				if err := json.Unmarshal(whole, &l); err != nil {
					return err
				}
				if !first { // only lines written later are reported
					notify(l.Tenant)
				}
			}
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Notify leaves a line for every Watch.
func (j *journal) Notify(tenant string) {
	if j.dropsNotices {
		return
	}
	if j.notifiesInTurn {
		if j.lock(context.Background()) != nil {
			return
		}
		defer j.unlock()
	}
	raw, err := json.Marshal(line{Tenant: tenant})
	if err == nil {
		_, _ = j.notices.Write(append(raw, '\n')) // a hint may be lost
	}
}
