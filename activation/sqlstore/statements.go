package sqlstore

// statements is the texts of all statements for one dialect and prefix. All of
// them lead with the tenant, but for due.
type statements struct {
	// What an Update begins with: it writes the tenant's row, in a statement of
	// its own, and so waits for those before it.
	lock, create, tenant, putTenant  string
	token, putRevision               string
	trimRevisions                    string
	due                              string
	owners, putOwner                 string
	envelope, putEnvelope            string
	dropEnvelope                     string
	highest, putHighest              string
	census, dropCensus               string
	recount                          string
	holder, holders, holdersOf       string
	page, pageOf, pageAmong          string
	changed, gone                    string
	dropHolders, dropManyHolders     string
	dropGone, dropManyGone, trimGone string
	history, putHistory, renameActor string
	log                              string
	renameLogActor, renameLogHolder  string
	samples, samplesOf, putSamples   string

	putCensus, putHolders, putGone, putLog *insert
}

func newStatements(s *settings) *statements {
	expand := func(text string) string { return s.dialect.expand(s.prefix, text) }
	insertInto := func(table, conflict string, columns ...column) *insert {
		return newInsert(s.dialect, expand, table, conflict, columns...)
	}
	lists := listsOf[s.dialect]
	return &statements{
		lock: expand(`UPDATE {tenant} SET revision = revision + 1 WHERE tenant = $1 RETURNING ` + tenantColumns),
		create: expand(`INSERT INTO {tenant} (tenant, revision, changes_since, log_last, history_last, combination_last)
			VALUES ($1, 1, 0, 0, 0, 0) ON CONFLICT (tenant) DO UPDATE SET revision = {tenant}.revision + 1 RETURNING ` + tenantColumns),
		tenant: expand(`SELECT ` + tenantColumns + `, coalesce((SELECT token FROM {revision}
			WHERE tenant = $1 AND revision = {tenant}.revision), '') FROM {tenant} WHERE tenant = $1`),
		token: expand(`SELECT token FROM {revision} WHERE tenant = $1 AND revision = $2`),
		putRevision: expand(`INSERT INTO {revision} (tenant, revision, token) VALUES ($1, $2, $3)
			ON CONFLICT (tenant, revision) DO UPDATE SET token = excluded.token`),
		trimRevisions: expand(`DELETE FROM {revision} WHERE tenant = $1 AND revision <= $2`),
		putTenant: expand(`UPDATE {tenant} SET changes_since = $2, log_last = $3, history_last = $4, combination_last = $5,
			newest = $6, newest_issued = $7, due = $8, leased_until = $9, sampled = $10, leased_by = $11,
			look = $12, notes = $13 WHERE tenant = $1`),
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
			ON CONFLICT (tenant, owner, serial) DO UPDATE SET number = excluded.number WHERE {highest}.number < excluded.number`),

		census: expand(`SELECT combination, kind, holder_type, modules, holders FROM {combination} WHERE tenant = $1`),
		putCensus: insertInto("combination", `ON CONFLICT (tenant, combination) DO UPDATE SET holders = excluded.holders`,
			column{"combination", numbers}, column{"kind", texts}, column{"holder_type", texts}, column{"modules", texts}, column{"holders", numbers}),
		recount:    expand(`SELECT combination, count(*) FROM {holder} WHERE tenant = $1 GROUP BY combination`),
		dropCensus: expand(`DELETE FROM {combination} WHERE tenant = $1 AND combination = $2`),

		// For one alone, since PostgreSQL plans that of many anew every time.
		holder:  expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder = $2`),
		holders: expand(lists.lookUp),
		page:    expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder > $2 ORDER BY holder LIMIT ` + lists.limit),
		pageOf:  expand(lists.pageOf),
		// The case hides the combinations from the planner. It would read all of
		// them by their index for every page, or expect so few that sorting them
		// seems cheaper than reading in order.
		pageAmong: expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder > $2
			AND CASE WHEN combination IN (SELECT ` + lists.combinations + `) THEN true END ORDER BY holder LIMIT ` + lists.limit),
		holdersOf: expand(`SELECT holder FROM {holder} WHERE tenant = $1 AND combination ` + lists.inNumbers),
		changed:   expand(`SELECT holder, combination FROM {holder} WHERE tenant = $1 AND revision > $2 ORDER BY holder`),
		gone:      expand(`SELECT holder FROM {gone} WHERE tenant = $1 AND revision > $2 ORDER BY holder`),
		putHolders: insertInto("holder", `ON CONFLICT (tenant, holder) DO UPDATE SET combination = excluded.combination, revision = excluded.revision`,
			column{"holder", texts}, column{"combination", numbers}, column{"revision", numbers}),
		dropHolders:     expand(`DELETE FROM {holder} WHERE tenant = $1 AND holder ` + lists.in),
		dropManyHolders: expand(`DELETE FROM {holder} WHERE tenant = $1 AND ` + lists.amongMany),
		putGone: insertInto("gone", `ON CONFLICT (tenant, holder) DO UPDATE SET revision = excluded.revision`,
			column{"holder", texts}, column{"revision", numbers}),
		dropGone:     expand(`DELETE FROM {gone} WHERE tenant = $1 AND holder ` + lists.in),
		dropManyGone: expand(`DELETE FROM {gone} WHERE tenant = $1 AND ` + lists.amongMany),
		trimGone:     expand(`DELETE FROM {gone} WHERE tenant = $1 AND revision <= $2`),

		history:     expand(`SELECT entry, at, actor, record FROM {history} WHERE tenant = $1 AND entry < $2 ORDER BY entry DESC LIMIT $3`),
		putHistory:  expand(`INSERT INTO {history} (tenant, entry, at, actor, record) VALUES ($1, $2, $3, $4, $5)`),
		renameActor: expand(`UPDATE {history} SET actor = $3 WHERE tenant = $1 AND actor = $2`),
		log: expand(`SELECT entry, at, actor, holder, module, cause, moved_to, history FROM {log}
			WHERE tenant = $1 AND entry < $2 ORDER BY entry DESC LIMIT $3`),
		putLog: insertInto("log", ``, column{"entry", numbers}, column{"at", instants}, column{"actor", texts}, column{"holder", texts},
			column{"module", texts}, column{"cause", texts}, column{"moved_to", texts}, column{"history", numbers}),
		renameLogActor:  expand(`UPDATE {log} SET actor = $3 WHERE tenant = $1 AND actor = $2`),
		renameLogHolder: expand(`UPDATE {log} SET holder = $3 WHERE tenant = $1 AND holder = $2`),

		samples: expand(`SELECT day, module, in_use, capacity, overdraft, unrestricted FROM {sample}
			WHERE tenant = $1 AND day >= $2 AND day <= $3 ORDER BY day, module`),
		samplesOf: expand(`SELECT day, module, in_use, capacity, overdraft, unrestricted FROM {sample}
			WHERE tenant = $1 AND module = $4 AND day >= $2 AND day <= $3 ORDER BY day`),
		putSamples: expand(`INSERT INTO {sample} (tenant, day, module, in_use, capacity, overdraft, unrestricted) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant, module, day) DO UPDATE SET
			in_use = excluded.in_use, capacity = excluded.capacity, overdraft = excluded.overdraft, unrestricted = excluded.unrestricted`),
	}
}

