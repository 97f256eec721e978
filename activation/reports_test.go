package activation_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// reported is a stage with the licenses of license/testdata/reports, which were made
// after public bug reports. The clock is at the given instant.
func reported(t *testing.T, now time.Time, options ...activation.Option) *stage {
	t.Helper()
	s := newStage(t)
	s.clock.set(now)
	s.engine = s.start(s.store, reportedTrust(t), options...)
	s.crm = s.engine.Tenant("tenant-42")
	return s
}

func reportedTrust(t *testing.T) *signed.Trust {
	t.Helper()
	trust, err := signed.ParseTrust(report(t, "trust.json"))
	require.NoError(t, err)
	return trust
}

func report(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "license", "testdata", "reports", name))
	require.NoError(t, err)
	return raw
}

func (s *stage) loadReport(name string) *activation.Result {
	s.Helper()
	result, err := s.crm.As("eva").Load(s.Context(), bytes.NewReader(report(s.T, name)))
	require.NoError(s, err)
	return result
}

func in2026(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// TestReportBeginsLater has the renewal loaded before it begins, with a source
// that has nothing and without one.
func TestReportBeginsLater(t *testing.T) {
	begins := in2026(12, 20)
	for _, name := range []string{"with a source", "without a source"} {
		t.Run(name, func(t *testing.T) {
			s := reported(t, in2026(12, 1))
			if name == "without a source" {
				s.engine = s.startAlone(s.store, reportedTrust(t))
				s.crm = s.engine.Tenant("tenant-42")
			}
			s.expect("4711")
			require.True(t, s.loadReport("first.license.json").Activated)
			result := s.loadReport("begins-later.license.json")
			assert.Equal(t, activation.WaitingNotYetValid, result.Waiting)

			owner := s.owner()
			assert.Equal(t, planner.Ready, owner.Pending.Upcoming.Status, "what it changes is shown")
			assert.Equal(t, int64(47), owner.Pending.Upcoming.Changes[0].Added)
			for s.clock.read().Before(begins) {
				require.NoError(t, s.engine.RenewDue(t.Context()))
				status, err := s.crm.Status(t.Context())
				require.NoError(t, err)
				require.False(t, status.NextCheck.After(begins), "the tenant is due when the offer begins")
				s.clock.set(minTime(begins, status.NextCheck))
			}
			assert.Equal(t, int64(1), s.owner().Number)
			require.NoError(t, s.engine.RenewDue(t.Context()))
			assert.Equal(t, int64(2), s.owner().Number)
			assert.Equal(t, license.Active, s.owner().State)
			assert.Equal(t, []string{"activated 1-2", "activated 0-1", "identity-changed 0-0"}, s.history())
		})
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// TestReportRefused has the feed send what is refused, and somebody load it.
func TestReportRefused(t *testing.T) {
	here := planner.Expected{Serial: "4711", Company: "Café Olé AS"}
	tests := []struct {
		file string
		want activation.RefusedLicense
		code signed.Code // the code of a refused file
		kind source.Kind
	}{
		{file: "ended", kind: source.KindProblem, want: activation.RefusedLicense{
			Rejections: []planner.Rejection{planner.RejectionLapsed}, Licensee: license.Licensee{Company: "Café Olé AS", Serial: "4711"},
			Number: 2, Expires: in2026(3, 1), Highest: 1,
			Detail: "number 2 for Café Olé AS, 4711, is rejected: lapsed; expected is one that has not ended",
		}},
		{file: "other-company", kind: source.KindIdentityChanged, want: activation.RefusedLicense{
			Rejections: []planner.Rejection{planner.RejectionWrongCompany}, Licensee: license.Licensee{Company: "Example Norge AS", Serial: "4711"},
			Number: 2, Highest: 1,
			Detail: "number 2 for Example Norge AS, 4711, is rejected: wrong-company; expected is the company Café Olé AS",
		}},
		{file: "decomposed-company", kind: source.KindIdentityChanged, want: activation.RefusedLicense{
			Rejections: []planner.Rejection{planner.RejectionWrongCompany}, Hidden: []license.Hidden{license.HiddenForm},
			Licensee: license.Licensee{Company: "Cafe\u0301 Ole\u0301 AS", Serial: "4711"}, Number: 2, Highest: 1,
			Detail: "number 2 for Cafe\u0301 Ole\u0301 AS, 4711, is rejected: wrong-company; expected is the company Café Olé AS; " +
				"the names look alike and differ in composed and decomposed letters",
		}},
		{file: "later-version-critical", kind: source.KindProblem, code: signed.CodeInvalid, want: activation.RefusedLicense{
			Code: signed.CodeInvalid, Findings: 1, Licensee: license.Licensee{Company: "Café Olé AS", Serial: "4711"}, Number: 2,
		}},
		{file: "date-only-expiry", kind: source.KindProblem, code: signed.CodeInvalid, want: activation.RefusedLicense{
			Code: signed.CodeInvalid, Findings: 1, Licensee: license.Licensee{Company: "Café Olé AS", Serial: "4711"}, Number: 2,
		}},
		{file: "hebrew-company-with-mark", kind: source.KindProblem, want: activation.RefusedLicense{
			Rejections: []planner.Rejection{planner.RejectionWrongSerial}, Licensee: license.Licensee{Company: "דוגמה בע״מ", Serial: "4712"}, Number: 1,
		}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			var log bytes.Buffer
			var seen observer
			s := reported(t, in2026(6, 1), activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), activation.WithObserver(&seen))
			s.expect("4711")
			require.True(t, s.loadReport("first.license.json").Activated)
			sealed := report(t, test.file+".license.json")
			s.feed.send(`"e"`, sealed)
			before := s.clock.read()
			s.renew()
			last := seen.last()
			s.clock.add(time.Minute)

			check := s.owner().Check
			assert.Equal(t, test.kind, check.Outcome)
			want := test.want
			want.At, want.Source, want.Owner, want.Expected, want.IssuedAt = before, "source", "acme", here, in2026(1, 1)
			require.NotNil(t, check.Refused)
			ignored := cmpopts.IgnoreFields(activation.RefusedLicense{}, "Finding")
			if want.Detail == "" {
				ignored = cmpopts.IgnoreFields(activation.RefusedLicense{}, "Finding", "Detail")
			}
			if diff := cmp.Diff(&want, check.Refused, ignored); diff != "" {
				t.Errorf("from the feed (-want +got):\n%s", diff)
			}
			if test.kind == source.KindProblem {
				assert.Equal(t, 1, check.Failures)
				assert.Zero(t, check.LastSuccess)
			}
			assert.Empty(t, s.nextETag(), "what was not kept is sent again")
			require.NotNil(t, last.Refused)
			assert.Equal(t, check.Refused.Detail, last.Refused.Detail)

			// It is told until something better has come.
			s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable, Title: "down"}))
			s.renew()
			if test.kind == source.KindProblem {
				assert.Equal(t, check.Refused, s.owner().Check.Refused)
			}
			s.feed.say(source.Outcome{Kind: source.KindCurrent})
			s.renew()
			assert.Nil(t, s.owner().Check.Refused)

			result, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader(sealed))
			if test.code != "" {
				require.ErrorIs(t, err, test.code)
				assert.Contains(t, log.String(), "authentic, but not valid")
				assert.Equal(t, 1, seen.last().Refused.Findings)
				assert.NotEmpty(t, seen.last().Refused.Finding)
				return
			}
			require.NoError(t, err)
			want.At, want.Source = s.clock.read(), "file"
			if diff := cmp.Diff(&want, result.Refused, cmpopts.IgnoreFields(activation.RefusedLicense{}, "Detail", "Highest", "Rejections", "Hidden")); diff != "" {
				t.Errorf("from a file (-want +got):\n%s", diff)
			}
		})
	}
}

