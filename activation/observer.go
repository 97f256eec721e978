package activation

import (
	"context"
	"errors"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
)

// Observer is told what the engine does, so that a host can count it. It is
// called by the goroutine of the operation, after the transaction, and returns
// soon.
type Observer interface {
	Observe(ctx context.Context, observation Observation)
}

// Observation is one operation that has ended.
type Observation struct {
	// Operation is the method that was called.
	Operation Operation `json:"operation"`
	// Tenant is the id of the tenant, Owner the name of the owner whose license
	// it is about, empty for none.
	Tenant string `json:"tenant"`
	Owner  string `json:"owner,omitzero"`
	// Outcome says how it ended.
	Outcome Outcome `json:"outcome"`
	// Duration is by the engine's clock.
	Duration time.Duration `json:"duration"`
	// Err is the operation's error.
	Err error `json:"-"`
	// Seats is the seats in use and the capacity of each user and satellite
	// module after an operation that changed assignments or licenses, ordered
	// by module: nil where nothing changed, empty where nothing is licensed any
	// more. Day is zero.
	Seats []Sample `json:"seats,omitzero"`
	// Revision is the tenant's revision that Seats are of, 0 where Seats is nil.
	// Operations that end at about the same time may be told in another order
	// than they were stored in: of two, the figures of the higher revision are
	// the newer ones.
	Revision int64 `json:"revision,omitzero"`
	// Began and Ended are what has come to need attention, or has become more
	// severe, and what needs none any more. They are given with
	// [OperationAttention] alone. See docs/spec/attention.md, Telling.
	Began []attention.Item `json:"began,omitzero"`
	Ended []attention.Item `json:"ended,omitzero"`
	// Refused is the license that came and was refused, nil if none was.
	Refused *RefusedLicense `json:"refused,omitzero"`
}

// Operation is the code of an operation, for metrics and logs.
type Operation string

// The operations.
const (
	OperationAcknowledge Operation = "acknowledge"
	OperationActivate    Operation = "activate"
	OperationAdmit       Operation = "admit"
	OperationAssign      Operation = "assign"
	// OperationAttention is a look at what needs attention that found news.
	OperationAttention Operation = "attention"

	OperationDiagnose Operation = "diagnose"
	OperationDismiss  Operation = "dismiss"
	OperationErase    Operation = "erase"
	OperationExpect   Operation = "expect"
	OperationFill     Operation = "fill"
	OperationImport   Operation = "import"
	OperationHolders  Operation = "holders"
	OperationHistory  Operation = "history"
	OperationInstall  Operation = "install"
	OperationLoad     Operation = "load"
	OperationLog      Operation = "log"
	// OperationPause is a source that RenewDue leaves alone from now on, as it
	// can't be reached (problem), or that it asks as before (done).
	OperationPause      Operation = "pause"
	OperationPending    Operation = "pending"
	OperationPlan       Operation = "plan"
	OperationPropose    Operation = "propose"
	OperationReconcile  Operation = "reconcile"
	OperationRefresh    Operation = "refresh"
	OperationRelease    Operation = "release"
	OperationRemove     Operation = "remove"
	OperationRenew      Operation = "renew"
	OperationRenewDue   Operation = "renew-due"
	OperationRepair     Operation = "repair"
	OperationResetClock Operation = "reset-clock"
	OperationRetire     Operation = "retire"
	OperationRevert     Operation = "revert"
	OperationSamples    Operation = "samples"
	OperationScenario   Operation = "scenario"
	OperationSchedule   Operation = "schedule"
	OperationSelect     Operation = "select"
	OperationStatus     Operation = "status"
	OperationSwitch     Operation = "switch"
	OperationUsage      Operation = "usage"
	OperationSync       Operation = "sync"
	OperationVerify     Operation = "verify"
	OperationWishes     Operation = "wishes"
)

// Outcome is how an operation ended.
type Outcome string

// The outcomes. Those of a license say more than done.
const (
	OutcomeDone    Outcome = "done"
	OutcomeFailed  Outcome = "failed"
	OutcomeRefused Outcome = "refused" // a rule said no, or the input was wrong

	OutcomeActivated       Outcome = "activated"
	OutcomePending         Outcome = "pending"
	OutcomeCurrent         Outcome = "current"
	OutcomeRejected        Outcome = "rejected"
	OutcomeIdentityChanged Outcome = "identity-changed"
	OutcomeProblem         Outcome = "problem" // the source could not be asked, or reported a problem
	OutcomeStale           Outcome = "stale"   // an activation of something that has changed meanwhile
	OutcomeBlocked         Outcome = "blocked" // an activation that the plan does not allow
)

// outcomeOf sorts errors for metrics: what was refused is no failure.
func outcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return OutcomeDone
	case errors.Is(err, ErrStale):
		return OutcomeStale
	case errors.Is(err, ErrBlocked):
		return OutcomeBlocked
	case errors.Is(err, ErrRejected):
		return OutcomeRejected
	}
	switch Classify(err) {
	case ClassUnavailable, ClassOutcomeUnknown:
		return OutcomeFailed
	default:
		return OutcomeRefused
	}
}
