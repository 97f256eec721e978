package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
)

// variable is the environment variable that makes a process a worker. It holds a
// task as JSON.
const variable = "SEATWRIGHT_SOAK_TASK"

// task is what a worker is told.
type task struct {
	Vendor vendor
	Clock  clock
	// DSN is where the database is, Feed the address of the feed.
	DSN, Feed string
	// Database is the database of a host of [chaos], empty in a soak.
	Database string
	// Folder is where the worker writes its log, its journal and its samples.
	Folder string
	// Worker is its number, and Life how often it was started.
	Worker, Life int
	Pace         pace
	// Limit is after how long a worker ends by itself, whatever happens.
	Limit time.Duration
}

// pace is how busy a worker is, by the clock on the wall.
type pace struct {
	// Users and Administrators are the pauses between two of their visits to a
	// tenant, Checks those between two looks for checks that are due, and
	// Samples those between two samples of the process.
	Users, Administrators, Checks, Samples time.Duration
	// Patience is how long the feed's header is waited for.
	Patience time.Duration
}

// checkTime is how long a check takes at most.
func (p pace) checkTime() time.Duration { return 3 * p.Patience }

// name names a life of a worker.
func (t task) name() string { return fmt.Sprintf("w%d.%d", t.Worker, t.Life) }

// The files of a life.
func (t task) logFile() string     { return t.file("log") }
func (t task) journalFile() string { return t.file("journal") }
func (t task) samplesFile() string { return t.file("samples") }

func (t task) file(kind string) string { return filepath.Join(t.Folder, t.name()+"."+kind) }

// parseTask reads the task of a worker.
func parseTask(text string) (task, error) {
	var t task
	err := json.Unmarshal([]byte(text), &t)
	return t, err
}

func (t task) environment() (string, error) {
	text, err := json.Marshal(t)
	return variable + "=" + string(text), err
}