// nextETag is the ETag of the next request.
func (s *stage) nextETag() string {
	s.Helper()
	answer := s.feed.answer
	s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable}))
	s.renew()
	s.feed.answer = answer
	return s.feed.last().ETag
}

// TestReportNewerVersion says which member a license needs that this version does
// not know.
func TestReportNewerVersion(t *testing.T) {
	s := reported(t, in2026(6, 1))
	s.expect("4711")
	s.feed.send("", report(t, "later-version-critical.license.json"))
	refused := s.renew().Check.Refused
	assert.True(t, strings.HasPrefix(refused.Finding, "unsupported /critical/0"), refused.Finding)
	assert.Contains(t, s.owner().Check.Detail, refused.Finding)
}

// TestReportHebrewCompany confirms a company with a mark that is not shown, as the
// feed has sent it, and gets its license.
func TestReportHebrewCompany(t *testing.T) {
	s := reported(t, in2026(6, 1))
	s.expect("4711")
	require.True(t, s.loadReport("first.license.json").Activated)
	const company = "דוגמה בע״מ\u200f"
	s.feed.say(source.Outcome{Kind: source.KindIdentityChanged, Licensee: license.Licensee{Company: company, Serial: "4712"}})
	said := s.renew().Check.NewLicensee
	require.Equal(t, &license.Licensee{Company: company, Serial: "4712"}, said, "as it was sent")
	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Serial: said.Serial, Company: said.Company}))
	s.feed.send("", report(t, "hebrew-company-with-mark.license.json"))
	assert.True(t, s.renew().Activated)
}

// TestReportDismissedFile has a file take the place of what the feed has sent,
// and go.
func TestReportDismissedFile(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	feed := s.serve()
	feed.has(acme(2, quantity("plan", 2)))
	require.Equal(t, activation.WaitingBlocked, s.renew().Waiting)
	require.Equal(t, activation.WaitingBlocked, s.load(acme(3, quantity("plan", 1))).Waiting)
	require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), s.owner().Pending.Offer))
	_, err := s.crm.As("eva").Retire(t.Context(), "u3")
	require.NoError(t, err)
	assert.True(t, s.renew().Activated, "2 comes again")
	assert.Equal(t, int64(2), s.owner().Number)
}
