package sqlstore

import "fmt"

// statements are the texts of all statements for one dialect and prefix. All of
// them begin with the tenant, except due.
type statements struct {
	// An Update begins with these. They write the tenant's row in a statement
	// of its own, and so wait for earlier Updates.
	claim, lock, create, outdated    string
	tenant, putTenant                string
	opening, openings, reopening     string
	token                            string
	trimRevisions                    string
	due                              string
	owners, putOwner                 string
	envelope, putEnvelope            string
	dropEnvelope                     string
	highest, putHighest              string
	census, dropCensus               string
	recount                          string
	holder, holders, holdersOf, all  string
	page, pageOf, pageAmong          string
	changed, gone                    string
	dropHolders, dropManyHolders     string
	dropGone, dropManyGone, trimGone string
	history, putHistory, renameActor string
	log                              string
	renameLogActor, renameLogHolder  string
	samples, samplesOf, putSamples   string
	wishes                           wishStatements

	putCensus, addHolders, putHolders, putGone, putLog, putRevision *insert
}

func newStatements(s *settings) *statements {
	expand := func(text string) string { return s.dialect.expand(s.prefix, text) }
	insertInto := func(table, conflict string, columns ...column) *insert {
		return newInsert(s.dialect, expand, table, conflict, columns...)
	}
	lists := s.dialect.lists
	of := func(list, table string) string { return expand(fmt.Sprintf(list, table)) }
	return &statements{
		wishes: newWishStatements(lists, expand, insertInto),
		claim:  expand(s.dialect.claim), lock: expand(s.dialect.lock), create: expand(s.dialect.create),
		outdated: expand(s.dialect.outdated),
		opening:  expand(openingOf(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder = $2`)),
		openings: expand(openingOf(lists.lookUp)), reopening: expand(reopening),
		tenant: expand(`SELECT ` + tenantColumns + `, coalesce((SELECT token FROM {revision}
			WHERE tenant = $1 AND revision = {tenant}.revision), '') FROM {tenant} WHERE tenant = $1`),
		token: expand(`SELECT token FROM {revision} WHERE tenant = $1 AND revision = $2`),
		putRevision: insertInto("revision", `ON CONFLICT (tenant, revision) DO UPDATE SET token = excluded.token`,
			revisionColumns...),
		trimRevisions: expand(`DELETE FROM {revision} WHERE tenant = $1 AND revision <= $2`),
		putTenant: expand(`UPDATE {tenant} SET changes_since = $2, log_last = $3, history_last = $4, combination_last = $5,
			newest = $6, newest_issued = $7, due = $8, leased_until = $9, sampled = $10, leased_by = $11,
			look = $12, notes = $13, revision = $14 WHERE tenant = $1`),
		due: expand(`SELECT tenant FROM {tenant} WHERE due <= $1 AND tenant > $2 ORDER BY tenant LIMIT $3`),

		owners: expand(`SELECT owner, record FROM {owner} WHERE tenant = $1 ORDER BY owner`),
		putOwner: expand(`INSERT INTO {owner} (tenant, owner, record) VALUES ($1, $2, $3)
			ON CONFLICT (tenant, owner) DO UPDATE SET record = excluded.record`),
		envelope: expand(`SELECT envelope FROM {envelope} WHERE tenant = $1 AND digest = $2`),
		putEnvelope: expand(`INSERT INTO {envelope} (tenant, digest, envelope) VALUES ($1, $2, $3)
			ON CONFLICT (tenant, digest) DO UPDATE SET envelope = excluded.envelope`),
		dropEnvelope: expand(`DELETE FROM {envelope} WHERE tenant = $1 AND digest = $2`),
		highest:      expand(`SELECT number FROM {highest} WHERE tenant = $1 AND owner = $2 AND serial = $3`),
		putHighest: expand(`INSERT INTO {highest} (tenant, owner, serial, number) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, owner, serial) DO UPDATE SET
			number = CASE WHEN {highest}.number < excluded.number THEN excluded.number ELSE {highest}.number END`),

		census:     expand(`SELECT combination, kind, holder_type, modules, holders FROM {combination} WHERE tenant = $1`),
		putCensus:  insertInto("combination", `ON CONFLICT (tenant, combination) DO UPDATE SET holders = excluded.holders`, censusColumns...),
		recount:    expand(`SELECT combination, count(*) FROM {holder} WHERE tenant = $1 GROUP BY combination`),
		dropCensus: expand(`DELETE FROM {combination} WHERE tenant = $1 AND combination = $2`),

		// For a single holder, because PostgreSQL plans the query for many
		// anew every time.
		holder:  expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder = $2`),
		holders: expand(lists.lookUp),
		all:     expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1`),
		page:    expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder > $2 ORDER BY holder LIMIT ` + lists.limit),
		pageOf:  expand(lists.pageOf),
		pageAmong: expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder > $2
			AND ` + lists.amongNumbers + ` ORDER BY holder LIMIT ` + lists.limit),
		holdersOf:  expand(lists.holdersOf),
		changed:    expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND revision > $2 ORDER BY holder`),
		gone:       expand(`SELECT holder FROM {gone} WHERE tenant = $1 AND revision > $2 ORDER BY holder`),
		addHolders: insertInto("holder", ``, holderColumns...),
		putHolders: insertInto("holder", `ON CONFLICT (tenant, holder) DO UPDATE SET combination = excluded.combination, revision = excluded.revision`,
			holderColumns...),
		dropHolders:     of(lists.drop, "holder"),
		dropManyHolders: of(lists.dropMany, "holder"),
		putGone:         insertInto("gone", `ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision`, goneColumns...),
		dropGone:        of(lists.drop, "gone"),
		dropManyGone:    of(lists.dropMany, "gone"),
		trimGone:        expand(`DELETE FROM {gone} WHERE tenant = $1 AND revision <= $2`),

		history:     expand(`SELECT entry, at, actor, record FROM {history} WHERE tenant = $1 AND entry < $2 ORDER BY entry DESC LIMIT $3`),
		putHistory:  expand(`INSERT INTO {history} (tenant, entry, at, actor, record) VALUES ($1, $2, $3, $4, $5)`),
		renameActor: expand(`UPDATE {history} SET actor = $3 WHERE tenant = $1 AND actor = $2`),
		log: expand(`SELECT entry, at, actor, holder, module, cause, moved_to, history FROM {log}
			WHERE tenant = $1 AND entry < $2 ORDER BY entry DESC LIMIT $3`),
		putLog:          insertInto("log", ``, logColumns...),
		renameLogActor:  expand(`UPDATE {log} SET actor = $3 WHERE tenant = $1 AND actor = $2`),
		renameLogHolder: expand(`UPDATE {log} SET holder = $3 WHERE tenant = $1 AND holder = $2`),

		samples: expand(`SELECT day, module, in_use, capacity, overdraft, wished, unrestricted FROM {sample}
			WHERE tenant = $1 AND day >= $2 AND day <= $3 ORDER BY day, module`),
		samplesOf: expand(`SELECT day, module, in_use, capacity, overdraft, wished, unrestricted FROM {sample}
			WHERE tenant = $1 AND module = $4 AND day >= $2 AND day <= $3 ORDER BY day`),
		putSamples: expand(`INSERT INTO {sample} (tenant, day, module, in_use, capacity, overdraft, wished, unrestricted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant, module, day) DO UPDATE SET
			in_use = excluded.in_use, capacity = excluded.capacity, overdraft = excluded.overdraft, wished = excluded.wished,
			unrestricted = excluded.unrestricted`),
	}
}