const tenantColumns = `revision, changes_since, log_last, history_last, combination_last,
	newest, newest_issued, due, leased_until, sampled, leased_by, look, notes`

// lists is how a dialect takes many rows as few parameters.
type lists struct {
	in, inNumbers, limit, lookUp, amongMany, pageOf, combinations string
	// What a listing of a Directory is put together of, with %s for parameters.
	bytewise, among, search, having, holding string
}

var listsOf = map[Dialect]lists{
	PostgreSQL: {
		in:        `= ANY($2::text[])`,
		inNumbers: `= ANY($2::bigint[])`,
		// A limit that the planner does not know lets it read in the order of the
		// index. Where it knows the limit but has no figures of the table yet, it
		// takes the tenant for a small one, and reads and sorts all that is left
		// of it for every page.
		limit:        `(SELECT $3::bigint)`,
		combinations: `unnest($4::bigint[])`,
		// One after another by the primary key. A planner that takes the tenant
		// for a small one would compare each of its holders with each of the ids.
		lookUp: `SELECT h.holder, h.combination FROM unnest($2::text[]) AS i (id)
			CROSS JOIN LATERAL (SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder = i.id OFFSET 0) AS h
			ORDER BY h.holder`,
		// All of the tenant once, for the same reason.
		amongMany: `CASE WHEN holder IN (SELECT unnest($2::text[])) THEN true END`,
		// A page of each combination is read off its index.
		pageOf: `SELECT h.holder, h.combination FROM unnest($4::bigint[]) AS c (combination)
			CROSS JOIN LATERAL (SELECT holder, combination FROM {holder}
				WHERE tenant = $1 AND combination = c.combination AND holder > $2 ORDER BY holder LIMIT (SELECT $3::bigint)) AS h
			ORDER BY h.holder LIMIT $3`,
		bytewise: `COLLATE "C"`,
		among:    `unnest(%s::text[]) AS among (holder)`,
		search:   `(lower(v.name) LIKE lower(%[1]s::text) OR lower(v.holder) LIKE lower(%[1]s::text))`,
		// A subquery that is no join, so that people come in their order.
		having:  `(SELECT h.combination FROM {holder} h WHERE h.tenant = $1 AND h.holder = v.holder COLLATE "C") = ANY(%s::bigint[])`,
		holding: `v.holder COLLATE "C" IN (SELECT h.holder FROM {holder} h WHERE h.tenant = $1 AND h.combination = ANY(%s::bigint[]))`,
	},
	SQLite: {
		in:           `IN (SELECT value FROM json_each($2))`,
		inNumbers:    `IN (SELECT value FROM json_each($2))`,
		limit:        `$3`,
		combinations: `value FROM json_each($4)`,
		lookUp:       `SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder IN (SELECT value FROM json_each($2)) ORDER BY holder`,
		amongMany:    `holder IN (SELECT value FROM json_each($2))`,
		pageOf: `SELECT h.holder, h.combination FROM json_each($4) AS c CROSS JOIN {holder} AS h
			WHERE h.tenant = $1 AND h.combination = c.value AND h.holder > $2 ORDER BY h.holder LIMIT $3`,
		bytewise: `COLLATE BINARY`,
		among:    `(SELECT value AS holder FROM json_each(%s)) AS among`,
		// An index has the folded name, and LIKE ignores the case of what it compares.
		search: `(lower(v.name) LIKE %[1]s ESCAPE '\' OR v.holder LIKE %[1]s ESCAPE '\')`,
		having: `(SELECT h.combination FROM {holder} h WHERE h.tenant = $1 AND h.holder = v.holder COLLATE BINARY)
			IN (SELECT value FROM json_each(%s))`,
		holding: `v.holder COLLATE BINARY IN (SELECT h.holder FROM {holder} h
			WHERE h.tenant = $1 AND h.combination IN (SELECT value FROM json_each(%s)))`,
	},
}
