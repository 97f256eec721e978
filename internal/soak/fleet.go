package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// fleet is the workers' processes. It is used by one goroutine.
type fleet struct {
	program string
	task    task // the same for all but for worker and life
	running map[int]*process
	ended   []life
}

// process is a worker that runs.
type process struct {
	life
	command    *exec.Cmd
	input      io.Closer
	complaints bytes.Buffer
}

// life is one life of a worker.
type life struct {
	Task task
	// Ended is when it was killed, or told to end, by the clock on the wall.
	Ended  time.Time
	Killed bool
}

// muster starts all workers.
func muster(ctx context.Context, t task) (*fleet, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &fleet{program: program, task: t, running: make(map[int]*process)}
	for worker := range t.Vendor.Town.Workers {
		if err := f.start(ctx, worker, 1); err != nil {
			return nil, errors.Join(err, f.end())
		}
	}
	return f, nil
}

// start starts a life of a worker. The process ends with its input, and by
// itself after a while.
func (f *fleet) start(ctx context.Context, worker, number int) error {
	t := f.task
	t.Worker, t.Life = worker, number
	environment, err := t.environment()
	if err != nil {
		return err
	}
	p := &process{life: life{Task: t}, command: exec.CommandContext(context.WithoutCancel(ctx), f.program)}
	p.command.Env = append(os.Environ(), environment)
	p.command.Stderr = &p.complaints
	if p.input, err = p.command.StdinPipe(); err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	f.running[worker] = p
	return nil
}

// replace kills a worker, which must still live, and starts it again.
func (f *fleet) replace(ctx context.Context, worker int) error {
	p := f.running[worker]
	p.Ended, p.Killed = time.Now(), true
	killed := p.command.Process.Kill()
	waited := p.command.Wait()
	f.remove(p)
	if killed != nil || p.command.ProcessState.Exited() || p.complaints.Len() > 0 {
		return p.failed(errors.Join(killed, waited))
	}
	return f.start(ctx, worker, p.Task.Life+1)
}

// remove notes that a life has ended.
func (f *fleet) remove(p *process) {
	delete(f.running, p.Task.Worker)
	f.ended = append(f.ended, p.life)
}

// all returns all lives, those that have not ended too.
func (f *fleet) all() []life {
	lives := slices.Clone(f.ended)
	for _, p := range f.running {
		lives = append(lives, p.life)
	}
	return lives
}

// failed says what is wrong with a worker that ended otherwise than it should.
func (p *process) failed(err error) error {
	said := errors.New("it said: " + strings.TrimSpace(p.complaints.String()))
	return fmt.Errorf("worker %s ended otherwise than it should: %w", p.Task.name(), errors.Join(err, said))
}

// end tells all workers to end, waits until they have, and kills those that do
// not.
func (f *fleet) end() error {
	for _, p := range f.running {
		p.Ended = time.Now()
		_ = p.input.Close() // closed already if the worker has ended
	}
	var wrong []error
	for _, p := range f.running {
		const patience = 30 * time.Second
		late := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
		err := p.command.Wait()
		late.Stop()
		if err != nil || p.complaints.Len() > 0 {
			wrong = append(wrong, p.failed(err))
		}
		f.remove(p)
	}
	return errors.Join(wrong...)
}
