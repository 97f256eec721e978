// Package source is the port to where licenses come from. The engine of package
// activation asks a [Source] whether there is a new license for an owner and a
// serial, and the source answers with an [Outcome]. The library has two kinds
// of sources: source/online asks a feed over HTTP, and source/file reads a
// file, a folder, a secret or an environment variable. If your licenses are
// elsewhere, in a table or a bucket, write a [Func]:
//
//	bucket := source.Func(func(ctx context.Context, request source.Request) (source.Outcome, error) {
//		blob, err := client.Download(ctx, request.Owner+"/"+request.Serial)
//		if ctx.Err() != nil {
//			return source.Outcome{}, ctx.Err()
//		}
//		if err != nil {
//			return source.NewProblem(source.Problem{Reason: source.ReasonUnavailable, Detail: err.Error(), Temporary: true}), nil
//		}
//		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{blob}}, nil
//	})
//
// # Who decides
//
// A source only transports. It never looks into an envelope. The engine checks
// whatever a source returns: whether it is authentic, meant for this owner and
// serial, and newer than the active license. So a source may answer [KindNew]
// every time. A source that lies can hold back a new license, but can't bring
// in a false one.
//
// If there is no license to be had, that is an outcome too, [KindProblem], and
// the active license stays active. An error means that the question was not
// answered at all: the context ended, or the request was invalid.
//
// The types follow docs/spec/feed.md, Answers.
package source
