package storetest

// promises returns the suite, in the order in which failures are best read:
// what is broken in an earlier promise breaks later ones too.
func promises() []promise {
	return []promise{
		{
			name:     "Keeps",
			sentence: "what was written is read, every field of it; what was never written is empty; the revision grows with every change",
			cases: []testCase{
				{name: "Everything", run: keepsEverything},
				{name: "NeverWritten", run: keepsNothing},
				{name: "Revision", run: keepsRevision},
				{name: "Envelopes", run: keepsEnvelopes},
				{name: "Highest", run: keepsHighest},
				{name: "Records", run: keepsRecords},
				{name: "Samples", run: keepsSamples},
				{name: "Wishes", run: keepsWishes},
				{name: "Holders", run: keepsHolders},
				{name: "Bounds", run: keepsBounds},
			},
		},
		{
			name:     "Isolation",
			sentence: "tenants never see each other; every key leads with the tenant",
			cases: []testCase{
				{name: "Reads", run: isolatesReads},
				{name: "Writes", run: isolatesWrites},
			},
		},
		{
			name:     "View",
			sentence: "View runs a function on one consistent state, and returns its error as it is; what it returns is the caller's",
			cases: []testCase{
				{name: "Consistent", run: viewIsConsistent},
				{name: "Error", run: viewReturnsError},
				{name: "Canceled", run: viewIsCanceled},
				{name: "Copies", run: viewReturnsCopies},
			},
		},
		{
			name: "Update",
			sentence: "Update runs a function in a transaction, as if Updates of a tenant ran one after another; " +
				"its error rolls everything back and is returned as it is; a context that ends or a panic leaves nothing half done",
			cases: []testCase{
				{name: "ReadsWhatItWrote", run: updateReadsWhatItWrote},
				{name: "Error", run: updateRollsBackOnError},
				{name: "Panic", run: updateRollsBackOnPanic},
				{name: "Canceled", run: updateIsCanceled},
				{name: "CanceledWhileWaiting", run: updateIsCanceledWhileWaiting},
				{name: "NoneLost", run: updateLosesNone},
				{name: "LastSeat", run: updateGivesLastSeatOnce},
				{name: "NeverOversold", run: updateNeverOversells},
				{name: "Linearizable", run: updateIsLinearizable},
			},
		},
		{
			name:     "OutcomeUnknown",
			sentence: "when it is not known whether an Update was committed, the error says so (ErrOutcomeUnknown), and repeating it is safe",
			cases: []testCase{
				{name: "CanceledInCommit", run: canceledInCommit},
				{name: "ConnectionLost", run: connectionLost, exemptions: []string{"ConnectionLost", "Durability"}},
			},
		},
		{
			name: "Census",
			sentence: "the census is the number of holders for every combination of kind, type and assigned modules, " +
				"consistent with the transaction",
			cases: []testCase{
				{name: "CountsHolders", run: censusCountsHolders},
				{name: "Sizes", run: censusOfSizes},
				{name: "Recount", run: censusIsRecounted, exemptions: []string{"Recount"}},
			},
		},
		{
			name:     "Paging",
			sentence: "holders are listed by id, by module held, in bytewise order, with a cursor that stays valid while rows change",
			cases: []testCase{
				{name: "Pages", run: pagesAreRight},
				{name: "WhileRowsChange", run: pagesWhileRowsChange},
			},
		},
		{
			name:       "Changes",
			sentence:   "the store says which holders changed or went since a revision, or that it can't say; the result is that of a full reload",
			exemptions: []string{"Changes"},
			cases: []testCase{
				{name: "LikeReload", run: changesAreLikeReload},
				{name: "OnlyChanged", run: changesAreOnlyChanged},
				{name: "UnknownRevision", run: changesOfUnknownRevision},
				{name: "Failover", run: changesAfterFailover},
			},
		},
		{
			name:       "Watch",
			sentence:   "a hint tells that a tenant was written, until the context ends, and none comes afterwards",
			exemptions: []string{"Watch"},
			cases: []testCase{
				{name: "Hints", run: watchHints},
				{name: "OtherStores", run: watchHintsOfOthers, exemptions: []string{"Durability"}},
				{name: "Notices", run: watchNotices, exemptions: []string{"Durability"}},
			},
		},
		{
			name:       "Due",
			sentence:   "due checks are listed over all tenants, ordered by tenant, page by page, also those that are due this instant or leased",
			exemptions: []string{"Due"},
			cases:      []testCase{{name: "Pages", run: dueIsListed}},
		},
		{
			name:     "Erase",
			sentence: "erasing replaces a holder's id by a pseudonym everywhere, history and log included",
			cases: []testCase{
				{name: "Everywhere", run: eraseReplacesEverywhere},
				{name: "Taken", run: eraseToTakenPseudonym},
			},
		},
		{
			name:     "Ids",
			sentence: "ids are bytes: they differ by case, accents, width, white space and length, and none is an instruction",
			cases: []testCase{
				{name: "Holders", run: idsOfHolders},
				{name: "Tenants", run: idsOfTenants},
				{name: "Texts", run: idsAsTexts},
			},
		},
		{
			name:     "Model",
			sentence: "whatever is written, in whatever order and however much of it, is read as plain lists in memory would have it",
			cases:    []testCase{{name: "RandomUpdates", run: likeModel}},
		},
		{
			name:     "Limits",
			sentence: "what is large by the specification, or many at a time, is kept like anything else",
			cases: []testCase{
				{name: "ManyAtOnce", run: limitsOfMany},
				{name: "ManyWishes", run: limitsOfManyWishes},
				{name: "Large", run: limitsOfLarge},
			},
		},
		{
			name:       "Durability",
			sentence:   "what Update returned nil for survives a crash; several processes may share what is behind a store",
			exemptions: []string{"Durability"},
			cases: []testCase{
				{name: "Reopened", run: keptWhenReopened},
				{name: "Shared", run: sharedByStores},
				{name: "Killed", run: keptWhenKilled},
			},
		},
		{
			name:       "HostTransactions",
			sentence:   "operations run inside a transaction that the host has begun, and are kept or not with it; a refusal leaves it usable",
			exemptions: []string{"HostTransactions", "Durability"},
			cases: []testCase{
				{name: "Commit", run: hostCommits},
				{name: "Rollback", run: hostRollsBack},
				{name: "Refusal", run: hostGoesOn},
				{name: "LastSeat", run: hostsTakeLastSeat},
			},
		},
	}
}