// The columns of the tables into which many rows are written at once.
var (
	holderColumns   = []column{{"holder", texts, own}, {"combination", numbers, own}, {"revision", numbers, alike}}
	goneColumns     = []column{{"holder", texts, own}, {"revision", numbers, alike}}
	revisionColumns = []column{{"revision", numbers, own}, {"token", texts, own}}
	censusColumns   = []column{
		{"combination", numbers, own}, {"kind", texts, own}, {"holder_type", texts, own}, {"modules", texts, own}, {"holders", numbers, own},
	}
	logColumns = []column{
		{"entry", numbers, own},
		{"holder", texts, own},
		{"module", texts, own},
		{"at", instants, alike},
		{"actor", texts, alike},
		{"cause", texts, alike},
		{"moved_to", texts, alike},
		{"history", numbers, alike},
	}
)

// openingOf returns what an Update about the seats of some holders reads, in
// one statement. It reads the holders. It also reads the census and the owners,
// unless the state is the one that this process remembers, by number and token
// of its revision. The tenant's row has the next number already.
func openingOf(lookUp string) string {
	return `WITH known AS (SELECT count(*) AS n FROM {tenant} t JOIN {revision} r ON r.revision = t.revision - 1
			WHERE t.tenant = $1 AND r.tenant = $1 AND r.revision = $3 AND r.token = $4)
		SELECT '` + openedKnown + `', '', n, '', '', 0 FROM known
		UNION ALL SELECT '` + openedHolder + `', holder, combination, '', '', 0 FROM (` + lookUp + `) AS looked
		UNION ALL SELECT '` + openedCombination + `', kind, combination, holder_type, modules, holders
			FROM {combination} WHERE tenant = $1 AND (SELECT n FROM known) = 0
		UNION ALL SELECT '` + openedOwner + `', owner, 0, '', record, 0
			FROM {owner} WHERE tenant = $1 AND (SELECT n FROM known) = 0`
}

// reopening is what an Update about the seats of one holder reads if it trusts
// the remembered state. Compared with an opening, which may read everything, it
// saves the database a quarter of an assign.
const reopening = `SELECT coalesce((SELECT combination FROM {holder} WHERE tenant = $1 AND holder = $2), 0),
	coalesce((SELECT revision FROM {revision} WHERE tenant = $1 AND revision = $3 AND token = $4), 0)`

const tenantColumns = `revision, changes_since, log_last, history_last, combination_last,
	newest, newest_issued, due, leased_until, sampled, leased_by, look, notes`

// Where a writing statement returns the row as well.
const (
	lockReturning   = `UPDATE {tenant} SET revision = revision + 1, log_last = log_last + $2 WHERE tenant = $1 RETURNING ` + tenantColumns
	createReturning = `INSERT INTO {tenant} (tenant, revision, changes_since, log_last, history_last, combination_last)
		VALUES ($1, 1, 0, $2, 0, 0) ON CONFLICT (tenant) DO UPDATE SET revision = {tenant}.revision + 1,
		log_last = {tenant}.log_last + excluded.log_last RETURNING ` + tenantColumns
)
