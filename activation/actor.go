package activation

// Actor is a [Tenant] on behalf of somebody: the one handle that has what
// changes something, so that nobody can forget to say who acts. [Tenant.As]
// makes one. The name of the actor goes into the history and the log.
//
// An empty actor is refused by each operation before anything is read, and so
// is one that breaks [seat.CheckID]. The host decides who may do what.
//
// Like a Tenant it is a handle: make one whenever it is needed, from any
// goroutine.
type Actor struct {
	tenant Tenant
	by     string
}

// As returns a handle by which somebody changes the tenant. The actor is the
// host's word for who it is: a user's id, or the name of a job.
func (t *Tenant) As(actor string) *Actor { return &Actor{tenant: *t, by: actor} }

// In returns a handle whose operations run in a transaction of the host; see
// [Tenant.In].
func (a *Actor) In(store Store) *Actor { return &Actor{tenant: *a.tenant.In(store), by: a.by} }

// DryRun returns a handle whose operations answer as they would, and store
// nothing: what releasing a seat would also release, whom a filled module would
// leave over, what removing a license would release.
func (a *Actor) DryRun() *Actor { return &Actor{tenant: *a.tenant.DryRun(), by: a.by} }
