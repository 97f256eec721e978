package main

import (
	"bytes"
	"context"
	"math/bits"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source/online"
)

// ask asks for the license of t000 as w0.1 does, and has hung up by then.
func ask(t *testing.T, feed http.Handler, tag string) *httptest.ResponseRecorder {
	t.Helper()
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/licenses/acme/t000?have=1", nil)
	r.Header.Set("User-Agent", "seatwright/devel "+agent+"w0.1")
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	answer := httptest.NewRecorder()
	feed.ServeHTTP(answer, r)
	return answer
}

func TestFaultyFeed(t *testing.T) {
	v := vendor{Town: town{Tenants: 1, Workers: 2}, Seed: 1}
	catalog := newCatalog(v, clock{}.now)
	catalog.stop(origin)
	handler, err := online.NewHandler(catalog)
	require.NoError(t, err)
	envelope, err := v.envelope("t000", 1)
	require.NoError(t, err)
	tag := online.ETag(envelope)

	feed := newFaultyFeed(handler, 1./3, 1)
	for n := 1; n <= 60; n++ {
		var answer *httptest.ResponseRecorder
		aborted := func() (aborted any) {
			defer func() { aborted = recover() }()
			answer = ask(t, feed, tag)
			return nil
		}()
		made := feed.counted().faults
		require.Len(t, made, n)
		last := made[n-1]
		require.Equal(t, fault{ID: n, Kind: last.Kind, Worker: "w0.1", Tenant: "t000", At: last.At}, last)
		switch last.Kind {
		case timeOut:
			require.Equal(t, http.ErrAbortHandler, aborted)
		case status5:
			require.Equal(t, 500, answer.Code)
			require.Equal(t, `{"title":"`+titleOf(n)+`"}`, answer.Body.String())
		case tampered:
			require.Equal(t, 200, answer.Code, "also to who has the license")
			require.Equal(t, 1, differentBits(envelope, answer.Body.Bytes()))
		}
	}
	kinds := make(map[faultKind]int)
	for _, f := range feed.counted().faults {
		kinds[f.Kind]++
	}
	for _, kind := range faultKinds {
		require.Greater(t, kinds[kind], 10, kind)
	}

	feed.calm()
	require.Equal(t, 304, ask(t, feed, tag).Code)
	answer := ask(t, feed, "")
	require.Equal(t, 200, answer.Code)
	require.True(t, bytes.Equal(envelope, answer.Body.Bytes()))
	require.Equal(t, map[int]int{200: 1, 304: 1}, feed.counted().answers)
	require.Equal(t, 62, feed.counted().requests)
}

func differentBits(a, b []byte) (n int) {
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

func TestAskedBy(t *testing.T) {
	for header, want := range map[string]string{
		"seatwright/devel soak/w1.2": "w1.2", "seatwright/1.0": "", "": "",
	} {
		require.Equal(t, want, askedBy(header), header)
	}
}
