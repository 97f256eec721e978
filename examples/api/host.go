package api

import (
	"context"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
)

// Host is what only a host knows and does. Problem decides how an error is answered,
// except a [*StatusError], which says it itself.
type Host struct {
	// Caller says who sends a request.
	Caller func(r *http.Request) (Caller, error)
	// User returns a user, active or not, without what is assigned.
	User func(ctx context.Context, id string) (User, error)
	// Query returns the query of the directory for a list of users, from the search,
	// filters and order of the request.
	Query func(r *http.Request) (sqlstore.DirectoryQuery, error)

	// Assign gives a module to an active user, and Switch exchanges one plan for
	// another. They lock the user's row, so that nobody is deactivated meanwhile.
	Assign func(ctx context.Context, by, id, module string) error
	Switch func(ctx context.Context, by string, swap seat.Swap) error
	// Retire deactivates a user and releases everything, together or not at all.
	// Return activates a user again.
	Retire, Return func(ctx context.Context, by, id string) error

	// Propose says who could be released or moved, so that an offer is ready.
	Propose func(ctx context.Context, offer *activation.Preview) (*planner.Proposal, error)
	// Order starts to assign a module to many users in the background, and Job says
	// how far that is.
	Order func(ctx context.Context, by string, wanted Order) (Job, error)
	Job   func(ctx context.Context, id string) (Job, error)

	// Problem returns the status and the words for an error. It may log the error.
	// If it is nil, the function [Problem] is used.
	Problem func(r *http.Request, err error) (status int, sentence string)
}

// Caller is the person who sends a request. Administrators may call everything,
// others only GET /api/me.
type Caller struct {
	ID, Name      string
	Administrator bool
}

// User is somebody in the host's table of users, with what is assigned.
type User struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Active   bool      `json:"active"`
	LastSeen time.Time `json:"lastSeen,omitzero"`
	Assigned []string  `json:"assigned"`
}

// Order is a module for the named users, or for all users that a list with the same
// filters finds.
type Order struct {
	Module string   `json:"module"`
	Users  []string `json:"users"`
	All    *Filter  `json:"all"`
}

// Filter says which users a list finds.
type Filter struct {
	Search string `json:"q"`
	Module string `json:"module"`
	Type   string `json:"type"`
}

// Job is how far an order is.
type Job struct {
	ID      string `json:"id"`
	Module  string `json:"module"`
	Release bool   `json:"release"` // the module is taken, not given
	Total   int64  `json:"total"`
	Done    int64  `json:"done"`
	// Assigned is how many users got the module, or lost it.
	Assigned int64  `json:"assigned"`
	Refused  []Left `json:"refused"`
	Finished bool   `json:"finished"`
}

// Left is the users who are left over for one reason: how many, and the first of
// them.
type Left struct {
	Reason string   `json:"reason"`
	Count  int64    `json:"count"`
	Users  []string `json:"users"`
}
